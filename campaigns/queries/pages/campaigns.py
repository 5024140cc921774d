"""Campaigns as lists and as one page. Scoped to the actor's teams first; never writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from campaigns.kinds.registry import KINDS
from campaigns.models import Artifact, Budget, Campaign, Run, Team
from campaigns.permissions import Actor, visible_teams
from campaigns.states import CampaignState, RunState
from conductor.lib.errors import NotFound

PER_PAGE: Final = 25
RUNS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; anything unknown counts as not asked."""

    kind: str = ""
    state: str = ""
    run: str = ""
    team: str = ""
    q: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        def one_of(name: str, known: Sequence[str]) -> str:
            return said if (said := query.get(name, "")) in known else ""

        return cls(
            kind=one_of("kind", list(KINDS)),
            state=one_of("state", list(CampaignState)),
            run=one_of("run", list(RunState)),
            team=query.get("team", "")[:60],
            q=query.get("q", "").replace("\0", "").strip()[:100],
        )

    @property
    def any(self) -> bool:
        return bool(self.kind or self.state or self.run or self.team or self.q)


def listing(actor: Actor, filters: Filters) -> QuerySet[Campaign]:
    """Campaigns, newest first, each with its last run's state, counters and end. Archived ones only when asked for."""
    last = Run.objects.filter(campaign=OuterRef("pk")).order_by("-created_at")
    rows = (
        Campaign.objects.filter(team__in=visible_teams(actor), deleted_at__isnull=True)
        .select_related("team", "created_by")
        .defer("brief", "plan", "settings")
        .annotate(
            last_run_id=Subquery(last.values("id")[:1]),
            last_run_state=Subquery(last.values("state")[:1]),
            last_run_counts=Subquery(last.values("counts")[:1]),
            last_run_at=Subquery(last.values("created_at")[:1]),
        )
    )
    rows = rows.filter(state=filters.state) if filters.state else rows.exclude(state=CampaignState.ARCHIVED)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.team:
        rows = rows.filter(team__slug=filters.team)
    if filters.run:
        rows = rows.filter(last_run_state=filters.run)
    if filters.q:
        rows = rows.filter(Q(name__icontains=filters.q) | Q(goal__icontains=filters.q))
    return rows.order_by("-created_at")


def page_of(rows: QuerySet[Any], number: str, per_page: int = PER_PAGE) -> Page[Any]:
    """The page of that number; one beyond the end is the last, nonsense the first."""
    return Paginator(rows, per_page).get_page(number if number.isdecimal() and len(number) < 10 else 1)


def teams_of(actor: Actor) -> list[Team]:
    return list(Team.objects.filter(pk__in=visible_teams(actor)).order_by("name"))


def campaign_for(actor: Actor, campaign_id: UUID) -> Campaign:
    """The campaign with its team and runs; NotFound where it is another team's or deleted."""
    runs = Run.objects.select_related("campaign").order_by("-created_at")[:RUNS_SHOWN]
    found = (
        Campaign.objects.filter(pk=campaign_id, team__in=visible_teams(actor), deleted_at__isnull=True)
        .select_related("team", "created_by", "brand")
        .prefetch_related(Prefetch("runs", queryset=runs, to_attr="last_runs"))
        .first()
    )
    if found is None:
        raise NotFound("There is no such campaign.")
    return found


def artifacts_of(campaign: Campaign) -> list[Artifact]:
    """Its pieces with their active versions, without the contents."""
    return list(
        Artifact.objects.filter(campaign=campaign)
        .select_related("active", "approved_by")
        .defer("active__content")
        .order_by("created_at", "slot")
    )


def budget_of(scope: str, object_id: UUID) -> Budget | None:
    return Budget.objects.filter(**{"scope": scope, f"{scope}_id": object_id}).first()
