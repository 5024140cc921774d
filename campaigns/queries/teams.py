"""Teams, their members and limits. Never writes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from campaigns.models import Limit, Membership, Team
from conductor.lib.clock import iso


def visible(teams: QuerySet[Any, Any]) -> QuerySet[Team]:
    return Team.objects.filter(pk__in=teams)


def row(team: Team, role: str | None) -> dict[str, Any]:
    """A team, and the asker's role in it."""
    return {
        "id": str(team.pk),
        "name": team.name,
        "slug": team.slug,
        "role": role,
        "last_event": team.last_event_seq,
        "created_at": iso(team.created_at),
    }


def members(team: Team) -> QuerySet[Membership]:
    return Membership.objects.filter(team=team).select_related("user")


def member(membership: Membership) -> dict[str, Any]:
    return {
        "id": str(membership.pk),
        "username": membership.user.get_username(),
        "role": membership.role,
        "active": membership.user.is_active,
        "created_at": iso(membership.created_at),
    }


def limits(team: Team) -> list[dict[str, Any]]:
    rows = Limit.objects.filter(team=team).order_by("scope", "name")
    return [{"scope": limit.scope, "name": limit.name, "value": limit.value} for limit in rows]


def has_others(team_id: UUID, user_id: int) -> bool:
    """Whether anybody else in the team could look at what this person did."""
    return Membership.objects.filter(team=team_id, user__is_active=True).exclude(user=user_id).exists()
