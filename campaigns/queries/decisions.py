"""What waits for a person, and what was answered. Never writes."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from campaigns.models import Decision
from conductor.lib.clock import iso


def visible(teams: QuerySet[Any, Any]) -> QuerySet[Decision]:
    found = Decision.objects.select_related("task", "run", "run__campaign", "answered_by")
    found = found.defer("run__brief", "run__settings", "run__errors", "run__campaign__brief", "run__campaign__plan")
    return found.filter(team__in=teams, run__campaign__deleted_at=None)


def row(decision: Decision) -> dict[str, Any]:
    return {
        "id": str(decision.pk),
        "team": str(decision.team_id),
        "run": str(decision.run_id),
        "run_number": decision.run.number,
        "campaign": str(decision.run.campaign_id),
        "campaign_name": decision.run.campaign.name,
        "task": str(decision.task_id) if decision.task_id else None,
        "task_title": decision.task.title if decision.task else None,
        "kind": decision.kind,
        "question": decision.question,
        "options": decision.options,
        "details": decision.details,
        "state": decision.state,
        "answer": decision.answer,
        "answered_by": decision.answered_by.get_username() if decision.answered_by else None,
        "answered_at": iso(decision.answered_at),
        "version": decision.version,
        "created_at": iso(decision.created_at),
    }
