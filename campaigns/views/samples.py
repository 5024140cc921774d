"""The sample of a first visit: the example brief, filed and run with one press. Needs no model and no key."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from campaigns.actions.campaigns import file_campaign
from campaigns.actions.runs import start_run
from campaigns.kinds import campaign_file
from campaigns.views.briefs import teams_for_new
from campaigns.views.frame import PageRequest, command
from conductor.lib.errors import Unavailable

EXAMPLE: Final = Path(settings.BASE_DIR) / "examples" / "brief.yaml"


@command
def sample(request: PageRequest) -> HttpResponse:
    actor = request.viewer.actor
    team = UUID(teams_for_new(request)[0][0])
    try:
        held = campaign_file.parse(EXAMPLE.read_bytes())
    except OSError:
        raise Unavailable("The sample is not part of this installation.") from None
    campaign = file_campaign(
        team_id=team,
        kind=held.kind,
        name=f"Sample: {held.name}",
        brief=held.brief,
        settings=held.settings,
        actor=actor,
    )
    run = start_run(campaign_id=campaign.pk, actor=actor)
    messages.success(request, "The sample runs. Watch its three pieces fill in.")
    return HttpResponseRedirect(reverse("run", args=[run.pk]))
