"""Domains of runs with how far each is. Never writes."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from campaigns.models import Domain
from campaigns.states import TASK_ENDED_WELL, TaskState


def visible(teams: QuerySet[Any, Any]) -> QuerySet[Domain]:
    """Each with its tasks counted by the database."""
    standing = ~Q(tasks__state=TaskState.SUPERSEDED)
    return Domain.objects.filter(run__team__in=teams, run__campaign__deleted_at=None).annotate(
        tasks_total=Count("tasks", filter=standing),
        tasks_done=Count("tasks", filter=Q(tasks__state__in=TASK_ENDED_WELL)),
        tasks_failed=Count("tasks", filter=Q(tasks__state=TaskState.FAILED)),
        tasks_running=Count("tasks", filter=Q(tasks__state=TaskState.IN_PROGRESS)),
    )


def row(domain: Any) -> dict[str, Any]:
    """`domain` comes from `visible`, which counts."""
    total, done = domain.tasks_total, domain.tasks_done
    return {
        "id": str(domain.pk),
        "run": str(domain.run_id),
        "name": domain.name,
        "branch": domain.branch,
        "max_parallel": domain.max_parallel,
        "position": domain.position,
        "tasks_total": total,
        "tasks_done": done,
        "tasks_failed": domain.tasks_failed,
        "tasks_running": domain.tasks_running,
        "progress_percent": 100 * done // total if total else 0,
    }
