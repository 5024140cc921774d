"""The sample of a first visit: one whole brief, filed and run with one press. Needs no model and no key."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from campaigns.actions.campaigns import file_campaign
from campaigns.actions.runs import start_run
from campaigns.views.briefs import teams_for_new
from campaigns.views.frame import PageRequest, command

SAMPLE: Final[dict[str, Any]] = {
    "objective": "Bring 2,000 new subscribers to the spring coffee box by 30 April.",
    "audience": "People in their thirties who brew at home and care where their coffee comes from.",
    "product": "The Larkspur spring coffee box: three single-origin coffees of 250 g each, roasted on Tuesdays and shipped"
    " within 48 hours. It costs 29 euros a month and can be paused at any time. The farms are named on every bag.",
    "tone": "warm, plain, confident",
    "key_messages": ["Roasted on Tuesdays, at your door within 48 hours.", "Pause at any time."],
    "platforms": ["linkedin", "instagram", "twitter"],
    "constraints": {
        "prohibited_terms": ["guaranteed", "best in the world"],
        "required_terms": ["Larkspur"],
        "disclaimers": ["Prices include VAT. Shipping within the EU only."],
    },
    "brand": {"name": "Larkspur", "adjectives": ["honest", "crafted"], "palette": ["#2F3E8F", "#F4B942", "#FBF7EF"]},
}


@command
def sample(request: PageRequest) -> HttpResponse:
    actor = request.viewer.actor
    team = UUID(teams_for_new(request)[0][0])
    campaign = file_campaign(team_id=team, kind="creative", name="Sample: spring coffee box", brief=SAMPLE, actor=actor)
    run = start_run(campaign_id=campaign.pk, actor=actor)
    messages.success(request, "The sample runs. Watch its three pieces fill in.")
    return HttpResponseRedirect(reverse("run", args=[run.pk]))
