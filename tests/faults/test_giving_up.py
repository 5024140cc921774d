"""G2, G3, G5, without processes: a worker that fails in the middle keeps no lease alive and counts nothing wrongly."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction

from campaigns.engine import place
from campaigns.engine.place import Station, take_place
from campaigns.engine.sweeps import SWEEPS
from campaigns.models import Event, Run
from campaigns.permissions import SYSTEM
from campaigns.transitions.accept import database_now
from campaigns.transitions.claim import Want
from campaigns.transitions.shapes import Turned
from campaigns.transitions.turn import turn
from conductor.lib import bulk
from conductor.lib.clock import Timing
from tests.campaigns.engine.drive import drive, make_station
from tests.faults import scenes
from tests.faults.stack import tries

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.usefixtures("sound")]

Away = Callable[[OperationalError], None]


@pytest.fixture
def station(monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setattr("campaigns.engine.patience.FIRST_S", 0.0)
    return make_station()


def one_task() -> Run:
    return scenes.start(scenes.graph(scenes.task("a", max_attempts=2)))


def failing(times: int, error: Exception, work: Callable[..., object]) -> Callable[..., object]:
    """The same work, which fails the first so many times."""
    left = [times]

    def attempt(*args: object, **named: object) -> object:
        if left[0]:
            left[0] -= 1
            raise error
        return work(*args, **named)

    return attempt


def test_a_database_that_is_away_for_many_tries_costs_no_work(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = one_task()
    calls: list[object] = []

    def turns(*args: object, **named: object) -> Turned:
        calls.append(named.get("finishes"))
        if named.get("finishes") and len(calls) < 25:
            raise OperationalError("away")
        return turn(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(place, "turn", turns)
    assert take_place(station, run.pk, "short") == 1
    assert len(calls) == 25
    assert tries(run, "a") == ["succeeded"]


def test_a_claim_of_which_the_worker_did_not_hear_is_given_to_it_again(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = one_task()
    deaf = [True]

    def turns(*args: object, **named: object) -> Turned:
        turned = turn(*args, **named)  # type: ignore[arg-type]
        if deaf and turned.claims:
            deaf.clear()
            raise OperationalError("the answer was lost")
        return turned

    monkeypatch.setattr(place, "turn", turns)
    assert take_place(station, run.pk, "short") == 1
    assert tries(run, "a") == ["succeeded"]
    assert Event.objects.filter(stream_id=run.pk, type="task.started").count() == 1


def test_a_question_told_twice_is_not_too_late(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    run = scenes.start(scenes.graph(scenes.task("a", script={"mode": "ask"})))
    deaf = [True]

    def turns(*args: object, **named: object) -> Turned:
        turned = turn(*args, **named)  # type: ignore[arg-type]
        if deaf and named.get("finishes"):
            deaf.clear()
            raise OperationalError("the answer was lost")
        return turned

    monkeypatch.setattr(place, "turn", turns)
    take_place(station, run.pk, "short")
    assert not deaf
    assert run.tasks.get().state == "waiting"
    assert not Event.objects.filter(stream_id=run.pk, type="post.late_result").exists()
    assert run.decisions.count() == 1


def test_a_worker_whose_database_stays_away_hands_back_what_it_holds(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = one_task()
    monkeypatch.setattr(place, "gather", failing(1, OperationalError("away"), place.gather))
    monkeypatch.setattr("campaigns.engine.patience.timing", _no_patience)
    with pytest.raises(OperationalError):
        take_place(station, run.pk, "short")
    assert station.pulse.let_go_of_all() == []
    assert tries(run, "a") == ["released"]
    assert drive(run).state == "completed"
    task = run.tasks.get()
    assert (task.failures, task.crashes) == (0, 0)


@pytest.mark.parametrize("where", ["gather", "execute"])
def test_a_fault_of_ours_is_a_failed_try_and_never_a_lease_kept_alive(
    station: Station, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    run = one_task()
    monkeypatch.setattr(place, where, failing(9, KeyError("ours"), getattr(place, where)))
    for _ in range(2):
        with suppress(KeyError):
            take_place(station, run.pk, "short")
        run.tasks.update(not_before=None)
    assert station.pulse.let_go_of_all() == []
    assert tries(run, "a") == ["failed", "failed"]
    run.refresh_from_db()
    assert (run.state, run.errors[-1]["code"]) == ("failed", "internal")


def test_a_result_that_the_database_refuses_is_a_failed_try(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    run = one_task()

    def turns(*args: object, **named: object) -> Turned:
        finishes = named.get("finishes")
        if isinstance(finishes, list) and any(f.output or not f.fault for f in finishes):
            raise DataError("a value out of range")
        return turn(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(place, "turn", turns)
    take_place(station, run.pk, "short")
    assert tries(run, "a") == ["failed"]
    monkeypatch.undo()
    run.tasks.update(not_before=None)
    assert drive(run).state == "completed"


def test_what_follows_a_turn_may_fail_without_a_loss(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `_after` does is left to the witness; the attempts claimed in the same turn are made."""
    tasks = scenes.task("a", script={"mode": "fail", "kind": "fatal"}), scenes.task("b", "a"), scenes.task("c")
    run = scenes.start(scenes.graph(*tasks))
    monkeypatch.setattr(place, "block_dependants", failing(99, OperationalError("away"), place.block_dependants))
    monkeypatch.setattr(place, "SLICE_S", 60)  # on a slow machine it would leave after the first and ring
    take_place(station, run.pk, "short")
    assert tries(run, "c") == ["succeeded"]
    for sweep in SWEEPS.values():
        sweep(database_now(), SYSTEM)
    run.refresh_from_db()
    assert run.state == "partially_completed"


@pytest.mark.postgres
def test_errors_of_a_copy_are_told_like_all_others() -> None:
    run = one_task()
    event = Event.objects.filter(stream_id=run.pk).first()
    assert event
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert([event, event])
    cut_this_connection()
    with pytest.raises(OperationalError), transaction.atomic():
        bulk.insert([event, event])


def test_one_run_that_cannot_be_repaired_keeps_the_witness_from_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [scenes.start(scenes.brief()) for _ in range(3)]
    for run in runs:
        claimed = turn(run.pk, want=Want(make_station().worker, "short", {}), actor=SYSTEM).claims
        run.attempts.filter(pk=claimed[0].attempt_id).update(lease_until=run.created_at)
    broken = runs[0].pk
    from campaigns.engine import sweeps

    expire = sweeps.expire_leases

    def some(run_id: object, **named: object) -> object:
        if run_id == broken:
            raise ZeroDivisionError
        return expire(run_id, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(sweeps, "expire_leases", some)
    assert sweeps.leases_over(database_now(), SYSTEM) == 2
    monkeypatch.undo()
    assert sweeps.leases_over(database_now(), SYSTEM) == 1


def cut_this_connection() -> None:
    """End this connection from another one, as an administrator would."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s, 5000)", [pid])
    finally:
        other.close()


def _no_patience() -> Timing:
    return Timing(HARD_FENCE_S=-1.0)
