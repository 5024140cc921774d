from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.actions.budgets import reserve
from campaigns.actions.idempotency import KEPT, forget_old_keys
from campaigns.actions.runs import cancel_run, pause_run, resume_run, retry_run
from campaigns.engine import sweeps, witness
from campaigns.engine.sweeps import SWEEPS
from campaigns.engine.witness import Witness, sweep_once, watch
from campaigns.models import Attempt, AuditReport, Event, IdempotencyKey, LedgerEntry, Run, Service, Task
from campaigns.permissions import SYSTEM
from campaigns.transitions.accept import database_now
from campaigns.transitions.claim import Want
from campaigns.transitions.turn import turn
from conductor.lib.clock import boot_seconds, timing
from conductor.lib.errors import Conflict
from conductor.lib.ids import new_id
from tests.campaigns.engine.drive import drive, make_station
from tests.campaigns.engine.test_place import start

pytestmark = pytest.mark.django_db(transaction=True)


def sweep() -> dict[str, int]:
    return {name: n for name, sweep in SWEEPS.items() if (n := sweep(database_now(), SYSTEM))}


def claim_one(run: Run) -> Attempt:
    claims = turn(run.pk, want=Want(make_station().worker, "short", {}), actor=SYSTEM).claims
    return Attempt.objects.get(pk=claims[0].attempt_id)


def test_a_lease_that_ran_out_is_lost_and_the_task_is_ready_again() -> None:
    run = start()
    attempt = claim_one(run)
    Attempt.objects.filter(pk=attempt.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sweep()["leases_over"] == 1
    attempt.refresh_from_db()
    assert (attempt.state, attempt.task.state, attempt.task.crashes) == ("lost", "ready", 1)


def test_a_task_that_takes_its_worker_down_three_times_fails_as_poison() -> None:
    run = start()
    for _ in range(3):
        attempt = claim_one(run)
        Attempt.objects.filter(pk=attempt.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        sweep()
    task = Task.objects.get(pk=attempt.task_id)
    assert (task.state, task.error["code"]) == ("failed", "poison")
    assert drive(run).state == "partially_completed"


def test_an_overdue_run_fails_and_says_why() -> None:
    run = start()
    Run.objects.filter(pk=run.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))
    sweep()
    run.refresh_from_db()
    assert (run.state, run.end_code) == ("failed", "run_deadline")


def test_the_clock_of_a_paused_run_stands() -> None:
    run = start()
    pause_run(run_id=run.pk, actor=SYSTEM)
    Run.objects.filter(pk=run.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))
    sweep()
    run.refresh_from_db()
    assert run.state == "paused"


def test_a_second_sweep_finds_nothing() -> None:
    run = start()
    claim_one(run)
    sweep()
    assert sweep() == {}


def test_an_audit_that_could_not_be_made_is_made_later_by_itself() -> None:
    run = drive(start(agents={"audit": ["scripted:fail"]}))
    assert (run.state, run.audit_pending) == ("completed", True)
    run.campaign.settings = {}
    run.campaign.save()
    Run.objects.filter(pk=run.pk).update(finished_at=timezone.now() - timedelta(hours=1))
    assert sweep()["audits_owed"] == 1
    child = drive(run.children.get())
    assert child.state == "completed"
    sweep()
    run.refresh_from_db()
    assert not run.audit_pending
    assert Event.objects.filter(stream_id=run.pk).latest("seq").type == "post.audit_done"


def test_retrying_the_missing_piece_completes_the_same_bundle() -> None:
    run = drive(start(agents={"short_copy": ["scripted:fail"]}))
    assert run.state == "partially_completed"
    run.tasks.filter(slot="short_copy").update(backend=["builtin"])
    retry_run(run_id=run.pk, agents=["short_copy"], actor=SYSTEM)
    run = drive(run)
    assert (run.state, run.outcome) == ("completed", "success")
    assert run.sessions.count() == 2
    assert run.versions.count() == 3
    assert run.audits.filter(state="done").count() == 2


def test_cancelling_twice_is_the_same_as_once() -> None:
    run = start()
    for _ in range(2):
        assert cancel_run(run_id=run.pk, actor=SYSTEM).state == "cancelled"
    assert Event.objects.filter(stream_id=run.pk, type="run.cancelled").count() == 1


def test_a_resumed_run_goes_on_in_a_new_session() -> None:
    run = start()
    pause_run(run_id=run.pk, reason="lunch", actor=SYSTEM)
    resume_run(run_id=run.pk, actor=SYSTEM)
    assert drive(run).state == "completed"
    assert list(run.sessions.values_list("state", flat=True)) == ["paused", "completed"]


def keep_key(key: str, age: timedelta) -> None:
    IdempotencyKey.objects.create(principal="user:1", key=key, request_hash="0" * 64, status_code=201, response={})
    IdempotencyKey.objects.filter(key=key).update(created_at=timezone.now() - age)


def keys_left() -> list[str]:
    return list(IdempotencyKey.objects.order_by("pk").values_list("key", flat=True))


def test_idempotency_keys_are_forgotten_after_seven_days() -> None:
    keep_key("old", timedelta(days=7, minutes=1))
    keep_key("young", timedelta(days=7) - timedelta(minutes=1))
    assert sweep() == {"keys_over": 1}
    assert keys_left() == ["young"]
    assert sweep() == {}


def test_a_sweep_forgets_one_batch_of_keys_and_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "BATCH", 2)
    for n in range(3):
        keep_key(f"key-{n}", timedelta(days=30 - n))
    assert sweep() == {"keys_over": 2}
    assert keys_left() == ["key-2"]
    assert sweep() == {"keys_over": 1}


def test_looking_for_old_keys_does_not_read_all_the_young_ones() -> None:
    for n in range(3):
        keep_key(f"key-{n}", KEPT / 2)
    now = database_now()
    with CaptureQueriesContext(connection) as seen:
        assert forget_old_keys(now=now, most=2, actor=SYSTEM) == 0
    assert [query["sql"].endswith("LIMIT 2") for query in seen.captured_queries] == [True]


def test_a_run_outlives_its_key() -> None:
    run = start()
    keep_key("go", timedelta(days=8))
    IdempotencyKey.objects.update(run=run)
    assert sweep()["keys_over"] == 1
    assert Run.objects.filter(pk=run.pk).exists()


# --- The witness itself -------------------------------------------------------------------------------------------


def overdue_lease(run: Run) -> Attempt:
    attempt = claim_one(run)
    Attempt.objects.filter(pk=attempt.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    return attempt


def state_of(attempt: Attempt) -> str:
    return Attempt.objects.get(pk=attempt.pk).state


def test_a_witness_that_has_just_begun_declares_nobody_dead_before_it_has_seen_a_lease() -> None:
    attempt = overdue_lease(start())
    seeing = Witness()
    assert "leases_over" not in seeing.sweep()
    assert state_of(attempt) == "running"
    seeing.seen_since -= timing().LEASE_S
    assert seeing.sweep()["leases_over"] == 1
    assert state_of(attempt) == "lost"
    assert Service.objects.get(pk=seeing.row.pk).figures["leases_over"] == 1


def test_after_a_gap_in_its_own_sweeps_it_waits_for_a_lease_again() -> None:
    attempt = overdue_lease(start())
    seeing = Witness()
    seeing.seen_since = boot_seconds() - 2 * timing().LEASE_S
    seeing.last_sweep = boot_seconds() - timing().LEASE_S
    assert "leases_over" not in seeing.sweep()
    assert state_of(attempt) == "running"
    seeing.seen_since = boot_seconds() - 2 * timing().LEASE_S
    seeing.last_sweep = boot_seconds()
    seeing.sweep()
    assert state_of(attempt) == "lost"


def test_a_gap_does_not_matter_where_another_witness_saw_the_heartbeats() -> None:
    attempt = overdue_lease(start())
    long_ago = timezone.now() - timedelta(hours=1)
    Service.objects.create(name="witness", host="other", pid=1, started_at=long_ago, beat_at=timezone.now())
    assert sweep_once()["leases_over"] == 1
    assert state_of(attempt) == "lost"


def test_it_says_goodbye_and_forgets_witnesses_long_gone() -> None:
    long_ago = timezone.now() - timedelta(days=1)
    gone = Service.objects.create(name="witness", host="other", pid=1, started_at=long_ago, beat_at=long_ago)
    sweep_once()
    assert not Service.objects.filter(pk=gone.pk).exists()
    assert Service.objects.get(name="witness").stopped_at is not None


def test_a_database_that_fails_is_waited_for_and_a_goodbye_that_fails_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    swept: list[int] = []

    def sweep_or_fail(self: Witness) -> dict[str, int]:
        swept.append(1)
        if len(swept) == 1:
            raise OperationalError
        stop.set()
        return {}

    def mute(self: Witness) -> None:
        raise OperationalError

    monkeypatch.setattr(Witness, "sweep", sweep_or_fail)
    monkeypatch.setattr(Witness, "leave", mute)
    watch(stop)
    assert len(swept) == 2
    assert "sweep missed: OperationalError" in caplog.text
    assert "could not say goodbye" in caplog.text


def test_a_witness_told_to_stop_before_it_saw_the_database_just_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()

    def away() -> datetime:
        stop.set()
        raise OperationalError

    monkeypatch.setattr(witness, "database_now", away)
    watch(stop)
    assert not Service.objects.exists()


# --- One sweep at a time ------------------------------------------------------------------------------------------


def test_a_run_that_cannot_be_repaired_now_is_said_and_the_next_is_looked_at(caplog: pytest.LogCaptureFixture) -> None:
    troubles: list[Exception | None] = [Conflict("Not now."), RuntimeError("ours"), None]
    seen: list[Any] = []

    def repair(run: Any) -> None:
        seen.append(run)
        if (trouble := troubles.pop(0)) is not None:
            raise trouble

    ids = [new_id() for _ in range(3)]
    assert sweeps._each(ids, repair) == 1
    assert seen == ids
    assert "sweep put off: Not now." in caplog.text
    assert "sweep failed" in caplog.text


@pytest.mark.postgres
def test_a_run_that_somebody_holds_is_put_off_and_the_others_are_repaired(caplog: pytest.LogCaptureFixture) -> None:
    """As where its worker was stopped in the middle of a turn; a supervisor sweeps before it starts."""
    held, other = start(), start()
    worker = make_station().worker
    for run in (held, other):
        turn(run.pk, want=Want(worker, "short", {}), actor=SYSTEM)
    Attempt.objects.update(lease_until=timezone.now() - timedelta(hours=1))
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Run.objects.select_for_update().get(pk=held.pk)
            locked.set()
            done.wait(30)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert locked.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        assert sweeps.leases_over(database_now(), SYSTEM) == 1
    finally:
        done.set()
        holder.join()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    assert Attempt.objects.get(run=held).state == "running"
    assert Attempt.objects.get(run=other).state == "lost"
    assert "the run is locked" in caplog.text
    assert sweeps.leases_over(database_now(), SYSTEM) == 1


def test_a_database_that_is_away_ends_the_sweep() -> None:
    def repair(run: Any) -> None:
        raise OperationalError

    with pytest.raises(OperationalError):
        sweeps._each([new_id()], repair)


def test_a_ring_that_did_not_arrive_is_forgotten_only_when_it_is_old() -> None:
    run = start()
    now = database_now()
    Run.objects.filter(pk=run.pk).update(rings_short=3)
    sweeps.ring_again(run.pk, SYSTEM)
    assert Run.objects.get(pk=run.pk).rung_at == run.rung_at, "all it can use is rung for"
    Run.objects.filter(pk=run.pk).update(rung_at=now - timedelta(seconds=2 * timing().RING_AGAIN_S))
    assert sweeps.unrung(now, SYSTEM) == 1
    again = Run.objects.get(pk=run.pk)
    assert (again.rings_short, again.rung_at > now - timedelta(seconds=1)) == (3, True)
    cancel_run(run_id=run.pk, actor=SYSTEM)
    sweeps.ring_again(run.pk, SYSTEM)
    assert Run.objects.get(pk=run.pk).rung_at == again.rung_at, "an ended run is not rung for"


def test_a_deadline_moved_meanwhile_ends_nothing() -> None:
    run = start()
    sweeps._end_overdue(run.pk, SYSTEM)
    assert Run.objects.get(pk=run.pk).state == "queued"


def test_an_audit_that_fails_in_all_tries_is_given_up_and_no_sweep_comes_back_to_it() -> None:
    run = drive(start(agents={"audit": ["scripted:fail"]}))
    long_ago = timezone.now() - timedelta(days=1)
    Run.objects.filter(pk=run.pk).update(finished_at=long_ago)
    for tries in range(sweeps.AUDIT_TRIES):
        assert sweeps.audits_owed(database_now(), SYSTEM) == 1, tries
        assert sweeps.audits_owed(database_now(), SYSTEM) == 0, "one at a time"
        drive(Run.objects.filter(parent=run).latest("created_at"))
        Run.objects.filter(parent=run).update(finished_at=long_ago)
    assert sweeps.audits_owed(database_now(), SYSTEM) == 1
    run.refresh_from_db()
    assert (run.audit_pending, Run.objects.filter(parent=run).count()) == (False, sweeps.AUDIT_TRIES)
    assert AuditReport.objects.get(run=run).state == "failed"
    assert sweeps.audits_owed(database_now(), SYSTEM) == 0


def test_what_a_vanished_worker_had_reserved_is_booked_as_spent() -> None:
    run = start()
    attempt = claim_one(run)
    reserve(run_id=run.pk, attempt_id=attempt.pk, call=1, micros=70, actor=SYSTEM)
    later = database_now() + timedelta(seconds=3 * timing().LEASE_S)
    assert sweeps.unsettled(later, SYSTEM) == 0, "its worker lives"
    Attempt.objects.filter(pk=attempt.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    sweeps.leases_over(database_now(), SYSTEM)
    assert (sweeps.unsettled(later, SYSTEM), sweeps.unsettled(later, SYSTEM)) == (1, 0)
    booked = LedgerEntry.objects.get(run=run, kind="settle")
    assert (booked.micros, booked.known) == (70, False)
