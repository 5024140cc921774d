from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.actions.idempotency import KEPT, forget_old_keys
from campaigns.actions.runs import cancel_run, pause_run, resume_run, retry_run
from campaigns.engine import sweeps
from campaigns.engine.sweeps import SWEEPS
from campaigns.models import Attempt, Event, IdempotencyKey, Run, Task
from campaigns.permissions import SYSTEM
from campaigns.transitions.accept import database_now
from campaigns.transitions.claim import Want
from campaigns.transitions.turn import turn
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
