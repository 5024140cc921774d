"""Faults planted in sound data, one for each thing a check must find. Tables that refuse changes get new rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F

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
from conductor.lib.clock import now
from conductor.lib.ids import new_id

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


def gap(world: World) -> None:
    Event.objects.create(
        stream="run",
        stream_id=world.done.pk,
        seq=world.done.last_event_seq + 5,
        type="post.edited",
        actor="x",
        time=now(),
    )


def drop(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"drop index {name}")


def two_winners(world: World) -> None:
    drop("attempt_one_winner")
    world.try_at(world.task, state="succeeded")


def two_live(world: World) -> None:
    drop("attempt_one_live")
    for _ in range(2):
        world.try_at(world.ready, state="running")


def foreign_attempt(world: World) -> None:
    world.try_at(world.ready, run=world.done, state="failed")


def version(world: World, **values: Any) -> ArtifactVersion:
    given = {"number": world.artifact.head + 1, "content": {}, "size": 2, "created_at": now(), "sha256": "0" * 64}
    return ArtifactVersion.objects.create(artifact=world.artifact, **{**given, **values})


def lost_version(world: World) -> None:
    attempt = world.try_at(world.ready, state="lost")
    version(world, attempt=attempt, run=world.waiting)


def foreign_version(world: World) -> None:
    world.artifact.versions.update(run=world.waiting)


def entry(world: World, kind: str, micros: int = 5, **values: Any) -> None:
    given = {"run": world.waiting, "call_key": "a:1", "created_at": now() - LONG_AGO}
    LedgerEntry.objects.create(budget=world.book, kind=kind, micros=micros, **{**given, **values})


def left_reserved(world: World) -> None:
    attempt = world.try_at(world.ready, state="failed", finished_at=now() - LONG_AGO)
    entry(world, "reserve", attempt=attempt)
    Budget.objects.filter(pk=world.book.pk).update(reserved_micros=5)


def over_limit(world: World) -> None:
    entry(world, "reserve", 2_000)
    Budget.objects.filter(pk=world.book.pk).update(reserved_micros=2_000)


def another_release(world: World) -> None:
    entry(world, "reserve", 5)
    entry(world, "settle", 5)
    entry(world, "release", 4)
    Budget.objects.filter(pk=world.book.pk).update(spent_micros=5, reserved_micros=1)


def open_task_after_end(world: World) -> None:
    Task.objects.filter(pk=world.task.pk).update(state="ready")


def early_start(world: World) -> None:
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


def too_many_tries(world: World) -> None:
    for _ in range(2):
        world.try_at(world.ready, state="failed")
    Task.objects.filter(pk=world.ready.pk).update(failures=2)


def forged_checkpoint(world: World) -> None:
    Checkpoint.objects.update(mac="0" * 64)


def torn_checkpoint(world: World) -> None:
    Checkpoint.objects.update(payload="{")


def stuck_outbox(world: World) -> None:
    then = now() - LONG_AGO
    Outbox.objects.create(topic="publish_branch", run_id=world.done.pk, created_at=then, not_before=then)


def two_keys(world: World) -> None:
    for key in ("a", "b"):
        IdempotencyKey.objects.create(
            principal="user:1",
            key=key,
            request_hash="x",
            status_code=202,
            run=world.done,
            response={"id": str(world.done.pk)},
        )


def key_of_another_run(world: World) -> None:
    IdempotencyKey.objects.create(
        principal="user:1", key="a", request_hash="x", status_code=202, run=world.done, response={"id": str(new_id())}
    )


def same_fence(world: World) -> None:
    for _ in range(2):
        world.try_at(world.ready, state="lost", fence=1)


def numbers_with_a_hole(world: World) -> None:
    world.try_at(world.ready, state="lost", number=7)


def event_without_state(world: World) -> None:
    task = world.ready
    world.tell(world.waiting, "task.skipped", task_id=task.pk, from_state="ready", to_state="skipped")


def move_of_the_dead(world: World) -> None:
    world.tell(world.done, "task.ready", task_id=world.task.pk, from_state="completed", to_state="ready")


def campaign_without_event(world: World) -> None:
    campaign = Campaign.objects.get(pk=world.done.campaign_id)
    seq = campaign.last_event_seq + 1
    Event.objects.create(
        stream="campaign", stream_id=campaign.pk, seq=seq, type="campaign.archived", from_state="active",
        to_state="archived", actor="x", time=now(),
    )  # fmt: skip
    Campaign.objects.filter(pk=campaign.pk).update(last_event_seq=seq)


def jumping_campaign(world: World) -> None:
    campaign = Campaign.objects.get(pk=world.done.campaign_id)
    seq = campaign.last_event_seq + 1
    for old, new in (("archived", "active"), ("active", "archived")):
        Event.objects.create(
            stream="campaign", stream_id=campaign.pk, seq=seq, type="campaign.archived", from_state=old, to_state=new,
            actor="x", time=now(),
        )  # fmt: skip
        seq += 1
    Campaign.objects.filter(pk=campaign.pk).update(last_event_seq=seq - 1, state="archived")


def events_of_no_run(world: World) -> None:
    Event.objects.create(stream="run", stream_id=new_id(), seq=1, type="run.accepted", actor="x", time=now())


def run_without_events(world: World) -> None:
    run = Run.objects.get(pk=world.waiting.pk)
    run.pk, run.number, run.purpose, run.last_event_seq = new_id(), 9, "audit", 0
    run.save(force_insert=True)


def untold_decision(world: World) -> None:
    Decision.objects.create(
        team_id=world.done.team_id, run=world.waiting, kind="checkpoint", question="?", created_at=now()
    )


def merge(world: World, attempt: Attempt, **values: Any) -> None:
    given = {"branch": "b", "old_commit": "0", "new_commit": "1", "source_commit": "1", "created_at": now()}
    Merge.objects.create(run=attempt.run, attempt=attempt, **{**given, **values})


def undecided_landing(world: World) -> None:
    merge(world, world.try_at(world.ready, state="lost", finished_at=now() - LONG_AGO))


def landed_by_a_loser(world: World) -> None:
    merge(world, world.try_at(world.ready, state="lost"), state="landed")


def kept_clone(world: World) -> None:
    attempt = world.try_at(world.ready, state="lost", finished_at=now() - LONG_AGO)
    Workspace.objects.create(attempt=attempt, path="x", host="h", branch="b", base_commit="0", created_at=now())


def report_of_other_content(world: World) -> None:
    report = AuditReport.objects.get(run=world.done)
    report.pieces["copy"]["sha256"] = "0" * 64
    report.save(update_fields=["pieces"])


def update(rows: Callable[[World], Any], **values: Any) -> Callable[[World], None]:
    def plant(world: World) -> None:
        assert rows(world).update(**values)

    return plant


def live_and_ready(world: World) -> None:
    world.try_at(world.ready, state="running", lease_until=now() - LONG_AGO)


def dead_need(world: World) -> None:
    audit = world.waiting.tasks.get(role="audit")
    Dependency.objects.filter(task=audit).update(requires="success")
    Task.objects.filter(pk=world.ready.pk).update(state="failed", finished_at=now() - LONG_AGO)


def stop(world: World) -> None:
    Run.objects.filter(pk=world.waiting.pk).update(state="cancelling", updated_at=now() - LONG_AGO)


def nothing_ready(world: World) -> None:
    world.waiting.tasks.update(state="completed")
    Run.objects.filter(pk=world.waiting.pk).update(updated_at=now() - LONG_AGO)


PLANTS: list[tuple[str, Callable[[World], None]]] = [
    ("I1", nothing_ready),
    ("I1", stop),
    ("I1", update(lambda w: Task.objects.filter(pk=w.ready.pk), state="waiting")),
    ("I1", dead_need),
    ("I2", gap),
    ("I2", update(lambda w: Run.objects.filter(pk=w.done.pk), last_event_seq=1)),
    ("I2", update(lambda w: Team.objects.all(), last_event_seq=99)),
    ("I3", two_winners),
    ("I3", two_live),
    ("I4", update(lambda w: Task.objects.filter(pk=w.task.pk), state="failed")),
    ("I4", update(lambda w: Task.objects.filter(pk=w.ready.pk), state="completed")),
    ("I4", update(lambda w: Task.objects.filter(pk=w.ready.pk), state="in_progress")),
    ("I4", update(lambda w: Task.objects.filter(pk=w.task.pk), origin=new_id())),
    ("I4", live_and_ready),
    ("I4", foreign_attempt),
    ("I5", update(lambda w: Artifact.objects.filter(pk=w.artifact.pk), head=4)),
    ("I5", lambda w: version(w, number=9) and None),
    ("I5", update(lambda w: Artifact.objects.filter(pk=w.artifact.pk), active=None)),
    ("I5", lambda w: Artifact.objects.exclude(pk=w.artifact.pk).update(active=w.artifact.active) and None),
    ("I6", lost_version),
    ("I6", foreign_version),
    ("I6", lambda w: TaskOutput.objects.update(attempt=w.try_at(w.ready, state="failed")) and None),
    ("I6", lambda w: AuditReport.objects.update(attempt=w.try_at(w.ready, state="failed")) and None),
    ("I6", landed_by_a_loser),
    ("I7", update(lambda w: Budget.objects.filter(pk=w.book.pk), spent_micros=7)),
    ("I7", lambda w: entry(w, "reserve")),
    ("I7", lambda w: entry(w, "settle")),
    ("I7", over_limit),
    ("I7", another_release),
    ("I7", left_reserved),
    ("I8", open_task_after_end),
    ("I8", lambda w: w.try_at(w.task, state="running") and None),
    ("I8", update(lambda w: Run.objects.filter(pk=w.done.pk), outcome=None)),
    ("I8", update(lambda w: Run.objects.filter(pk=w.waiting.pk), finished_at=now())),
    ("I9", update(lambda w: Run.objects.filter(pk=w.done.pk), cancel_requested_at=now() - LONG_AGO)),
    ("I10", early_start),
    ("I11", update(lambda w: Task.objects.filter(pk=w.ready.pk), attempts=3)),
    ("I11", update(lambda w: Task.objects.filter(pk=w.ready.pk), failures=1)),
    ("I11", too_many_tries),
    ("I11", update(lambda w: Task.objects.filter(pk=w.ready.pk), crashes=1)),
    ("I12", lambda w: w.tell(w.done, "run.completed", from_state="completed", to_state="completed")),
    ("I13", lambda w: w.tell(w.done, "checkpoint.saved")),
    ("I14", lambda w: w.try_at(w.ready, state="failed") and None),
    ("I14", update(lambda w: Attempt.objects.filter(pk=w.attempt.pk), state="failed")),
    ("I15", update(lambda w: Checkpoint.objects.all(), at_seq=9_999)),
    ("I15", torn_checkpoint),
    ("I15", forged_checkpoint),
    ("I16", stuck_outbox),
    ("I18", two_keys),
    ("I18", key_of_another_run),
    ("I18", lambda w: IdempotencyKey.objects.create(principal="user:1", key="a", request_hash="x") and None),
    ("I19", live_and_ready),
    ("I20", same_fence),
    ("I20", numbers_with_a_hole),
    ("I20", update(lambda w: Task.objects.filter(pk=w.task.pk), fence=9)),
    ("I21", update(lambda w: Task.objects.filter(pk=w.ready.pk), state="skipped")),
    ("I21", event_without_state),
    ("I21", move_of_the_dead),
    ("I21", update(lambda w: Run.objects.filter(pk=w.waiting.pk), state="running")),
    ("I21", campaign_without_event),
    ("I21", jumping_campaign),
    ("I21", events_of_no_run),
    ("I21", run_without_events),
    ("I21", untold_decision),
    ("I21", update(lambda w: Run.objects.filter(pk=w.done.pk), stage="auditing")),
    ("I23", update(lambda w: w.artifact.versions, content={"headlines": []})),
    ("I23", update(lambda w: w.artifact.versions, size=1)),
    ("I23", report_of_other_content),
    ("I24", kept_clone),
    ("I27", undecided_landing),
    ("I30", update(lambda w: Run.objects.filter(pk=w.waiting.pk), counts={"ready": 1})),
    ("I31", update(lambda w: Task.objects.filter(pk=w.ready.pk), needs_left=1)),
    ("I31", update(lambda w: w.waiting.tasks.filter(role="audit"), needs_left=0)),
    ("I31", update(lambda w: w.waiting.tasks.filter(role="audit"), needs_left=2)),
]  # fmt: skip
