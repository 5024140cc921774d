"""Checks of the events: numbered without gap, and telling exactly the states that are stored. Never writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Max, Min, Model

from campaigns.models import (
    Attempt,
    AuditReport,
    Campaign,
    Decision,
    Dependency,
    Event,
    Merge,
    Run,
    Session,
    Task,
    Team,
)
from campaigns.queries.invariants.base import Look, Violation
from campaigns.queries.invariants.fold import Born, History, Told, fold
from campaigns.states import RUN_ENDED, TaskState

_COLUMNS: Final = (
    "stream_id", "seq", "type", "state", "stage", "from_state", "to_state", "task_id", "attempt_id", "data",
)  # fmt: skip
_CHUNK: Final = 5_000
#: Only a task in one of these states has had no new needs since it last started.
_BEGUN: Final = frozenset({TaskState.IN_PROGRESS, TaskState.WAITING, TaskState.COMPLETED, TaskState.FAILED})
_MOST_FAULTS: Final = 20


def gap_free(look: Look) -> Iterator[Violation]:
    """I2: the events of every stream are 1..n, and the stream's row counts n."""
    rows = Event.objects.order_by().values_list("stream_id").annotate(Min("seq"), Max("seq"), Count("pk"))
    found = {pk: (low, high, count) for pk, low, high, count in rows.iterator(chunk_size=_CHUNK)}
    streams: Mapping[str, type[Model]] = {"run": Run, "campaign": Campaign, "team": Team}
    for stream, model in streams.items():
        for pk, head in model._default_manager.order_by().values_list("pk", "last_event_seq").iterator():
            low, high, count = found.get(pk, (1, 0, 0))
            if (low, high, count) != (1, head, head):
                words = f"counts {head} events, but has {count}, numbered {low} to {high}"
                yield Violation("I2", f"{stream} {pk}", words)


def campaigns_match(look: Look) -> Iterator[Violation]:
    """I21 for campaigns: each move starts where the one before ended, and the last one told is the state stored."""
    stored = dict(Campaign.objects.values_list("pk", "state").iterator())
    told: dict[UUID, str] = {}
    moves = Event.objects.filter(stream="campaign", type__startswith="campaign.").exclude(to_state="")
    columns = "stream_id", "type", "from_state", "to_state"
    for pk, type_, old, new in moves.order_by("stream_id", "seq").values_list(*columns):
        before = told.get(pk, old)
        if old != before:
            yield Violation("I21", f"campaign {pk}", f"was {before}, yet {type_} moves it from {old}")
        told[pk] = new
    for pk, state in told.items():
        if stored.get(pk, state) != state:
            yield Violation("I21", f"campaign {pk}", f"is {stored[pk]}, but its events end at {state}")


def runs_match(look: Look) -> Iterator[Violation]:
    """I10, I12, I13, I14, I21: every run's events, replayed, give what is stored of it, and end once per opening."""
    events = Event.objects.filter(stream="run").order_by("stream_id", "seq").values_list(*_COLUMNS)
    seen: set[UUID] = set()
    for run_id, rows in groupby(events.iterator(chunk_size=_CHUNK), key=lambda row: row[0]):
        seen.add(run_id)
        told = [_told(row) for row in rows]
        run = Run.objects.only("pk", "state", "stage").filter(pk=run_id).first()
        if run is None:
            yield Violation("I21", f"run {run_id}", "has events, but there is no such run")
            continue
        yield from _judge(run, told)
    for pk in Run.objects.order_by().values_list("pk", flat=True).iterator():
        if pk not in seen:
            yield Violation("I21", f"run {pk}", "has no events")


def _told(row: Sequence[Any]) -> Told:
    _, seq, type_, state, stage, old, new, task, attempt, data = row
    return Told(seq, type_, state, stage, old, new, task, attempt, data)


def _judge(run: Run, told: Sequence[Told]) -> Iterator[Violation]:
    subject = f"run {run.pk}"
    tasks = Task.objects.filter(run=run).values_list("pk", "key", "origin", "state")
    rows = list(tasks.iterator(chunk_size=_CHUNK))
    needs: dict[UUID, list[tuple[UUID, str]]] = {}
    for task, needed, requires in Dependency.objects.filter(task__run=run).values_list(
        "task_id", "needs_id", "requires"
    ):
        needs.setdefault(task, []).append((needed, requires))
    found = fold(told, {pk: Born(key, origin is not None) for pk, key, origin, _ in rows}, needs)
    for fault in found.faults[:_MOST_FAULTS]:
        yield Violation("I21", subject, fault)
    for task, seq, unmet in _early_starts(found):
        words = f"started at event {seq} before {', '.join(str(pk) for pk in unmet)} had ended as needed"
        yield Violation("I10", f"task {task}", words)
    yield from _ends(subject, found)
    yield from _stored(run, found, {pk: state for pk, _, _, state in rows})


def _early_starts(found: History) -> Iterator[tuple[UUID, int, tuple[UUID, ...]]]:
    """A task that waits to be tried again may get new needs: in a graph that grew, only its last start is judged."""
    for seq, task, unmet in found.starts:
        if not found.grown or (found.last_start[task] == seq and found.tasks[task] in _BEGUN):
            yield task, seq, unmet


def _ends(subject: str, found: History) -> Iterator[Violation]:
    wanted = found.reopened + (found.run in RUN_ENDED)
    if found.ends != wanted:
        words = f"has {found.ends} end events; with {found.reopened} reopenings there should be {wanted}"
        yield Violation("I12", subject, words)
    for words in found.after_end[:_MOST_FAULTS]:
        yield Violation("I13", subject, f"{words} came after the end")


def _stored(run: Run, found: History, tasks: Mapping[UUID, str]) -> Iterator[Violation]:
    """What the events end at, against the rows."""
    if found.run != run.state:
        yield Violation("I21", f"run {run.pk}", f"is {run.state}, but its events end at {found.run or 'nothing'}")
    if found.stage != run.stage:
        yield Violation("I21", f"run {run.pk}", f"stage is {run.stage!r}, but its events end at {found.stage!r}")
    attempts = dict(Attempt.objects.filter(run=run).values_list("pk", "state").iterator(chunk_size=_CHUNK))
    yield from _differ("I14", "attempt", attempts, found.attempts)
    yield from _differ("I21", "task", tasks, found.tasks)
    sessions = dict(Session.objects.filter(run=run).values_list("number", "state"))
    yield from _differ("I21", f"run {run.pk} session", sessions, found.sessions)
    for noun, model, told in (
        ("decision", Decision, found.decisions),
        ("merge", Merge, found.merges),
        ("audit report", AuditReport, found.audits),
    ):
        rows = {str(pk): state for pk, state in model._default_manager.filter(run=run).values_list("pk", "state")}
        yield from _differ("I21", noun, rows, told)


def _differ(check: str, noun: str, stored: Mapping[Any, str], told: Mapping[Any, str]) -> Iterator[Violation]:
    for pk in {**stored, **told}:
        is_, said = stored.get(pk), told.get(pk)
        if is_ != said:
            words = f"is {is_ or 'not stored'}, but its events end at {said or 'nothing: none tells of it'}"
            yield Violation(check, f"{noun} {pk}", words)
