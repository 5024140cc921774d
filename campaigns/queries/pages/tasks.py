"""One task with all about it: needs, dependants, criteria with evidence, attempts, what was made. Never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Prefetch, Q

from campaigns.models import (
    Attempt,
    Criterion,
    Decision,
    Dependency,
    GateResult,
    Invocation,
    Run,
    Task,
    TaskOutput,
)
from campaigns.permissions import Actor, visible_teams
from campaigns.states import TASK_ENDED, DecisionState, TaskState
from conductor.lib.errors import NotFound

NEIGHBOURS: Final = 100
ATTEMPTS: Final = 20


@dataclass(frozen=True, slots=True)
class TaskPage:
    task: Task
    run: Run
    needs: Sequence[Dependency]
    dependants: Sequence[Dependency]
    criteria: Sequence[Criterion]
    attempts: Sequence[Attempt]
    decision: Decision | None
    output: TaskOutput | None
    instead: Sequence[Task]


def task_for(actor: Actor, task_id: UUID) -> Task:
    found = (
        Task.objects.filter(pk=task_id, run__team__in=visible_teams(actor), run__campaign__deleted_at__isnull=True)
        .select_related("run__campaign", "domain", "supersedes")
        .defer("run__brief", "run__campaign__brief", "run__campaign__plan")
        .first()
    )
    if found is None:
        raise NotFound("There is no such task.")
    return found


def task_page(task: Task) -> TaskPage:
    """What cannot be there in the task's state is not looked for."""
    evidence = GateResult.objects.select_related("attempt").order_by("-created_at")
    said = Invocation.objects.order_by("created_at")
    attempts = task.tries.select_related("worker", "workspace", "merge").prefetch_related(
        Prefetch("invocations", queryset=said)
    )
    edges = _edges(task)
    waits, done, ended = (task.state == TaskState.WAITING, task.state == TaskState.COMPLETED, task.state in TASK_ENDED)
    return TaskPage(
        task=task,
        run=task.run,
        needs=[edge for edge in edges if edge.task_id == task.pk],
        dependants=[edge for edge in edges if edge.needs_id == task.pk],
        criteria=list(
            task.criteria.prefetch_related(Prefetch("results", queryset=evidence)).order_by("phase", "position")
        ),
        attempts=list(attempts.order_by("-number")[:ATTEMPTS]),
        decision=Decision.objects.filter(task=task, state=DecisionState.OPEN).first() if waits else None,
        output=TaskOutput.objects.filter(task=task).first() if done else None,
        instead=list(Task.objects.filter(supersedes=task).only("id", "key", "title", "state")[:NEIGHBOURS])
        if ended
        else [],
    )


def _edges(task: Task) -> list[Dependency]:
    """To both sides, as many as a page can show."""
    rows = Dependency.objects.filter(Q(task=task) | Q(needs=task)).select_related("task", "needs")
    return list(
        rows.only("requires", *(f"{end}__{name}" for end in ("task", "needs") for name in ("title", "state")))[
            :NEIGHBOURS
        ]
    )
