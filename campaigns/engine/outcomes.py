"""What an agent's outcome means for its attempt: won, failed, timed out, cancelled, handed back, or a question."""

from __future__ import annotations

from agents.contracts import AgentFailure, AgentResult, NeedsPerson, Outcome
from campaigns.engine.bench import Bench
from campaigns.kinds.base import TaskFact
from campaigns.states import AttemptState, TaskState
from campaigns.transitions.shapes import Asked, Claim, Fault, Finish, Question
from conductor.lib.errors import BadInput, ConductorError


def finish_of(bench: Bench, claim: Claim, outcome: Outcome) -> Finish:
    """What an agent's outcome means for its attempt."""
    if isinstance(outcome, NeedsPerson):
        question = Question(outcome.question, outcome.options, outcome.details)
        return Finish(claim, AttemptState.SUCCEEDED, question=question)
    if isinstance(outcome, AgentFailure):
        return failed(bench, claim, outcome)
    return _succeeded(bench, claim, outcome)


def _succeeded(bench: Bench, claim: Claim, result: AgentResult) -> Finish:
    fact = TaskFact(claim.key, claim.role, claim.slot, TaskState.IN_PROGRESS)
    asked = _asked(claim, result)
    try:
        products = bench.setting.kind.products(fact, result.output, claim.inputs)
    except (BadInput, KeyError, TypeError, ValueError) as error:
        words = str(error) if isinstance(error, ConductorError) else "The answer cannot be used."
        fault = Fault("agent_output_invalid", words, "retriable")
        return Finish(claim, AttemptState.FAILED, fault=fault, asked=asked)
    return Finish(
        claim, AttemptState.SUCCEEDED, output=result.output, summary=result.summary, products=products, asked=asked
    )


def failed(bench: Bench, claim: Claim, failure: AgentFailure) -> Finish:
    """A failure by its code: cancelled and timed out have states of their own; a refused budget hands the task back."""
    fault = Fault(failure.code, failure.message, failure.kind, failure.retry_after_s)
    asked = _asked(claim, failure)
    if failure.code == "budget_exceeded":
        return Finish(claim, AttemptState.RELEASED, fault=fault, asked=asked)
    if failure.code in ("cancelled", "lease_lost"):
        return stopped(bench, claim)
    state = AttemptState.TIMED_OUT if failure.code == "agent_timeout" else AttemptState.FAILED
    return Finish(claim, state, fault=fault, asked=asked)


def stopped(bench: Bench, claim: Claim) -> Finish:
    if bench.pulse.is_cancelled(claim.attempt_id):
        return Finish(claim, AttemptState.CANCELLED, fault=Fault("cancelled", "The run was cancelled.", "fatal"))
    return Finish(claim, AttemptState.RELEASED, fault=Fault("released", "The worker handed it back.", "transient"))


def _asked(claim: Claim, said: AgentResult | AgentFailure) -> Asked | None:
    """Worth a row when something was said, spent or went wrong; a free, silent success is told by its attempt alone."""
    ok, usage = isinstance(said, AgentResult), said.usage
    if ok and not said.transcript and not usage.calls and not said.by.replayed:
        return None
    return Asked(
        spec=",".join(claim.backend)[:200],
        ok=ok,
        summary=said.summary if isinstance(said, AgentResult) else said.message,
        transcript=said.transcript,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost_micros=usage.cost_micros,
        estimated=usage.estimated,
        answered_by=said.by.agent[:200],
        prompt=said.by.prompt[:80],
        replayed=said.by.replayed,
    )
