from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from campaigns.actions.runs import cancel_run
from campaigns.engine import pulse as pulses
from campaigns.engine.pulse import Pulse, private_mb
from campaigns.models import Attempt, Run, Worker
from campaigns.permissions import SYSTEM
from campaigns.transitions.accept import database_now
from campaigns.transitions.claim import Want
from campaigns.transitions.shapes import Claim
from campaigns.transitions.turn import turn
from conductor.lib.clock import boot_seconds, timing
from conductor.lib.errors import Conflict
from conductor.lib.ids import new_id
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


def test_asked_twice_to_leave_it_keeps_the_first_time_and_a_drain_that_the_database_refuses_ends_all_the_same(
    caplog: pytest.LogCaptureFixture,
) -> None:
    codes: list[int] = []
    _, station, claim = held()
    pulse = station.pulse
    pulse._exit = codes.append
    pulse.drain()
    first = pulse.drain_until
    pulse.drain()
    assert pulse.drain_until == first

    def refuse(claims: Any) -> None:
        raise Conflict

    pulse.release = refuse
    pulse.drain_until = 0.0
    pulse._watch_locally()
    assert codes == [76]
    assert "they will run out" in caplog.text
    assert Attempt.objects.get(pk=claim.attempt_id).state == "running"


def test_without_contact_for_too_long_the_process_ends_but_not_if_it_holds_nothing() -> None:
    codes: list[int] = []
    _, station, claim = held()
    pulse = station.pulse
    pulse._exit = codes.append
    pulse._renewed_at = boot_seconds() - timing().HARD_FENCE_S - 1
    pulse._watch_locally()
    assert codes == [77]
    assert pulse.let_go_of_all() == [claim]
    pulse._watch_locally()
    assert codes == [77]


def test_nothing_is_begun_without_trust_until_renewal_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    _, station, claim = held()
    pulse = Pulse(station.worker, release=lambda claims: None)
    pulse.hold([claim])
    pulse._renewed_at = boot_seconds() - timing().LEASE_S
    assert not pulse.trusts_lease()
    monkeypatch.setattr(time, "sleep", lambda seconds: pulse._renew())
    assert pulse.wait_for_trust(claim.attempt_id), "the database came back and renewed it"
    pulse._renewed_at = boot_seconds() - timing().LEASE_S
    monkeypatch.setattr(time, "sleep", lambda seconds: setattr(pulse._held[claim.attempt_id], "lost", True))
    assert not pulse.wait_for_trust(claim.attempt_id)
    assert not pulse.wait_for_trust(new_id()), "what is not held is not to be trusted"


def test_an_agent_of_an_attempt_that_is_not_held_has_no_clock() -> None:
    _, station, claim = held()
    station.pulse.let_go([claim])
    station.pulse.running(claim)
    station.pulse._tick()
    assert station.pulse.should_stop(claim.attempt_id)
    assert not station.pulse.is_cancelled(claim.attempt_id)


def until(true: Callable[[], object]) -> None:
    ends = time.monotonic() + 20
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_its_thread_beats_on_after_a_missed_and_a_failed_beat_and_ends_when_told(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, station, claim = held()
    pulse = Pulse(station.worker, release=lambda claims: None)
    pulse.hold([claim])
    troubles: list[Exception] = [OperationalError("away"), RuntimeError("a fault of ours")]

    def each_beat() -> None:
        pulse._beat_at = 0.0
        if troubles:
            raise troubles.pop(0)

    pulse.each_beat = each_beat
    Attempt.objects.filter(pk=claim.attempt_id).update(lease_until=database_now())
    pulse.start()
    until(lambda: not troubles)
    until(lambda: Attempt.objects.get(pk=claim.attempt_id).lease_until > database_now())
    pulse.stop()
    assert not pulse._thread.is_alive()
    assert "heartbeat missed: OperationalError" in caplog.text
    assert "heartbeat failed" in caplog.text


def test_memory_that_cannot_be_read_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert private_mb() > 0

    def absent(path: str) -> Any:
        raise FileNotFoundError(path)

    monkeypatch.setattr(pulses, "open", absent, raising=False)
    assert private_mb() == 0.0
