"""The turn: finish, claim, number, ring. Handing in twice or too late changes nothing."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection

from campaigns.kinds.base import NewVersion, Products
from campaigns.models import Artifact, Attempt, Event, Run, Task, TaskOutput, Team
from campaigns.permissions import SYSTEM
from campaigns.states import AttemptState, Queue
from campaigns.transitions.claim import Want
from campaigns.transitions.finish import finish
from campaigns.transitions.pieces import ensure_artifacts
from campaigns.transitions.shapes import Claim, Finish
from campaigns.transitions.turn import ring_for_rest, something_to_do, turn
from campaigns.transitions.unit import run_unit
from conductor.lib.errors import NotFound
from conductor.lib.ids import new_id
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh, states, task
from tests.campaigns.races import race

pytestmark = pytest.mark.django_db


def events(run: Run, *types: str) -> list[str]:
    found = Event.objects.filter(stream_id=run.pk).order_by("seq").values_list("type", flat=True)
    return [name for name in found if not types or name in types]


def test_the_first_claim_starts_the_run_and_its_session(team: Team) -> None:
    run = begin(spec("a"), team=team)
    assert (run.state, run.sessions.get().state) == ("queued", "initializing")
    Hand(run).claim("a")
    run = fresh(run)
    assert (run.state, run.sessions.get().state) == ("running", "running")
    assert run.started_at is not None


def test_a_claim_is_born_running_with_fence_and_lease(team: Team) -> None:
    run = begin(spec("a", timeout_s=1), team=team)
    claim = Hand(run).claim()
    attempt = Attempt.objects.get(pk=claim.attempt_id)
    assert (attempt.state, attempt.number, attempt.fence, attempt.alone) == ("running", 1, 1, True)
    assert attempt.lease_until <= attempt.limit_at
    assert task(run, "a").state == "in_progress"


def test_finishing_stores_the_output_and_frees_what_waited(team: Team) -> None:
    run = begin(spec("a"), spec("b", "a"), team=team)
    hand = Hand(run)
    hand.succeed(hand.claim("a"), said="hello")
    assert states(run) == {"a": "completed", "b": "ready"}
    assert TaskOutput.objects.get(task__key="a").output == {"said": "hello"}


def test_a_task_waits_for_all_its_needs(team: Team) -> None:
    run = begin(spec("a"), spec("b"), spec("c", "a", "b"), team=team)
    hand = Hand(run)
    hand.work_off("a")
    assert states(run)["c"] == "pending"
    hand.work_off("b")
    assert states(run)["c"] == "ready"


def test_an_end_need_is_met_by_a_failure(team: Team) -> None:
    run = begin(spec("a"), spec("b", "a!"), team=team)
    hand = Hand(run)
    hand.fail(hand.claim("a"), kind="fatal")
    assert states(run) == {"a": "failed", "b": "ready"}


def test_handing_in_twice_is_the_same_as_once(team: Team) -> None:
    run = begin(spec("a"), spec("b", "a"), team=team)
    hand = Hand(run)
    claim = hand.claim()
    hand.succeed(claim)
    before = fresh(run).last_event_seq
    assert hand.succeed(claim).late == ()
    assert fresh(run).last_event_seq == before


def test_a_worker_that_lost_its_lease_changes_nothing_but_leaves_a_trace(team: Team) -> None:
    run = begin(spec("a"), team=team)
    old, new = Hand(run), Hand(run)
    claim = old.claim()
    old.vanish(claim)
    again = new.claim("a")
    assert old.succeed(claim, said="stale").late == (claim.attempt_id,)
    assert states(run) == {"a": "in_progress"}
    assert not TaskOutput.objects.exists()
    assert events(run, "post.late_result") == ["post.late_result"]
    new.succeed(again, said="fresh")
    assert TaskOutput.objects.get().output == {"said": "fresh"}


def test_a_late_result_is_noted_after_the_end(team: Team) -> None:
    run = begin(spec("a"), team=team)
    old, new = Hand(run), Hand(run)
    claim = old.claim()
    old.vanish(claim)
    new.succeed(new.claim())
    assert fresh(run).state == "completed"
    old.succeed(claim)
    assert events(run)[-1] == "post.late_result"


def test_the_fence_rises_with_every_attempt(team: Team) -> None:
    run = begin(spec("a"), team=team)
    hand = Hand(run)
    first = hand.claim()
    hand.release(first)
    assert hand.claim().fence == first.fence + 1


def test_events_are_numbered_without_gap(team: Team) -> None:
    run = begin(spec("a"), spec("b", "a"), team=team)
    Hand(run).work_off()
    seqs = list(Event.objects.filter(stream_id=run.pk).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, fresh(run).last_event_seq + 1))


def test_every_event_carries_the_correlation_of_what_caused_it(team: Team) -> None:
    run = begin(spec("a"), spec("b", "a"), team=team)
    Hand(run).work_off()
    assert set(Event.objects.filter(stream_id=run.pk).values_list("correlation", flat=True)) == {run.correlation}
    assert run.correlation


def test_the_time_of_turns_that_store_results_adds_up(team: Team) -> None:
    run = begin(spec("a"), spec("b", "a"), team=team)
    hand = Hand(run)
    claim = hand.claim()
    assert fresh(run).write_ms == 0
    hand.succeed(claim)
    first = fresh(run).write_ms
    assert first > 0
    hand.work_off("b")
    assert fresh(run).write_ms > first


def test_lower_priority_numbers_go_first_then_the_plans_order(team: Team) -> None:
    run = begin(spec("late", priority=9), spec("one", priority=1), spec("two", priority=1), team=team)
    hand = Hand(run)
    hand.work_off("one", "two", "late")


def test_a_worker_takes_only_tasks_of_its_queue(team: Team) -> None:
    run = begin(spec("a", queue=Queue.LONG), team=team)
    assert Hand(run, Queue.SHORT).claims() == ()
    assert [c.key for c in Hand(run, Queue.LONG).claims()] == ["a"]


def test_nothing_is_claimed_of_a_run_that_does_not_exist(team: Team) -> None:
    run = begin(spec("a"), team=team)
    hand = Hand(run)
    hand.run = Run(pk=new_id())
    with pytest.raises(NotFound):
        hand.claims()


def test_a_new_run_rings_once_and_whoever_comes_rings_for_the_rest(team: Team) -> None:
    run = begin(*(spec(f"t{n}") for n in range(5)), team=team, max_workers=3)
    assert fresh(run).rings_short == 1
    turn(run.pk, want=Want(Hand(run).worker, "short", {}), arrived=True, actor=SYSTEM)
    assert fresh(run).rings_short == 2
    with run_unit(run.pk, SYSTEM) as u:
        ring_for_rest(u)
        assert u.rings == {}


def test_an_arriving_worker_is_no_longer_rung_for(team: Team) -> None:
    run = begin(spec("a"), spec("b"), team=team, max_workers=2)
    hand = Hand(run)
    hand.claims()
    rung = fresh(run).rings_short
    turn(run.pk, want=Want(hand.worker, "short", {}), arrived=True, actor=SYSTEM)
    assert fresh(run).rings_short == rung - 1


def test_a_worker_that_finds_nothing_ready_passes_by_and_is_no_longer_rung_for(team: Team) -> None:
    run = begin(spec("a"), spec("b"), team=team, max_workers=2)
    Hand(run).claims(2)
    Run.objects.filter(pk=run.pk).update(rings_short=2)
    told = len(events(run))
    for left in (1, 0, 0):
        assert not something_to_do(run.pk, "short")
        assert (fresh(run).rings_short, len(events(run))) == (left, told)


def test_a_worker_passes_by_in_its_own_queue_only(team: Team) -> None:
    run = begin(spec("a"), team=team)
    Hand(run).claims()
    Run.objects.filter(pk=run.pk).update(rings_short=2, rings_long=2)
    assert not something_to_do(run.pk, "long")
    assert (fresh(run).rings_short, fresh(run).rings_long) == (2, 1)


def test_a_worker_that_finds_something_ready_stays_outstanding_until_its_turn(team: Team) -> None:
    run = begin(spec("a"), spec("b"), team=team, max_workers=2)
    rung = fresh(run).rings_short
    assert something_to_do(run.pk, "short")
    assert fresh(run).rings_short == rung


def test_nobody_has_anything_to_do_at_a_run_that_ended_or_never_was(team: Team) -> None:
    run = begin(spec("a"), team=team)
    Hand(run).work_off("a")
    Run.objects.filter(pk=run.pk).update(rings_short=1)
    assert not something_to_do(run.pk, "short")
    assert not something_to_do(new_id(), "short")
    assert fresh(run).rings_short == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_whoever_passes_by_while_a_task_becomes_ready_sees_it(team: Team) -> None:
    """The finish that frees a task holds the run; the worker that came meanwhile must not leave unseen."""
    run = begin(spec("a"), spec("b", "a"), team=team, max_workers=2)
    claim = Hand(run).claim("a")
    Run.objects.filter(pk=run.pk).update(rings_short=1)
    saw: list[bool] = []
    visitor = threading.Thread(target=lambda: saw.append(_visit(run)))
    with run_unit(run.pk, SYSTEM) as u:
        visitor.start()
        _wait_for_a_waiting_lock()
        finish(u, [Finish(claim, AttemptState.SUCCEEDED)])
        ring_for_rest(u)
        assert u.rings == {}, "somebody is on the way, so nobody is rung"
    visitor.join()
    assert saw == [True]


def _visit(run: Run) -> bool:
    try:
        return something_to_do(run.pk, "short")
    finally:
        connection.close()


def _wait_for_a_waiting_lock() -> None:
    until = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("select count(*) from pg_locks where not granted")
            if cursor.fetchone() != (0,):
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_a_batch_is_claimed_and_finished_in_one_turn(team: Team) -> None:
    run = begin(*(spec(f"t{n}") for n in range(5)), team=team)
    claims = Hand(run).claims(3)
    assert [c.key for c in claims] == ["t0", "t1", "t2"]
    assert not any(Attempt.objects.get(pk=c.attempt_id).alone for c in claims)
    assert len({c.limit_at for c in claims}) == 1


def _version(claim: Claim) -> Finish:
    made = NewVersion("copy", {"n": claim.key})
    return Finish(claim, AttemptState.SUCCEEDED, products=Products(version=made))


def test_of_versions_of_one_piece_in_one_turn_the_last_stands(team: Team) -> None:
    run = begin(*(spec(f"t{n}") for n in range(5)), team=team)
    with run_unit(run.pk, SYSTEM) as u:
        ensure_artifacts(u, ["copy"])
        ensure_artifacts(u, ["copy"])
    hand = Hand(run)
    hand.turn(*(_version(claim) for claim in hand.claims(5)))
    piece = Artifact.objects.get()
    assert piece.active is not None
    assert (piece.head, piece.active.number, piece.active.content) == (5, 5, {"n": "t4"})


def test_counters_follow_the_tasks(team: Team) -> None:
    run = begin(spec("a"), spec("b", "a"), team=team)
    hand = Hand(run)
    hand.work_off("a")
    assert {k: n for k, n in fresh(run).counts.items() if n} == {"completed": 1, "ready": 1}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_workers_that_claim_at_once_never_share_a_task(team: Team) -> None:
    run = begin(*(spec(f"t{n}") for n in range(6)), team=team)
    hands = [Hand(run) for _ in range(4)]
    results = race(*(hand.claims for hand in hands))
    keys = [claim.key for claims in results for claim in claims]
    assert sorted(keys) == sorted(set(keys))
    assert len(keys) == 4


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_that_finish_the_same_attempt_one_is_stored(team: Team) -> None:
    run = begin(spec("a"), team=team)
    hand = Hand(run)
    claim = hand.claim()
    race(lambda: hand.succeed(claim, n=1), lambda: hand.fail(claim, kind="fatal"))
    attempt = Attempt.objects.get(pk=claim.attempt_id)
    assert (attempt.state, Task.objects.get(run=run).state) in (("succeeded", "completed"), ("failed", "failed"))
    assert len(events(run, "task.completed", "task.failed")) == 1
