"""The list of rule packs and the page of one. Scoped first; never writes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from campaigns.models import RulePack, RulePackVersion, Team
from campaigns.permissions import Actor, visible_teams
from conductor.lib.errors import NotFound

MOST_VERSIONS = 50


def packs_of(actor: Actor) -> QuerySet[RulePack]:
    rows = RulePack.objects.select_related("team", "active").defer("active__data", "active__source", "active__tests")
    return rows.filter(team__in=visible_teams(actor)).order_by("team__name", "name")


def pack_for(actor: Actor, pack_id: UUID) -> RulePack:
    rows = RulePack.objects.select_related("team", "active")
    found = rows.filter(pk=pack_id, team__in=visible_teams(actor)).first()
    if found is None:
        raise NotFound("There is no such rule pack.")
    return found


def version_for(pack: RulePack, number: int | None) -> RulePackVersion:
    rows = RulePackVersion.objects.select_related("created_by", "published_by")
    found = rows.filter(pack=pack, number=number or pack.head).first()
    if found is None:
        raise NotFound(f"This rule pack has no version {number}.")
    return found


def versions_of(pack: RulePack) -> list[RulePackVersion]:
    """The newest ones, without what they say."""
    rows = RulePackVersion.objects.filter(pack=pack).select_related("created_by").defer("data", "source", "tests")
    return list(rows.order_by("-number")[:MOST_VERSIONS])


def teams_among(teams: list[UUID]) -> list[Team]:
    return list(Team.objects.filter(pk__in=teams))


def team_for(teams: list[UUID], said: UUID | None) -> Any:
    """The team that is meant among those: the one named, else the only one; None where it is to be said."""
    rows = Team.objects.filter(pk__in=teams)
    named = rows.filter(pk=said).first() if said else None
    if said and named is None:
        raise NotFound("There is no such team.")
    return named or (rows.first() if len(teams) == 1 else None)
