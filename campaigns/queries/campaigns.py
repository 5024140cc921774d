"""Campaigns: lists and the one JSON of a campaign, with its last run, active pieces and what is still missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from campaigns.kinds.registry import get_kind
from campaigns.models import Artifact, Budget, Campaign, Run
from campaigns.queries import brands, budgets
from conductor.lib.clock import iso


def visible(teams: QuerySet[Any, Any]) -> QuerySet[Campaign]:
    return Campaign.objects.select_related("created_by", "brand").filter(team__in=teams, deleted_at=None)


def listing(teams: QuerySet[Any, Any]) -> QuerySet[Campaign]:
    """For lists: without the long texts."""
    return visible(teams).defer("brief", "plan", "goal")


def last_runs(campaign_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """The newest run of each of these campaigns, in one query."""
    newest = Run.objects.filter(campaign__in=list(campaign_ids), number=F("campaign__runs_count"))
    columns = "campaign_id", "pk", "number", "purpose", "state", "outcome"
    return {
        campaign_id: {"id": str(pk), "number": number, "purpose": purpose, "state": state, "outcome": outcome}
        for campaign_id, pk, number, purpose, state, outcome in newest.values_list(*columns)
    }


def twins(campaign: Campaign) -> QuerySet[Campaign]:
    """Other campaigns of the team that say the same, newest first."""
    same = Campaign.objects.filter(
        team=campaign.team_id, brief_hash=campaign.brief_hash, brand=campaign.brand_id, deleted_at=None
    )
    return same.exclude(pk=campaign.pk).exclude(brief_hash="").order_by("-created_at")


def row(campaign: Campaign, last_run: dict[str, Any] | None) -> dict[str, Any]:
    """What a list shows of a campaign."""
    return {
        "id": str(campaign.pk),
        "team": str(campaign.team_id),
        "kind": campaign.kind,
        "name": campaign.name,
        "state": campaign.state,
        "brand": str(campaign.brand_id) if campaign.brand_id else None,
        "version": campaign.version,
        "repository": campaign.repository,
        "runs": campaign.runs_count,
        "last_run": last_run,
        "created_by": campaign.created_by.get_username() if campaign.created_by else None,
        "created_at": iso(campaign.created_at),
        "updated_at": iso(campaign.updated_at),
    }


def as_json(campaign: Campaign) -> dict[str, Any]:
    """The whole campaign: a fixed number of queries."""
    twin = twins(campaign).values_list("pk", flat=True).first()
    own_budget = Budget.objects.filter(scope="campaign", campaign=campaign).first()
    return {
        **row(campaign, last_runs([campaign.pk]).get(campaign.pk)),
        "goal": campaign.goal,
        "brief": campaign.brief,
        "plan": campaign.plan,
        "settings": campaign.settings,
        "brief_hash": campaign.brief_hash,
        "missing": get_kind(campaign.kind).missing(
            brands.branded(campaign.brief, campaign.brand_id), campaign.plan, campaign.goal
        ),
        "duplicate_of": str(twin) if twin else None,
        "cuts": list(campaign.cuts),
        "active": _active(campaign),
        "budget": budgets.figures(own_budget) if own_budget else None,
        "last_event": campaign.last_event_seq,
    }


def _active(campaign: Campaign) -> dict[str, Any]:
    """The version that stands for each piece, by slot."""
    columns = "slot", "pk", "active_id", "active__number", "active__sha256", "approved_sha256"
    rows = Artifact.objects.filter(campaign=campaign, active__isnull=False).values_list(*columns)
    return {
        slot: {
            "artifact": str(pk),
            "version": str(version),
            "number": number,
            "sha256": sha256,
            "approved": approved == sha256,
        }
        for slot, pk, version, number, sha256, approved in rows
    }
