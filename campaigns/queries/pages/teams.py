"""Teams as one page shows them: members, limits, budget. Scoped to the actor's teams; never writes."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch

from campaigns.models import Limit, Membership, Team
from campaigns.permissions import Actor, visible_teams
from conductor.lib.errors import NotFound


def team_for(actor: Actor, team_id: UUID) -> Team:
    members = Membership.objects.select_related("user").order_by("user__username")
    limits = Limit.objects.order_by("scope", "name")
    found = (
        Team.objects.filter(pk=team_id, pk__in=visible_teams(actor))
        .prefetch_related(
            Prefetch("memberships", queryset=members, to_attr="members"),
            Prefetch("limits", queryset=limits, to_attr="all_limits"),
        )
        .first()
    )
    if found is None:
        raise NotFound("There is no such team.")
    return found
