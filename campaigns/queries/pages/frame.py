"""Figures of the frame around every page. One query each; never writes."""

from __future__ import annotations

from django.db.models import QuerySet

from campaigns.models import Decision
from campaigns.permissions import Actor, visible_teams
from campaigns.states import DecisionState


def inbox(actor: Actor) -> QuerySet[Decision]:
    """What waits for a person in the actor's teams: the one definition behind the badge and the page, oldest first."""
    return Decision.objects.filter(
        state=DecisionState.OPEN, team__in=visible_teams(actor), run__campaign__deleted_at__isnull=True
    ).order_by("created_at")


def open_decisions(actor: Actor) -> int:
    return inbox(actor).count()
