"""Pieces and their versions: the bundle of a run, the active version of each piece of a campaign. Never writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from campaigns.models import Artifact, ArtifactVersion, Run
from campaigns.queries.makers import maker_json, maker_of, with_makers
from campaigns.queries.snapshots import versions_by_slot
from conductor.lib.clock import iso


def visible(teams: QuerySet[Any, Any]) -> QuerySet[Artifact]:
    """Pieces of campaigns of these teams, with their active version, without content."""
    found = Artifact.objects.select_related("active__author", "approved_by", "campaign")
    return found.filter(campaign__team__in=teams, campaign__deleted_at=None).defer("active__content", "campaign__brief")


def visible_versions(teams: QuerySet[Any, Any]) -> QuerySet[ArtifactVersion]:
    found = ArtifactVersion.objects.select_related("artifact", "author")
    return found.filter(artifact__campaign__team__in=teams, artifact__campaign__deleted_at=None)


def pieces_of(run: Run, *, content: bool = False) -> dict[str, dict[str, Any]]:
    """The run's bundle by slot, in JSON: what it made, and what it took over from its parent."""
    ids = versions_by_slot(run)
    rows = with_makers(ArtifactVersion.objects.select_related("artifact", "author").filter(pk__in=ids.values()))
    rows = rows if content else rows.defer("content")
    found = {row.artifact.slot: _piece(row, run.pk, content=content) for row in rows}
    return {slot: found[slot] for slot in ids if slot in found}


def _piece(row: ArtifactVersion, run_id: UUID, *, content: bool) -> dict[str, Any]:
    said = {
        "slot": row.artifact.slot,
        "artifact": str(row.artifact_id),
        "version": str(row.pk),
        "number": row.number,
        "sha256": row.sha256,
        "size": row.size,
        "tags": row.tags,
        "inherited": row.run_id != run_id,
        "made_by": maker_json(maker_of(row)),
        "created_at": iso(row.created_at),
    }
    return {**said, "content": row.content} if content else said


def bundle(run: Run, audit: Mapping[str, Any] | None) -> dict[str, Any]:
    """The bundle of a run as the API and the export give it; a missing piece is null."""
    pieces = pieces_of(run, content=True)
    shown = dict.fromkeys(Artifact.objects.filter(campaign=run.campaign_id).values_list("slot", flat=True))
    named = ("artifact", "version", "content", "tags", "sha256")
    shown |= {slot: {name: piece[name] for name in named} for slot, piece in pieces.items()}
    times = [piece["created_at"] for piece in pieces.values()]
    return {
        "run": str(run.pk),
        "campaign": str(run.campaign_id),
        "outcome": run.outcome,
        "brand": run.settings.get("brand"),
        "copy": None,
        "short_copy": None,
        "visual_concept": None,
        **shown,
        "generated_at": max(times, default=None),
        "audit": audit,
        "errors": run.errors,
    }
