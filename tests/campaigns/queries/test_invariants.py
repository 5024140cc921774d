"""Every check is silent on sound data and fires on its planted fault. Tables that refuse changes get planted rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from campaigns.actions import budgets
from campaigns.actions.checkpoints import save_checkpoint, signing_key
from campaigns.actions.runs import cancel_run, pause_run, resume_run, retry_run, start_run
from campaigns.models import (
    Artifact,
    ArtifactVersion,
    Attempt,
    AuditReport,
    Budget,
    Campaign,
    Checkpoint,
    Decision,
    Dependency,
    Event,
    IdempotencyKey,
    LedgerEntry,
    Merge,
    Outbox,
    Run,
    Task,
    TaskOutput,
    Team,
    Workspace,
)
from campaigns.permissions import SYSTEM
from campaigns.queries.invariants import CHECKS, violations
from conductor.lib.clock import now
from conductor.lib.ids import new_id
from tests.campaigns.engine.drive import drive
from tests.campaigns.engine.test_place import BRIEF

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=2)


@dataclass
class World:
    """A run that ended, one that waits for a worker, and what belongs to them."""

    done: Run
    waiting: Run

    @property
    def task(self) -> Task:
        return self.done.tasks.get(key="copy")

    @property
    def attempt(self) -> Attempt:
        return self.task.tries.get()

    @property
    def ready(self) -> Task:
        found = self.waiting.tasks.filter(state="ready").order_by("position").first()
        assert found is not None
        return found

    @property
    def artifact(self) -> Artifact:
        return Artifact.objects.get(campaign=self.done.campaign_id, slot="copy")

    @property
    def book(self) -> Budget:
        return Budget.objects.get(run=self.waiting)

    def try_at(self, task: Task, **values: Any) -> Attempt:
        """One more attempt, in step with the task's counters."""
        Task.objects.filter(pk=task.pk).update(attempts=F("attempts") + 1, fence=F("fence") + 1)
        task.refresh_from_db()
        at = now()
        given = {"number": task.attempts, "fence": task.fence, "lease_until": at, "limit_at": at, "started_at": at}
        return Attempt.objects.create(task=task, **{"run": task.run, **given, **values})

    def tell(self, run: Run, type_: str, **values: Any) -> None:
        """One more event, in step with the run's counter."""
        Run.objects.filter(pk=run.pk).update(last_event_seq=F("last_event_seq") + 1)
        run.refresh_from_db()
        said = {"state": run.state, "stage": run.stage, "actor": "test", "time": now(), **values}
        Event.objects.create(stream="run", stream_id=run.pk, seq=run.last_event_seq, type=type_, **said)


def make_run(team: Team, name: str) -> Run:
    campaign = Campaign.objects.create(team=team, kind="creative", name=name, brief={**BRIEF, "product": name})
    return start_run(campaign_id=campaign.pk, actor=SYSTEM)


@pytest.fixture
def world(team: Team) -> World:
    done = drive(make_run(team, "Larkspur"))
    waiting = make_run(team, "Foxglove")
    made = World(done, waiting)
    save_checkpoint(run_id=waiting.pk, actor=SYSTEM)
    Budget.objects.create(team=team, scope="run", run=waiting, limit_micros=1_000)
    return made


def found(quiet_s: float = 0, **given: Any) -> list[str]:
    return [violation.check for violation in violations(quiet_s=quiet_s, **given)]


def test_sound_data_has_no_violation(world: World) -> None:
    assert violations(quiet_s=0, given=[world.done.pk, world.waiting.pk], signing_key=signing_key()) == []


def test_every_check_says_what_must_hold() -> None:
    assert all(check.__doc__ and check.__doc__.startswith("I") for check in CHECKS)


@pytest.mark.parametrize("mode", ["parallel", "sequential"])
def test_every_way_of_a_run_is_sound(team: Team, mode: str) -> None:
    campaign = Campaign.objects.create(
        team=team, kind="creative", name="x", brief=BRIEF, settings={"agents": {"short_copy": ["scripted:fail"]}}
    )
    run = drive(start_run(campaign_id=campaign.pk, mode=mode, actor=SYSTEM))
    assert violations(quiet_s=0) == []
    drive(retry_run(run_id=run.pk, actor=SYSTEM))
    assert violations(quiet_s=0) == []
    other = start_run(campaign_id=campaign.pk, mode=mode, actor=SYSTEM)
    pause_run(run_id=other.pk, actor=SYSTEM)
    assert violations(quiet_s=0) == []
    resume_run(run_id=other.pk, actor=SYSTEM)
    cancel_run(run_id=other.pk, actor=SYSTEM)
    assert violations(quiet_s=0) == []


def test_money_that_was_reserved_settled_and_overspent_is_sound(world: World) -> None:
    attempt = world.try_at(world.ready, lease_until=now() + timedelta(hours=1), state="running")
    budgets.reserve(run_id=world.waiting.pk, attempt_id=attempt.pk, call=1, micros=900, actor=SYSTEM)
    budgets.settle(run_id=world.waiting.pk, attempt_id=attempt.pk, call=1, micros=1_200, actor=SYSTEM)
    assert "I7" not in found()


# --- plants ---------------------------------------------------------------------------------------------------------


def _gap(world: World) -> None:
    Event.objects.create(
        stream="run",
        stream_id=world.done.pk,
        seq=world.done.last_event_seq + 5,
        type="post.edited",
        actor="x",
        time=now(),
    )


def _drop(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"drop index {name}")


def _two_winners(world: World) -> None:
    _drop("attempt_one_winner")
    world.try_at(world.task, state="succeeded")


def _two_live(world: World) -> None:
    _drop("attempt_one_live")
    for _ in range(2):
        world.try_at(world.ready, state="running")


def _foreign_attempt(world: World) -> None:
    world.try_at(world.ready, run=world.done, state="failed")


def _version(world: World, **values: Any) -> ArtifactVersion:
    given = {"number": world.artifact.head + 1, "content": {}, "size": 2, "created_at": now(), "sha256": "0" * 64}
    return ArtifactVersion.objects.create(artifact=world.artifact, **{**given, **values})


def _lost_version(world: World) -> None:
    attempt = world.try_at(world.ready, state="lost")
    _version(world, attempt=attempt, run=world.waiting)


def _foreign_version(world: World) -> None:
    world.artifact.versions.update(run=world.waiting)


def _entry(world: World, kind: str, micros: int = 5, **values: Any) -> None:
    given = {"run": world.waiting, "call_key": "a:1", "created_at": now() - LONG_AGO}
    LedgerEntry.objects.create(budget=world.book, kind=kind, micros=micros, **{**given, **values})


def _left_reserved(world: World) -> None:
    attempt = world.try_at(world.ready, state="failed", finished_at=now() - LONG_AGO)
    _entry(world, "reserve", attempt=attempt)
    Budget.objects.filter(pk=world.book.pk).update(reserved_micros=5)


def _over_limit(world: World) -> None:
    _entry(world, "reserve", 2_000)
    Budget.objects.filter(pk=world.book.pk).update(reserved_micros=2_000)


def _another_release(world: World) -> None:
    _entry(world, "reserve", 5)
    _entry(world, "settle", 5)
    _entry(world, "release", 4)
    Budget.objects.filter(pk=world.book.pk).update(spent_micros=5, reserved_micros=1)


def _open_task_after_end(world: World) -> None:
    Task.objects.filter(pk=world.task.pk).update(state="ready")


def _early_start(world: World) -> None:
    audit = world.waiting.tasks.get(role="audit")
    attempt = world.try_at(audit, state="running", lease_until=now() + LONG_AGO)
    world.tell(
        world.waiting,
        "task.started",
        task_id=audit.pk,
        attempt_id=attempt.pk,
        from_state="ready",
        to_state="in_progress",
    )


def _too_many_tries(world: World) -> None:
    for _ in range(2):
        world.try_at(world.ready, state="failed")
    Task.objects.filter(pk=world.ready.pk).update(failures=2)


def _crash(world: World) -> None:
    Task.objects.filter(pk=world.ready.pk).update(crashes=1)


def _two_ends(world: World) -> None:
    world.tell(world.done, "run.completed", from_state="completed", to_state="completed")


def _after_the_end(world: World) -> None:
    world.tell(world.done, "checkpoint.saved")


def _untold_attempt(world: World) -> None:
    world.try_at(world.ready, state="failed")


def _forged_checkpoint(world: World) -> None:
    Checkpoint.objects.update(mac="0" * 64)


def _torn_checkpoint(world: World) -> None:
    Checkpoint.objects.update(payload="{")


def _stuck_outbox(world: World) -> None:
    then = now() - LONG_AGO
    Outbox.objects.create(topic="publish_branch", run_id=world.done.pk, created_at=then, not_before=then)


def _two_keys(world: World) -> None:
    for key in ("a", "b"):
        IdempotencyKey.objects.create(
            principal="user:1",
            key=key,
            request_hash="x",
            status_code=202,
            run=world.done,
            response={"id": str(world.done.pk)},
        )


def _key_of_another_run(world: World) -> None:
    IdempotencyKey.objects.create(
        principal="user:1", key="a", request_hash="x", status_code=202, run=world.done, response={"id": str(new_id())}
    )


def _same_fence(world: World) -> None:
    for _ in range(2):
        world.try_at(world.ready, state="lost", fence=1)


def _numbers_with_a_hole(world: World) -> None:
    world.try_at(world.ready, state="lost", number=7)


def _state_without_event(world: World) -> None:
    Task.objects.filter(pk=world.ready.pk).update(state="skipped")


def _event_without_state(world: World) -> None:
    task = world.ready
    world.tell(world.waiting, "task.skipped", task_id=task.pk, from_state="ready", to_state="skipped")


def _move_of_the_dead(world: World) -> None:
    world.tell(world.done, "task.ready", task_id=world.task.pk, from_state="completed", to_state="ready")


def _run_without_event(world: World) -> None:
    Run.objects.filter(pk=world.waiting.pk).update(state="running")


def _campaign_without_event(world: World) -> None:
    campaign = world.done.campaign_id
    Event.objects.create(
        stream="campaign", stream_id=campaign, seq=1, type="campaign.archived", from_state="active",
        to_state="archived", actor="x", time=now(),
    )  # fmt: skip
    Campaign.objects.filter(pk=campaign).update(last_event_seq=1)


def _untold_decision(world: World) -> None:
    Decision.objects.create(
        team_id=world.done.team_id, run=world.waiting, kind="checkpoint", question="?", created_at=now()
    )


def _merge(world: World, attempt: Attempt, **values: Any) -> None:
    given = {"branch": "b", "old_commit": "0", "new_commit": "1", "source_commit": "1", "created_at": now()}
    Merge.objects.create(run=attempt.run, attempt=attempt, **{**given, **values})


def _undecided_landing(world: World) -> None:
    _merge(world, world.try_at(world.ready, state="lost", finished_at=now() - LONG_AGO))


def _landed_by_a_loser(world: World) -> None:
    _merge(world, world.try_at(world.ready, state="lost"), state="landed")


def _kept_clone(world: World) -> None:
    attempt = world.try_at(world.ready, state="lost", finished_at=now() - LONG_AGO)
    Workspace.objects.create(attempt=attempt, path="x", host="h", branch="b", base_commit="0", created_at=now())


def _report_of_other_content(world: World) -> None:
    report = AuditReport.objects.get(run=world.done)
    report.pieces["copy"]["sha256"] = "0" * 64
    report.save(update_fields=["pieces"])


def _update(rows: Callable[[World], Any], **values: Any) -> Callable[[World], None]:
    def plant(world: World) -> None:
        assert rows(world).update(**values)

    return plant


def _live_and_in_progress(world: World) -> None:
    world.try_at(world.ready, state="running", lease_until=now() - LONG_AGO)


def _dead_need(world: World) -> None:
    audit = world.waiting.tasks.get(role="audit")
    Dependency.objects.filter(task=audit).update(requires="success")
    Task.objects.filter(pk=world.ready.pk).update(state="failed", finished_at=now() - LONG_AGO)


def _stop(world: World) -> None:
    Run.objects.filter(pk=world.waiting.pk).update(state="cancelling", updated_at=now() - LONG_AGO)


def _nothing_ready(world: World) -> None:
    world.waiting.tasks.update(state="completed")
    Run.objects.filter(pk=world.waiting.pk).update(updated_at=now() - LONG_AGO)


PLANTS: list[tuple[str, Callable[[World], None]]] = [
    ("I1", _nothing_ready),
    ("I1", _stop),
    ("I1", _update(lambda w: Task.objects.filter(pk=w.ready.pk), state="waiting")),
    ("I1", _dead_need),
    ("I2", _gap),
    ("I2", _update(lambda w: Run.objects.filter(pk=w.done.pk), last_event_seq=1)),
    ("I2", _update(lambda w: Team.objects.all(), last_event_seq=99)),
    ("I3", _two_winners),
    ("I3", _two_live),
    ("I4", _update(lambda w: Task.objects.filter(pk=w.task.pk), state="failed")),
    ("I4", _update(lambda w: Task.objects.filter(pk=w.ready.pk), state="completed")),
    ("I4", _update(lambda w: Task.objects.filter(pk=w.ready.pk), state="in_progress")),
    ("I4", _update(lambda w: Task.objects.filter(pk=w.task.pk), origin=new_id())),
    ("I4", _live_and_in_progress),
    ("I4", _foreign_attempt),
    ("I5", _update(lambda w: Artifact.objects.filter(pk=w.artifact.pk), head=4)),
    ("I5", lambda w: _version(w, number=9) and None),
    ("I5", _update(lambda w: Artifact.objects.filter(pk=w.artifact.pk), active=None)),
    ("I5", lambda w: Artifact.objects.exclude(pk=w.artifact.pk).update(active=w.artifact.active) and None),
    ("I6", _lost_version),
    ("I6", _foreign_version),
    ("I6", lambda w: TaskOutput.objects.update(attempt=w.try_at(w.ready, state="failed")) and None),
    ("I6", lambda w: AuditReport.objects.update(attempt=w.try_at(w.ready, state="failed")) and None),
    ("I6", _landed_by_a_loser),
    ("I7", _update(lambda w: Budget.objects.filter(pk=w.book.pk), spent_micros=7)),
    ("I7", lambda w: _entry(w, "reserve")),
    ("I7", lambda w: _entry(w, "settle")),
    ("I7", _over_limit),
    ("I7", _another_release),
    ("I7", _left_reserved),
    ("I8", _open_task_after_end),
    ("I8", lambda w: w.try_at(w.task, state="running") and None),
    ("I8", _update(lambda w: Run.objects.filter(pk=w.done.pk), outcome=None)),
    ("I8", _update(lambda w: Run.objects.filter(pk=w.waiting.pk), finished_at=now())),
    ("I9", _update(lambda w: Run.objects.filter(pk=w.done.pk), cancel_requested_at=now() - LONG_AGO)),
    ("I10", _early_start),
    ("I11", _update(lambda w: Task.objects.filter(pk=w.ready.pk), attempts=3)),
    ("I11", _update(lambda w: Task.objects.filter(pk=w.ready.pk), failures=1)),
    ("I11", _too_many_tries),
    ("I11", _crash),
    ("I12", _two_ends),
    ("I13", _after_the_end),
    ("I14", _untold_attempt),
    ("I14", _update(lambda w: Attempt.objects.filter(pk=w.attempt.pk), state="failed")),
    ("I15", _update(lambda w: Checkpoint.objects.all(), at_seq=9_999)),
    ("I15", _torn_checkpoint),
    ("I15", _forged_checkpoint),
    ("I16", _stuck_outbox),
    ("I18", _two_keys),
    ("I18", _key_of_another_run),
    ("I18", lambda w: IdempotencyKey.objects.create(principal="user:1", key="a", request_hash="x") and None),
    ("I19", _live_and_in_progress),
    ("I20", _same_fence),
    ("I20", _numbers_with_a_hole),
    ("I20", _update(lambda w: Task.objects.filter(pk=w.task.pk), fence=9)),
    ("I21", _state_without_event),
    ("I21", _event_without_state),
    ("I21", _move_of_the_dead),
    ("I21", _run_without_event),
    ("I21", _campaign_without_event),
    ("I21", _untold_decision),
    ("I21", _update(lambda w: Run.objects.filter(pk=w.done.pk), stage="auditing")),
    ("I23", _update(lambda w: w.artifact.versions, content={"headlines": []})),
    ("I23", _update(lambda w: w.artifact.versions, size=1)),
    ("I23", _report_of_other_content),
    ("I24", _kept_clone),
    ("I27", _undecided_landing),
    ("I30", _update(lambda w: Run.objects.filter(pk=w.waiting.pk), counts={"ready": 1})),
    ("I31", _update(lambda w: Task.objects.filter(pk=w.ready.pk), needs_left=1)),
    ("I31", _update(lambda w: w.waiting.tasks.filter(role="audit"), needs_left=0)),
    ("I31", _update(lambda w: w.waiting.tasks.filter(role="audit"), needs_left=2)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "plant"), PLANTS, ids=[f"{number}-{check}" for number, (check, _) in enumerate(PLANTS)]
)
def test_a_planted_fault_is_found(world: World, check: str, plant: Callable[[World], None]) -> None:
    plant(world)
    assert check in found(signing_key=signing_key())


def test_a_promised_run_that_does_not_exist_is_found(world: World) -> None:
    assert found(given=[world.done.pk, new_id()]) == ["I0"]


@pytest.mark.parametrize(
    "plant", [_nothing_ready, _dead_need, _stuck_outbox, _live_and_in_progress, _undecided_landing]
)
def test_what_moved_lately_is_left_alone(world: World, plant: Callable[[World], None]) -> None:
    plant(world)
    live = {"I1", "I16", "I19", "I27"}
    assert live & set(found(quiet_s=1))
    assert not live & set(found(quiet_s=5 * 86_400))


@pytest.mark.django_db(transaction=True)
def test_it_looks_at_one_snapshot_and_leaves_nothing_open() -> None:
    assert violations() == []
    assert not connection.in_atomic_block
    Team.objects.create(name="After", slug="after")
