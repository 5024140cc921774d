"""THE door to agents: run one agent once and get a result, a failure, or "needs a person".

Must not store anything, must not raise for an agent's faults, and must not let unchecked output through.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from agents import faults, registry
from agents.answers import accept
from agents.backends.base import Backend
from agents.contracts import (
    AgentFailure,
    AgentRequest,
    AgentResult,
    Cancelled,
    Host,
    Limits,
    NeedsPerson,
    Outcome,
    Role,
    Usage,
)
from agents.metering import MeteredHost
from agents.outputs import InvalidOutput, OutputTooLarge, clean_text, encode
from agents.specs import Spec, parse
from conductor.lib import redact
from conductor.lib.errors import BadInput, ConductorError

MAX_SUMMARY: Final = 2_000
MAX_MESSAGE: Final = 2_000
MAX_TRANSCRIPT: Final = 200_000
MAX_DIFF: Final = 2_000_000
CUT_LATER: Final = 4

#: After these the next agent of the chain is asked; so it is after any transient failure.
FALL_BACK_ON: Final = frozenset(
    {
        "agent_unreachable",
        "agent_throttled",
        "agent_output_invalid",
        "agent_output_too_large",
        "sandbox_unavailable",
        "unknown_agent",
    }
)
#: After these nobody else is asked, whatever the kind.
STOP_ON: Final = frozenset({"cancelled", "lease_lost", "budget_exceeded", "limit_reached"})

#: While others stand behind an agent, so much of the time is kept for them: one that hangs must not starve the next.
SHARE_OF_OTHERS: Final = 0.2
MOST_FOR_OTHERS_S: Final = 30.0

log = logging.getLogger(__name__)


def invoke(request: AgentRequest, spec: str | Sequence[str], host: Host) -> Outcome:
    """Run the first agent of the spec that can do it, its answer checked against the role's schema and checks.

    Blocks its caller, and kills children or cancels tasks once host.cancelled() is true or the time is over; only an
    agent in a thread can overrun.
    """
    try:
        role = registry.role(request.role)
        chain = parse(spec)
    except ConductorError as error:
        return _tidy_failure(faults.failure(error))
    metered = MeteredHost(host, request.limits.money_micros)
    earlier: list[_Tried] = []
    for link in chain:
        left = host.remaining_s()
        metered.keep_back(0.0 if link is chain[-1] else min(left * SHARE_OF_OTHERS, MOST_FOR_OTHERS_S))
        asked = replace(request, backend=str(link), limits=_limits_left(request.limits, earlier))
        outcome = _by(link, _run_one(asked, role, link, metered))
        if not (isinstance(outcome, AgentFailure) and link is not chain[-1] and _next_may_try(outcome, host)):
            return _with_history(outcome, earlier)
        earlier.append(_Tried(link, outcome))
        metered.next_agent()
    raise AssertionError("a chain is never empty")


def check_answer(request: AgentRequest, output: Mapping[str, Any], field: str = "output") -> dict[str, Any]:
    """A person's, or any outside answer, checked like an agent's.

    BadInput names each part that is refused as a path below the field it was sent in, such as output.headlines[1].text.
    """
    try:
        return accept(registry.role(request.role), request, output)
    except InvalidOutput as error:
        raise BadInput(error.message, errors=_by_place(error, field)) from error
    except OutputTooLarge as error:
        raise BadInput(error.message, code="too_long", errors={field: error.message}) from error


def _by_place(error: InvalidOutput, field: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place, words in error.faults or (("", error.message),):
        found.setdefault(f"{field}.{place}" if place else field, []).append(words)
    return found


@dataclass(frozen=True, slots=True)
class _Tried:
    link: Spec
    failure: AgentFailure


def _limits_left(limits: Limits, earlier: Sequence[_Tried]) -> Limits:
    """The limit of tokens is the attempt's: what agents before used of it is gone."""
    if limits.tokens is None or not earlier:
        return limits
    used = sum(tried.failure.usage.counted_tokens for tried in earlier)
    return replace(limits, tokens=max(0, limits.tokens - used))


def _run_one(request: AgentRequest, role: Role, link: Spec, host: MeteredHost) -> Outcome:
    try:
        if host.cancelled():
            raise Cancelled
        backend: Backend = registry.backend(link.backend)
        outcome = backend.run(request, role, link.model, host)
    except Exception as error:  # whatever an agent raises is its failure, kept by code and logged, never the caller's
        if not isinstance(error, faults.EXPECTED):
            log.exception(
                "agent failed",
                extra={
                    "agent": str(link),
                    "role": role.name,
                    "attempt": request.attempt,
                },
            )
        return _tidy_failure(faults.failure(error))
    if isinstance(outcome, AgentFailure):
        return _tidy_failure(outcome)
    try:
        if isinstance(outcome, NeedsPerson):
            return _tidy_question(outcome, request.limits.output_bytes)
        return _tidy_result(outcome, accept(role, request, outcome.output))
    except (InvalidOutput, OutputTooLarge) as refused:
        usage, transcript = (outcome.usage, outcome.transcript) if isinstance(outcome, AgentResult) else (Usage(), "")
        return _tidy_failure(replace(faults.failure(refused), usage=usage, transcript=transcript))
    except Exception as error:  # a plug-in role's check or finish may raise anything: its answer is not accepted
        log.exception("answer could not be checked", extra={"agent": str(link), "role": role.name})
        return _tidy_failure(faults.failure(error))


def _by(link: Spec, outcome: Outcome) -> Outcome:
    if isinstance(outcome, NeedsPerson):
        return outcome
    return replace(outcome, by=replace(outcome.by, agent=str(link)))


def _next_may_try(failure: AgentFailure, host: Host) -> bool:
    if failure.code in STOP_ON or host.cancelled() or host.remaining_s() <= 0:
        return False
    return failure.kind == "transient" or failure.code in FALL_BACK_ON


def _with_history(outcome: Outcome, earlier: list[_Tried]) -> Outcome:
    """The outcome with what the agents before it said and spent."""
    if not earlier:
        return outcome
    lines = [f"{tried.link}: {tried.failure.code}: {tried.failure.message}" for tried in earlier]
    if isinstance(outcome, NeedsPerson):
        return replace(outcome, details={**outcome.details, "tried": lines})
    spent = outcome.usage
    for tried in earlier:
        spent = tried.failure.usage + spent
    told: list[str] = []
    for tried, line in zip(earlier, lines, strict=True):
        told += [line, tried.failure.transcript]
    told.append(outcome.transcript)
    transcript = clean_text("\n".join(filter(None, told)), MAX_TRANSCRIPT)
    if isinstance(outcome, AgentFailure):
        return replace(outcome, usage=spent, transcript=transcript)
    why = [f"{tried.link} could not: {tried.failure.message}" for tried in earlier]
    summary = clean_text(" ".join(filter(None, [*why, outcome.summary])), MAX_SUMMARY)
    return replace(outcome, usage=spent, summary=summary, transcript=transcript)


def _told(text: str, most: int) -> str:
    """Text for the record: capped, storable, without secrets. Cut afterwards, since half a secret is not known."""
    return clean_text(redact.redact(clean_text(text, CUT_LATER * most)), most) if text else ""


def _kept(output: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored and shown of an answer: other agents and people read it on, so no secret stays in it."""
    kept: dict[str, Any] = redact.redact_structure(output, prose=True)
    return kept


def _tidy_failure(failure: AgentFailure) -> AgentFailure:
    return replace(
        failure,
        message=_told(failure.message, MAX_MESSAGE),
        transcript=_told(failure.transcript, MAX_TRANSCRIPT),
    )


def _tidy_result(result: AgentResult, output: dict[str, Any]) -> AgentResult:
    changes = result.changes
    if changes is not None:
        changes = replace(changes, diff=_told(changes.diff, MAX_DIFF))
    return AgentResult(
        output=_kept(output),
        summary=_told(result.summary, MAX_SUMMARY),
        usage=result.usage,
        transcript=_told(result.transcript, MAX_TRANSCRIPT),
        changes=changes,
        by=result.by,
    )


def _tidy_question(asked: NeedsPerson, max_bytes: int) -> NeedsPerson:
    encode(asked.details, max_bytes)
    return NeedsPerson(
        question=_told(asked.question, MAX_MESSAGE),
        options=tuple(_told(option, 200) for option in asked.options[:20]),
        details=_kept(asked.details),
    )
