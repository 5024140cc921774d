from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.actions.runs import cancel_run
from campaigns.models import Attempt, Run, Worker
from campaigns.permissions import SYSTEM
from campaigns.transitions.accept import database_now
from campaigns.transitions.claim import Want
from campaigns.transitions.shapes import Claim
from campaigns.transitions.turn import turn
from conductor.lib.clock import timing
from tests.campaigns.engine.drive import make_station
from tests.campaigns.engine.test_place import start

pytestmark = pytest.mark.django_db(transaction=True)


def held() -> tuple[Run, object, Claim]:
    run = start()
    station = make_station()
    claim = turn(run.pk, want=Want(station.worker, "short", {}), actor=SYSTEM).claims[0]
    station.pulse.hold([claim])
    return run, station, claim


def test_a_beat_renews_the_lease_and_the_workers_row() -> None:
    _, station, claim = held()
    Attempt.objects.filter(pk=claim.attempt_id).update(lease_until=database_now())
    station.pulse._tick()
    assert Attempt.objects.get(pk=claim.attempt_id).lease_until > database_now() + timedelta(
        seconds=timing().LEASE_S / 2
    )
    assert Worker.objects.get(pk=station.worker.pk).memory_mb > 0


def test_no_lease_is_renewed_past_the_attempts_limit() -> None:
    _, station, claim = held()
    limit = database_now() + timedelta(seconds=0.5)
    Attempt.objects.filter(pk=claim.attempt_id).update(limit_at=limit)
    station.pulse._tick()
    assert Attempt.objects.get(pk=claim.attempt_id).lease_until == limit


def test_a_lost_lease_stops_the_agent(unsound: None) -> None:
    _, station, claim = held()
    assert not station.pulse.should_stop(claim.attempt_id)
    Attempt.objects.filter(pk=claim.attempt_id).update(state="lost")
    station.pulse._tick()
    assert station.pulse.should_stop(claim.attempt_id)
    assert not station.pulse.is_cancelled(claim.attempt_id)


def test_a_cancelled_run_stops_the_agent() -> None:
    run, station, claim = held()
    cancel_run(run_id=run.pk, reason="enough", actor=SYSTEM)
    station.pulse._tick()
    assert station.pulse.is_cancelled(claim.attempt_id)


def test_an_overrunning_agent_ends_the_process() -> None:
    codes: list[int] = []
    _, station, claim = held()
    station.pulse._exit = codes.append
    station.pulse.running(claim)
    station.pulse._held[claim.attempt_id].running_since -= 10_000
    station.pulse._watch_locally()
    assert codes == [75]


def test_a_drain_that_takes_too_long_hands_the_leases_back() -> None:
    codes: list[int] = []
    run, station, claim = held()
    station.pulse._exit = codes.append
    station.pulse.drain()
    station.pulse.drain_until = 0.0
    station.pulse._watch_locally()
    assert codes == [76]
    assert Attempt.objects.get(pk=claim.attempt_id).state == "released"
    assert run.tasks.get(pk=claim.task_id).state == "ready"
