"""The sample of a new installation: the example brief, filed and started. Needs no model and no key."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from campaigns.actions.campaigns import file_campaign
from campaigns.actions.runs import start_run
from campaigns.kinds import campaign_file
from campaigns.models import Run
from campaigns.permissions import Actor
from conductor.lib.errors import Unavailable

EXAMPLE: Final = Path(settings.FILES_DIR) / "examples" / "brief.yaml"


def start_sample(*, team_id: UUID, actor: Actor) -> Run:
    """File the example brief in a team and start it; Unavailable where the example was not installed."""
    try:
        held = campaign_file.parse(EXAMPLE.read_bytes())
    except OSError:
        raise Unavailable("The sample is not part of this installation.") from None
    campaign = file_campaign(
        team_id=team_id,
        kind=held.kind,
        name=f"Sample: {held.name}",
        brief=held.brief,
        settings=held.settings,
        actor=actor,
    )
    return start_run(campaign_id=campaign.pk, actor=actor)
