"""Moves of tasks inside a unit: by compare-and-set, with their events, with what they mean for dependants.

`needs_left` of a task counts needs not yet met: a `success` need is met by completed or skipped, an `end` need by
any end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from campaigns.models import Dependency, Task
from campaigns.states import (
    TASK_ENDED,
    TASK_ENDED_BADLY,
    TASK_ENDED_WELL,
    Requires,
    TaskState,
    may_move,
)
from campaigns.transitions import hot
from campaigns.transitions.decisions import void_decisions
from campaigns.transitions.unit import RunUnit
from conductor.lib.errors import Conflict, InvalidMove

BLOCK_BATCH = 500


def move_task(
    u: RunUnit,
    task: Task,
    new: TaskState,
    type_: str,
    *,
    message: str = "",
    attempt: UUID | None = None,
    **changes: Any,
) -> None:
    """Move one task; `changes` are further columns. `data` among them is the event's. Zero rows means Conflict."""
    data: Mapping[str, Any] = changes.pop("data", {})
    old = task.state
    if not may_move("task", old, new):
        raise InvalidMove(f"A task that is {old.replace('_', ' ')} cannot become {new.replace('_', ' ')}.")
    rows = Task.objects.filter(pk=task.pk, state=old).update(state=new.value, **changes)
    if rows != 1:
        raise Conflict(f"Task {task.key} is no longer {old}.")
    task.state = new.value
    u.shift(old, new, 1)
    u.event(
        type_,
        task_id=task.pk,
        attempt_id=attempt,
        agent=task.role,
        from_state=old,
        to_state=new,
        message=message,
        data={"key": task.key, **data},
    )


def needs_ended(u: RunUnit, ended: Sequence[tuple[UUID, TaskState]]) -> None:
    """Lower the counters of what waits for these tasks, make ready what has nothing left, note what must be blocked."""
    well = [pk for pk, state in ended if state in TASK_ENDED_WELL]
    badly = [pk for pk, state in ended if state in TASK_ENDED_BADLY]
    if badly:
        u.blocks = u.blocks or bool(hot.BLOCKS_SOME.rows(badly=badly))
        lowered = hot.LOWER_ALSO_ENDS.rows(well=well, badly=badly, now=u.now)
    else:
        lowered = hot.LOWER.rows(well=well, now=u.now)
    freed = sorted((pk, key, role) for pk, key, role, state, left in lowered if state == TaskState.READY and not left)
    _became_ready(u, freed, "")


def make_ready(u: RunUnit, pks: Iterable[UUID], why: str = "") -> None:
    """Every pending task among these with no need left becomes ready."""
    rows = list(
        Task.objects.filter(pk__in=list(pks), state=TaskState.PENDING, needs_left=0)
        .order_by("pk")
        .values_list("pk", "key", "role")
    )
    if not rows:
        return
    Task.objects.filter(pk__in=[row[0] for row in rows]).update(state=TaskState.READY.value, ready_at=u.now)
    _became_ready(u, rows, why)


def _became_ready(u: RunUnit, rows: Sequence[tuple[UUID, str, str]], why: str) -> None:
    u.shift(TaskState.PENDING, TaskState.READY, len(rows))
    for pk, key, role in rows:
        u.event(
            "task.ready",
            task_id=pk,
            agent=role,
            from_state=TaskState.PENDING,
            to_state=TaskState.READY,
            data={"key": key, "why": why} if why else {"key": key},
        )


def unmet(task_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many needs of each of these tasks are not met now."""
    counts = dict.fromkeys(task_ids, 0)
    rows = Dependency.objects.filter(task__in=list(counts)).values_list("task_id", "requires", "needs__state")
    for pk, requires, state in rows:
        met = state in TASK_ENDED if requires == Requires.END else state in TASK_ENDED_WELL
        counts[pk] += not met
    return counts


def reopen_tasks(u: RunUnit, tasks: Sequence[Task], type_why: str) -> None:
    """Failed, blocked or edited tasks wait again: counters recounted, ready at once where nothing is left.

    Whatever they had blocked waits again with them.
    """
    todo = {t.pk: t for t in tasks}
    frontier = list(todo)
    while frontier:
        blocked = Task.objects.filter(
            needs__needs__in=frontier, needs__requires=Requires.SUCCESS, state=TaskState.BLOCKED
        ).distinct()
        frontier = [t.pk for t in blocked if t.pk not in todo]
        todo.update({t.pk: t for t in blocked})
    for task in sorted(todo.values(), key=lambda t: t.pk):
        if task.state in (TaskState.FAILED, TaskState.BLOCKED):
            move_task(
                u,
                task,
                TaskState.PENDING if task.state == TaskState.BLOCKED else TaskState.READY,
                "task.pending" if task.state == TaskState.BLOCKED else "task.ready",
                error=None,
                finished_at=None,
                not_before=None,
                failures=0,
                crashes=0,
                ready_at=u.now,
                data={"why": type_why},
            )
    recount(u, [t.pk for t in todo.values()] + _end_dependants(todo))


def _end_dependants(todo: Iterable[UUID]) -> list[UUID]:
    """Tasks that need only the end of these and have not started: they must wait again."""
    return list(
        Task.objects.filter(needs__needs__in=list(todo), state__in=[TaskState.PENDING, TaskState.READY]).values_list(
            "pk", flat=True
        )
    )


def recount(u: RunUnit, pks: Sequence[UUID]) -> None:
    """Set `needs_left` afresh; pending without needs becomes ready, ready with needs becomes pending."""
    by_count: dict[int, list[UUID]] = defaultdict(list)
    for pk, n in unmet(pks).items():
        by_count[n].append(pk)
    for n, group in by_count.items():
        Task.objects.filter(pk__in=group).update(needs_left=n)
        if n:
            for task in Task.objects.filter(pk__in=group, state=TaskState.READY).order_by("pk"):
                move_task(u, task, TaskState.PENDING, "task.pending", ready_at=None, data={"why": "its needs changed"})
    make_ready(u, by_count.get(0, []))


def block_some(u: RunUnit) -> int:
    """Block up to a batch of tasks of which a success need ended badly; tell how many. Repeat until 0."""
    rows = list(
        Task.objects.filter(
            run=u.run,
            state=TaskState.PENDING,
            needs__requires=Requires.SUCCESS,
            needs__needs__state__in=[s.value for s in TASK_ENDED_BADLY],
        )
        .order_by("pk")
        .distinct()[:BLOCK_BATCH]
    )
    if not rows:
        return 0
    names: dict[UUID, str] = {}
    deps = Dependency.objects.filter(
        task__in=rows, requires=Requires.SUCCESS, needs__state__in=[s.value for s in TASK_ENDED_BADLY]
    ).values_list("task_id", "needs__key")
    for pk, key in deps:
        names.setdefault(pk, key)
    for task in rows:
        move_task(
            u,
            task,
            TaskState.BLOCKED,
            "task.blocked",
            finished_at=u.now,
            data={"by": names[task.pk]},
            message=f"{task.title}: {names[task.pk]} ended badly.",
        )
    needs_ended(u, [(t.pk, TaskState.BLOCKED) for t in rows])
    return len(rows)


def cancel_open_tasks(u: RunUnit) -> int:
    """Cancel every task that has not started, in one statement and one event; tell how many."""
    states = (TaskState.PENDING, TaskState.READY, TaskState.WAITING)
    void_decisions(u, Q(run=u.run))
    Task.objects.filter(run=u.run, state__in=states).update(state=TaskState.CANCELLED.value, finished_at=u.now)
    total = sum(u.count(s) for s in states)
    for state in states:
        u.shift(state, TaskState.CANCELLED, u.count(state))
    if total:
        u.event("tasks.cancelled", to_state=TaskState.CANCELLED, data={"count": total})
    return total
