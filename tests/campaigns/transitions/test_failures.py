"""What becomes of a task whose attempt did not succeed, by how it ended and by the kind of its fault."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.actions.runs import cancel_run
from campaigns.models import Attempt, Event, GateResult, Invocation, Run, Team
from campaigns.permissions import SYSTEM
from campaigns.states import AttemptState
from campaigns.transitions.failures import BACKOFF_MAX_S, BACKOFF_S, POISON, backoff
from campaigns.transitions.shapes import Asked, Evidence, Fault, Finish
from conductor.lib.ids import new_id
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh, make_due, states, task
from tests.factories import make_criterion

pytestmark = pytest.mark.django_db


def last(run: Run, type_: str) -> Event:
    return Event.objects.filter(stream_id=run.pk, type=type_).latest("seq")


@pytest.mark.parametrize("kind", ["transient", "retriable"])
def test_another_try_is_made_while_there_are_tries(team: Team, kind: str) -> None:
    run = begin(spec("a", max_attempts=2), team=team)
    hand = Hand(run)
    hand.fail(hand.claim(), kind=kind)
    again = task(run, "a")
    assert (again.state, again.failures) == ("ready", 1)
    assert again.not_before is not None
    assert last(run, "task.retrying").data["kind"] == kind
    make_due(run)
    hand.fail(hand.claim(), kind=kind)
    assert states(run) == {"a": "failed"}


@pytest.mark.parametrize("kind", ["fatal", "conflict"])
def test_what_will_fail_again_is_not_tried_again(team: Team, kind: str) -> None:
    run = begin(spec("a", max_attempts=3), team=team)
    hand = Hand(run)
    hand.fail(hand.claim(), kind=kind)
    assert states(run) == {"a": "failed"}
    assert task(run, "a").error["kind"] == kind


def test_a_time_out_counts_as_a_failure(team: Team) -> None:
    run = begin(spec("a", max_attempts=2), team=team)
    hand = Hand(run)
    hand.time_out(hand.claim())
    assert (task(run, "a").failures, Attempt.objects.get(run=run).state) == (1, "timed_out")
    make_due(run)
    hand.time_out(hand.claim())
    assert task(run, "a").error["code"] == "agent_timeout"
    assert states(run) == {"a": "failed"}


def test_a_provider_that_says_when_is_believed(team: Team) -> None:
    run = begin(spec("a", max_attempts=2), team=team)
    hand = Hand(run)
    hand.fail(hand.claim(), code="agent_throttled", kind="transient", retry_after_s=100.0)
    again = task(run, "a")
    assert again.not_before - again.ready_at == timedelta(seconds=100)


def test_the_wait_doubles_with_jitter_and_has_an_end() -> None:
    one = new_id()
    assert BACKOFF_S <= backoff(1, one) <= 1.2 * BACKOFF_S
    assert 4 * BACKOFF_S <= backoff(3, one) <= 4 * 1.2 * BACKOFF_S
    assert backoff(40, one) <= 1.2 * BACKOFF_MAX_S
    assert len({backoff(3, new_id()) for _ in range(50)}) > 1


def test_a_released_attempt_counts_for_nothing(team: Team) -> None:
    run = begin(spec("a"), team=team)
    hand = Hand(run)
    for _ in range(5):
        hand.release(hand.claim())
    again = task(run, "a")
    assert (again.state, again.failures, again.crashes, again.attempts) == ("ready", 0, 0, 5)


def test_a_task_that_takes_its_worker_down_three_times_is_poison(team: Team) -> None:
    run = begin(spec("a", max_attempts=10), team=team)
    hand = Hand(run)
    for _ in range(POISON):
        assert states(run) == {"a": "ready"}
        hand.vanish(hand.claim())
    poisoned = task(run, "a")
    assert (poisoned.state, poisoned.error["code"], poisoned.failures) == ("failed", "poison", 0)


def test_the_tasks_of_a_lost_batch_are_not_charged_with_the_crash(team: Team) -> None:
    run = begin(spec("a"), spec("b"), team=team)
    hand = Hand(run)
    hand.vanish(*hand.claims(2))
    assert [task(run, key).crashes for key in "ab"] == [0, 0]
    hand.vanish(hand.claim())
    assert task(run, "a").crashes == 1


def test_an_attempt_past_its_limit_says_so(team: Team) -> None:
    run = begin(spec("a", timeout_s=1), team=team)
    hand = Hand(run)
    claim = hand.claim()
    Attempt.objects.filter(pk=claim.attempt_id).update(limit_at=claim.claimed_at)
    hand.vanish(claim)
    attempt = Attempt.objects.get(pk=claim.attempt_id)
    assert (attempt.state, attempt.error["code"]) == ("lost", "agent_timeout")


def test_in_a_run_that_is_being_cancelled_any_end_is_a_cancellation(team: Team) -> None:
    run = begin(spec("a", max_attempts=5), spec("b"), team=team)
    hand = Hand(run)
    claim = hand.claim("a")
    cancel_run(run_id=run.pk, actor=SYSTEM)
    hand.fail(claim)
    assert states(run) == {"a": "cancelled", "b": "cancelled"}
    assert Attempt.objects.get(pk=claim.attempt_id).state == "failed"
    assert fresh(run).state == "cancelled"


def test_a_result_that_beats_the_cancellation_is_kept(team: Team) -> None:
    run = begin(spec("a"), spec("b", "a"), team=team)
    hand = Hand(run)
    claim = hand.claim("a")
    cancel_run(run_id=run.pk, actor=SYSTEM)
    hand.succeed(claim)
    assert states(run) == {"a": "completed", "b": "cancelled"}
    assert fresh(run).state == "cancelled"


def test_the_run_keeps_its_last_errors_by_task(team: Team) -> None:
    run = begin(spec("a"), spec("b"), team=team)
    hand = Hand(run)
    hand.fail(hand.claim("a"), kind="fatal")
    hand.succeed(hand.claim("b"))
    (error,) = fresh(run).errors
    assert (error["task"], error["code"], error["retryable"]) == ("a", "agent_failed", True)


def test_the_error_goes_when_another_try_succeeds(team: Team) -> None:
    run = begin(spec("a", max_attempts=2), team=team)
    hand = Hand(run)
    hand.fail(hand.claim())
    assert task(run, "a").error is not None
    make_due(run)
    claim = hand.claim()
    assert claim.last_error is not None
    hand.succeed(claim)
    assert task(run, "a").error is None


def test_evidence_and_spending_of_a_failed_attempt_are_kept(team: Team) -> None:
    run = begin(spec("a"), team=team)
    criterion = make_criterion(task(run, "a"))
    hand = Hand(run)
    claim = hand.claim()
    proof = Evidence(criterion.pk, "T", "refuted", ("false",), 1, "no", "", "0" * 64, "1" * 40, 5)
    asked = Asked("builtin", False, "no", "all of it", 10, 2, 300)
    fault = Fault("gate_failed", "no", "fatal")
    hand.turn(Finish(claim, AttemptState.FAILED, fault=fault, evidence=(proof,), asked=asked, agent_ms=12))
    assert GateResult.objects.get().verdict == "refuted"
    assert Invocation.objects.get().cost_micros == 300
    assert Attempt.objects.get().agent_ms == 12
    assert last(run, "gate.recorded").data["title"] == "T"


def test_a_failure_without_words_still_has_a_code(team: Team) -> None:
    run = begin(spec("a"), team=team)
    hand = Hand(run)
    hand.turn(Finish(hand.claim(), AttemptState.FAILED))
    assert task(run, "a").error["code"] == "agent_failed"
