"""Runs: the one JSON of a run that REST and sockets show, and the lists. Never writes."""

from __future__ import annotations

import dataclasses
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from campaigns.models import Run, Session
from campaigns.queries import artifacts, audits, budgets, metrics
from conductor.lib.clock import iso, now
from conductor.lib.errors import NotFound
from conductor.lib.money import as_text

#: What a table of runs shows, of `row`.
COLUMNS: Final = (
    "id", "campaign", "number", "kind", "purpose", "state", "stage", "outcome", "mode", "created_at", "started_at",
    "finished_at",
)  # fmt: skip


def visible(teams: QuerySet[Any, Any]) -> QuerySet[Run]:
    return Run.objects.filter(team__in=teams, campaign__deleted_at=None)


def read(run_id: UUID) -> dict[str, Any]:
    """The whole run in JSON."""
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound("There is no such run.")
    return as_json(run)


def as_json(run: Run) -> dict[str, Any]:
    """The whole run in JSON: a fixed number of queries, whatever the number of its tasks."""
    figures = metrics.calculate(metrics.gather(run), now())
    return {
        **row(run),
        "brand": run.settings.get("brand"),
        "artifacts": list(artifacts.pieces_of(run).values()),
        "audit": audits.overall(run),
        "errors": run.errors,
        "metrics": dataclasses.asdict(figures),
        "budget": budgets.tightest(run),
        "session": _session(run),
        "progress": {
            "percent": figures.progress_percent,
            "proved_percent": figures.proved_percent,
            "completed": figures.tasks_completed,
            "total": figures.tasks_total,
        },
    }


def row(run: Run) -> dict[str, Any]:
    """What a list shows of a run: its own columns only."""
    counts = {state: n for state, n in run.counts.items() if n}
    return {
        "id": str(run.pk),
        "campaign": str(run.campaign_id),
        "team": str(run.team_id),
        "number": run.number,
        "kind": run.kind,
        "purpose": run.purpose,
        "state": run.state,
        "stage": run.stage or None,
        "outcome": run.outcome,
        "mode": run.mode,
        "parent": str(run.parent_id) if run.parent_id else None,
        "artifact": str(run.artifact_id) if run.artifact_id else None,
        "tasks": counts,
        "audit_pending": run.audit_pending,
        "last_event": run.last_event_seq,
        "correlation": run.correlation,
        "created_at": iso(run.created_at),
        "started_at": iso(run.started_at),
        "finished_at": iso(run.finished_at),
        "deadline_at": iso(run.deadline_at),
    }


def _session(run: Run) -> dict[str, Any] | None:
    """The sitting that goes on, else the last one."""
    found = Session.objects.filter(run=run).order_by("-number").first()
    if found is None:
        return None
    return {
        "id": str(found.pk),
        "number": found.number,
        "state": found.state,
        "parent": str(found.parent_id) if found.parent_id else None,
        "checkpoint": str(found.checkpoint_id) if found.checkpoint_id else None,
        "carried": as_text(found.carried_micros),
        "started_at": iso(found.started_at),
        "ended_at": iso(found.ended_at),
    }
