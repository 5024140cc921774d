"""The door: one outcome whatever happens, checked and tidy; the chain of fallbacks; how agents are stopped."""

import logging
import math
import time
from dataclasses import replace
from typing import Any

import pytest

from agents import registry
from agents.contracts import (
    AgentFailure,
    AgentRequest,
    AgentResult,
    Answered,
    Changes,
    Limits,
    NeedsPerson,
    Outcome,
    Usage,
)
from agents.invoke import MAX_TRANSCRIPT, check_answer, invoke
from conductor.lib.errors import CODES, BadInput
from tests.agents.stand_ins import StubHost, request


class FakeBackend:
    """Answers what a test says; raises it when it is an exception."""

    name = "fake"
    runs = "thread"
    model = "optional"

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.seen: list[str | None] = []

    def run(self, request: AgentRequest, role: Any, model: str | None, host: Any) -> Outcome:
        self.seen.append(model)
        answer = self.answers.pop(0)
        answer = answer(host) if callable(answer) else answer
        if isinstance(answer, BaseException):
            raise answer
        return answer  # type: ignore[no-any-return]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Replaces the scripted backend by one that gives these answers."""

    def put(*answers: Any) -> FakeBackend:
        backend = FakeBackend(*answers)
        real = registry.backend
        monkeypatch.setattr(registry, "backend", lambda name: backend if name == "scripted" else real(name))
        return backend

    return put


def test_result_comes_back_as_plain_values() -> None:
    outcome = invoke(request(output={"a": (1, 2)}), "builtin", StubHost())
    assert outcome == AgentResult({"a": [1, 2]}, by=Answered("builtin"))


@pytest.mark.parametrize(
    ("role", "spec", "code"),
    [("poet", "builtin", "unknown_agent"), ("task", "nobody", "unknown_agent"), ("task", [], "unknown_agent")],
)
def test_what_is_unknown_is_a_failure_not_an_exception(role: str, spec: Any, code: str) -> None:
    outcome = invoke(request(role), spec, StubHost())
    assert isinstance(outcome, AgentFailure)
    assert (outcome.code, outcome.kind) == (code, "fatal")


@pytest.mark.parametrize("error", [RuntimeError("x"), RecursionError(), KeyError("k"), MemoryError(), AssertionError()])
def test_an_agent_that_breaks_is_a_failure(fake: Any, error: Exception) -> None:
    fake(error)
    outcome = invoke(request(), "scripted", StubHost())
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "agent_failed"


def test_an_agent_that_breaks_is_logged(fake: Any, caplog: pytest.LogCaptureFixture) -> None:
    fake(RuntimeError("oh"))
    with caplog.at_level(logging.ERROR, "agents.invoke"):
        invoke(request(), "scripted", StubHost())
    assert "agent failed" in caplog.text


def test_a_person_at_the_keyboard_still_can_stop(fake: Any) -> None:
    fake(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        invoke(request(), "scripted", StubHost())


@pytest.mark.parametrize("output", [{"a": math.nan}, {"a": {1}}, {"a": "\x00"}, ["list"], None])
def test_output_that_cannot_be_stored_is_invalid(fake: Any, output: Any) -> None:
    fake(AgentResult(output, usage=Usage(5), transcript="said"))
    outcome = invoke(request(), "scripted", StubHost())
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "agent_output_invalid"
    assert outcome.usage == Usage(5)
    assert outcome.transcript == "said"


def test_output_beyond_its_limit_is_refused(fake: Any) -> None:
    fake(AgentResult({"a": "x" * 2_000}))
    outcome = invoke(request(limits=Limits(output_bytes=1_000)), "scripted", StubHost())
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "agent_output_too_large"


def test_output_must_fit_the_role(fake: Any) -> None:
    fake(AgentResult({"summary": 7, "extra": 1}))
    outcome = invoke(request("planner"), "scripted", StubHost())
    assert isinstance(outcome, AgentFailure)
    assert "summary" in outcome.message
    assert "extra" in outcome.message


def test_free_output_must_fit_the_schema_of_the_request(fake: Any) -> None:
    schema = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
    fake(AgentResult({"n": 1}), AgentResult({"n": "one"}))
    assert isinstance(invoke(request(output_schema=schema), "scripted", StubHost()), AgentResult)
    outcome = invoke(request(output_schema=schema), "scripted", StubHost())
    assert isinstance(outcome, AgentFailure)
    assert "n:" in outcome.message


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "objekt"},
        {"$ref": "https://example.org/schema.json"},
        {"properties": {"n": {"pattern": "(a+)+$"}}},
    ],
)
def test_a_schema_that_cannot_be_used_safely_fails_for_good(fake: Any, schema: dict[str, Any]) -> None:
    fake(AgentResult({"n": "a"}))
    outcome = invoke(request(output_schema=schema), "scripted", StubHost())
    assert isinstance(outcome, AgentFailure)
    assert outcome.kind == "fatal"


TRANSIENT = AgentFailure("agent_throttled", "slow down", "transient", Usage(3, calls=1), "first words")


def test_next_agent_is_asked_after_a_transient_failure(fake: Any) -> None:
    backend = fake(TRANSIENT, AgentResult({"ok": 1}, usage=Usage(4, calls=1), transcript="second words"))
    outcome = invoke(request(), "scripted:one,scripted:two", StubHost())
    assert isinstance(outcome, AgentResult)
    assert backend.seen == ["one", "two"]
    assert outcome.usage == Usage(7, calls=2)
    assert "scripted:one: agent_throttled: slow down" in outcome.transcript
    assert outcome.transcript.endswith("second words")


def test_next_agent_is_asked_after_an_invalid_answer(fake: Any) -> None:
    fake(AgentResult({"a": math.nan}), AgentResult({"ok": 1}))
    assert isinstance(invoke(request(), "scripted:one,scripted:two", StubHost()), AgentResult)


def test_next_agent_is_asked_when_one_cannot_do_the_role() -> None:
    outcome = invoke(request("planner", question="Which tasks?"), "builtin,human", StubHost())
    assert isinstance(outcome, NeedsPerson)
    assert outcome.details["tried"][0].startswith("builtin: unknown_agent")


@pytest.mark.parametrize(
    "failure",
    [
        AgentFailure("agent_failed", "no", "retriable"),
        AgentFailure("agent_refused", "no", "fatal"),
        AgentFailure("budget_exceeded", "no", "conflict"),
        AgentFailure("cancelled", "no", "transient"),
        AgentFailure("lease_lost", "no", "transient"),
    ],
)
def test_nobody_else_is_asked_after_other_failures(fake: Any, failure: AgentFailure) -> None:
    backend = fake(failure, AgentResult({}))
    told = replace(failure, by=Answered("scripted:one"))
    assert invoke(request(), "scripted:one,scripted:two", StubHost()) == told
    assert backend.seen == ["one"]


def test_nobody_else_is_asked_when_the_time_is_over(fake: Any) -> None:
    backend = fake(TRANSIENT, AgentResult({}))
    invoke(request(), "scripted:one,scripted:two", StubHost(seconds=0))
    assert backend.seen == ["one"]


def test_last_failure_of_a_chain_tells_of_all(fake: Any) -> None:
    fake(TRANSIENT, AgentFailure("agent_unreachable", "gone", "transient", Usage(cost_micros=None)))
    outcome = invoke(request(), "scripted:one,scripted:two", StubHost())
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "agent_unreachable"
    assert outcome.usage.cost_micros is None
    assert "slow down" in outcome.transcript


def test_who_stands_in_says_for_whom_and_why(fake: Any) -> None:
    fake(TRANSIENT, AgentResult({}, "Done by hand."))
    outcome = invoke(request(), "scripted:one,scripted:two", StubHost())
    assert isinstance(outcome, AgentResult)
    assert outcome.summary == f"scripted:one could not: {TRANSIENT.message} Done by hand."


def test_cancelled_before_it_starts_asks_nobody(fake: Any) -> None:
    backend, host = fake(AgentResult({})), StubHost()
    host.stop = True
    outcome = invoke(request(), "scripted", host)
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "cancelled"
    assert backend.seen == []


def test_calls_are_numbered_over_the_whole_chain(fake: Any) -> None:
    def pay(outcome: Outcome) -> Any:
        def run(host: Any) -> Outcome:
            for call in (1, 2):
                host.reserve(call, 10)
                host.settle(call, 9)
            return outcome

        return run

    host = StubHost()
    fake(pay(TRANSIENT), pay(AgentResult({})))
    invoke(request(), "scripted:one,scripted:two", host)
    assert [call for verb, call, _ in host.calls if verb == "reserve"] == [1, 2, 3, 4]
    assert [call for verb, call, _ in host.calls if verb == "settle"] == [1, 2, 3, 4]


def test_money_limit_of_the_attempt_is_obeyed() -> None:
    host = StubHost()
    script = {"calls": 5, "micros": 40}
    outcome = invoke(request(script=script, limits=Limits(money_micros=100)), "scripted", host)
    assert isinstance(outcome, AgentFailure)
    assert (outcome.code, outcome.kind) == ("budget_exceeded", "conflict")
    assert [verb for verb, _, _ in host.calls] == ["reserve", "settle"] * 2


def test_a_refused_reservation_is_no_call() -> None:
    host = StubHost(purse=10)
    outcome = invoke(request(script={"calls": 1, "micros": 40}), "scripted", host)
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "budget_exceeded"
    assert host.calls == []


def test_a_lost_lease_ends_the_agent() -> None:
    outcome = invoke(request(script={"calls": 1}), "scripted", StubHost(leased=False))
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "lease_lost"


def test_secrets_and_nul_do_not_get_into_the_record(fake: Any) -> None:
    key = "sk-" + "a1B2" * 8
    fake(RuntimeError(f"bad key {key}\x00"), AgentResult({}, key, transcript=f"\x00{key}" + "y" * 2 * MAX_TRANSCRIPT))
    first, second = (invoke(request(), "scripted", StubHost()) for _ in range(2))
    assert isinstance(first, AgentFailure)
    assert isinstance(second, AgentResult)
    assert key not in first.message + second.summary + second.transcript
    assert "\x00" not in first.message + second.transcript
    assert len(second.transcript) < MAX_TRANSCRIPT + 100


def test_no_secret_stays_in_what_is_kept_of_an_answer(fake: Any) -> None:
    key = "sk-" + "a1B2" * 8
    changes = Changes("c" * 40, f"+{key}", ("a.py",))
    fake(AgentResult({"said": [f"it is {key}"]}, changes=changes), NeedsPerson("?", details={"why": {"key": key}}))
    first, second = (invoke(request(), "scripted", StubHost()) for _ in range(2))
    assert key not in repr(first) + repr(second)
    assert isinstance(first, AgentResult)
    assert first.output == {"said": ["it is [redacted]"]}


def test_a_secret_at_the_cut_is_not_kept_in_part(fake: Any) -> None:
    key = "sk-" + "a1B2" * 8
    lead = MAX_TRANSCRIPT // 2 - 40
    fake(AgentResult({}, transcript="x " * (lead // 2) + key + " y" * MAX_TRANSCRIPT))
    outcome = invoke(request(), "scripted", StubHost())
    assert isinstance(outcome, AgentResult)
    assert "a1B2" not in outcome.transcript


def test_changes_are_kept(fake: Any) -> None:
    changes = Changes("c" * 40, "diff", ("a.py",))
    fake(AgentResult({}, changes=changes))
    outcome = invoke(request(), "scripted", StubHost())
    assert isinstance(outcome, AgentResult)
    assert outcome.changes == changes


def test_question_with_impossible_details_is_a_failure(fake: Any) -> None:
    fake(NeedsPerson("What?", details={"a": math.nan}))
    assert isinstance(invoke(request(), "scripted", StubHost()), AgentFailure)


def test_a_role_whose_check_breaks_accepts_nothing(fake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    broken = replace(registry.role("task"), checks=(lambda answer, asked: 1 / 0,))  # type: ignore[arg-type,return-value]
    monkeypatch.setattr(registry, "role", lambda name: broken)
    fake(AgentResult({}))
    assert isinstance(invoke(request(), "scripted", StubHost()), AgentFailure)


def test_a_persons_answer_is_checked_like_an_agents() -> None:
    assert check_answer(request("worker"), {"summary": "Done by hand."})["status"] == "done"
    with pytest.raises(BadInput) as caught:
        check_answer(request("worker"), {"summary": ""})
    assert caught.value.errors == {"output.summary": ["May not be blank."]}
    with pytest.raises(BadInput) as caught:
        check_answer(request(limits=Limits(output_bytes=10)), {"a": "x" * 100})
    assert caught.value.code == "too_long"


@pytest.mark.parametrize("spec", ["builtin", "scripted"])
def test_the_door_adds_little(spec: str) -> None:
    """A wide bound that only a broken door (imports, schema building per call) would miss."""
    asked, host = request(output={"a": 1}), StubHost()
    invoke(asked, spec, host)
    started = time.perf_counter()
    for _ in range(200):
        invoke(asked, spec, host)
    assert (time.perf_counter() - started) / 200 < 0.003


@pytest.mark.parametrize("code", ["agent_timeout", "agent_output_invalid", "cancelled", "sandbox_unavailable"])
def test_codes_are_of_the_one_list(code: str) -> None:
    assert code in CODES
