"""The sample of a first visit: the example brief, filed and run with one press. Needs no model and no key."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from campaigns.actions.samples import start_sample
from campaigns.views.briefs import teams_for_new
from campaigns.views.frame import PageRequest, command


@command
def sample(request: PageRequest) -> HttpResponse:
    actor = request.viewer.actor
    team = UUID(teams_for_new(request)[0][0])
    run = start_sample(team_id=team, actor=actor)
    messages.success(request, "The sample runs. Watch its three pieces fill in.")
    return HttpResponseRedirect(reverse("run", args=[run.pk]))
