"""Moves of a campaign: by compare-and-set, with the event in the same transaction. Called with its row locked."""

from __future__ import annotations

from campaigns import events
from campaigns.models import Campaign
from campaigns.permissions import Actor
from campaigns.states import CampaignState, may_move
from conductor.lib.errors import Conflict, InvalidMove


def move_campaign(campaign: Campaign, new: CampaignState, type_: str, *, message: str, actor: Actor) -> None:
    """Move it, if the table allows it, and say so in an event."""
    old = campaign.state
    if not may_move("campaign", old, new):
        raise InvalidMove(f"A campaign that is {old} cannot become {new}.")
    if not Campaign.objects.filter(pk=campaign.pk, state=old).update(state=new.value):
        raise Conflict(f"The campaign is no longer {old}.")
    campaign.state = new.value
    events.record_campaign(campaign, type_, actor=actor, message=message, from_state=old, to_state=new.value)
