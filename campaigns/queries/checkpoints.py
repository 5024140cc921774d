"""Checkpoints of runs, without their payload. Never writes."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from campaigns.models import Checkpoint
from conductor.lib.clock import iso


def visible(teams: QuerySet[Any, Any]) -> QuerySet[Checkpoint]:
    found = Checkpoint.objects.select_related("run").defer("payload", "run__brief", "run__settings", "run__errors")
    return found.filter(run__team__in=teams, run__campaign__deleted_at=None)


def row(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "id": str(checkpoint.pk),
        "run": str(checkpoint.run_id),
        "number": checkpoint.number,
        "at_seq": checkpoint.at_seq,
        "schema": checkpoint.schema,
        "cause": checkpoint.cause,
        "reason": checkpoint.reason,
        "digest": checkpoint.digest,
        "git_commit": checkpoint.git_commit,
        "git_branch": checkpoint.git_branch,
        "completed": checkpoint.completed,
        "created_at": iso(checkpoint.created_at),
    }
