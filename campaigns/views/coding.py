"""A coding campaign: set up, kept as a draft, revised, run. Thin."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from campaigns.actions.campaigns import file_campaign, revise_campaign
from campaigns.forms.coding import CodingForm, initial_of
from campaigns.kinds import campaign_file, plan_file
from campaigns.kinds.campaign_file import CampaignFile
from campaigns.models import Campaign
from campaigns.queries.pages import campaigns as queries
from campaigns.views.briefs import start_after_saving, teams_for_new
from campaigns.views.frame import PageRequest, form_page, show
from conductor.lib.errors import BadInput, ConductorError, NotAllowed, NotFound


@form_page
def coding_new(request: PageRequest) -> HttpResponse:
    teams = teams_for_new(request)
    if request.method != "POST":
        return _show_form(request, CodingForm(initial={"autonomy": ""}, teams=teams))
    form = CodingForm(request.POST, request.FILES, teams=teams)
    held = _read(form)
    if held is None:
        return _show_form(request, form, status=422)
    said = form.cleaned_data
    try:
        campaign = file_campaign(
            team_id=UUID(said["team"] or teams[0][0]),
            kind="coding",
            name=said["name"] or held.name,
            goal=said["goal"] or held.goal,
            repository=said["repository"],
            plan=held.plan,
            settings=_settings(form, held),
            budget=_budget(said["budget"], held),
            actor=request.viewer.actor,
        )
    except (NotFound, NotAllowed):
        raise
    except ConductorError as error:
        form.take(error)
        return _show_form(request, form, status=error.status)
    return _after_saving(request, campaign)


@form_page
def coding_edit(request: PageRequest, campaign_id: UUID) -> HttpResponse:
    campaign = queries.campaign_for(request.viewer.actor, campaign_id)
    if not request.viewer.may("edit", campaign.team_id):
        raise NotAllowed("Your role in the team does not let you edit campaigns.")
    if request.method != "POST":
        return _show_form(request, CodingForm(initial=_initial(campaign), editing=True), campaign=campaign)
    form = CodingForm(request.POST, request.FILES, editing=True)
    held = _read(form)
    if held is None:
        return _show_form(request, form, campaign=campaign, status=422)
    said = form.cleaned_data
    changes = {name: said[name] for name in ("name", "goal", "repository")}
    try:
        campaign = revise_campaign(
            campaign_id=campaign.pk,
            version=said["version"] or 0,
            changes={**changes, "plan": held.plan, "settings": _settings(form, held)},
            actor=request.viewer.actor,
        )
    except (NotFound, NotAllowed):
        raise
    except ConductorError as error:
        form.take(error)
        return _show_form(request, form, campaign=campaign, status=error.status)
    return _after_saving(request, campaign)


def _read(form: CodingForm) -> CampaignFile | None:
    """What plan or campaign file says, nothing where none was given; None where form or file have faults, then told."""
    if not form.is_valid():
        return None
    text = form.plan_text()
    if not text.strip():
        return CampaignFile("coding")
    try:
        held = campaign_file.parse(text)
        if held.kind == "coding":
            return held
        plan_file.parse(text)  # Tells what a plan would need.
    except BadInput as error:
        form.take_plan(error)
        return None
    form.add_error("plan", "This is not the file of a coding campaign.")
    return None


def _settings(form: CodingForm, held: CampaignFile) -> dict[str, Any]:
    """The form comes before the file; None takes an earlier setting away."""
    return {name: held.settings.get(name) if value is None else value for name, value in form.settings().items()}


def _budget(said: Decimal | None, held: CampaignFile) -> Decimal | None:
    return Decimal(held.budget) if said is None and held.budget is not None else said


def _after_saving(request: PageRequest, campaign: Campaign) -> HttpResponse:
    if request.POST.get("then") == "run":
        return start_after_saving(request, campaign, "coding-edit")
    messages.success(request, "Saved.")
    return HttpResponseRedirect(reverse("campaign", args=[campaign.pk]))


def _show_form(
    request: PageRequest, form: CodingForm, *, campaign: Campaign | None = None, status: int = 200
) -> HttpResponse:
    return show(request, "campaigns/coding.html", {"form": form, "campaign": campaign}, status=status)


def _initial(campaign: Campaign) -> dict[str, Any]:
    return initial_of(
        name=campaign.name,
        team_id=campaign.team_id,
        goal=campaign.goal,
        repository=campaign.repository,
        plan=campaign.plan,
        settings=campaign.settings,
        version=campaign.version,
    )
