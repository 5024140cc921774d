"""The brief of a marketing campaign: written, kept as a draft, revised, run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from campaigns.actions.campaigns import draft_campaign, file_campaign, revise_campaign
from campaigns.actions.runs import start_run
from campaigns.forms.briefs import NEEDED, BriefForm, initial_of
from campaigns.kinds.registry import get_kind
from campaigns.models import Campaign
from campaigns.queries.pages import campaigns as queries
from campaigns.queries.pages.brands import choices
from campaigns.queries.preflight import Preflight, preflight
from campaigns.views.frame import PageRequest, form_page, show
from conductor.lib.errors import BadInput, ConductorError, NotAllowed, NotFound


@form_page
def brief_new(request: PageRequest) -> HttpResponse:
    """A new brief; `?from=` copies an earlier one."""
    teams = teams_for_new(request)
    if request.method != "POST":
        initial = _copied(request)
        return _show_form(request, BriefForm(initial=initial, teams=teams, brands=_brands(request, initial)))
    form = BriefForm(request.POST, teams=teams, brands=_brands(request, request.POST))
    if not form.is_valid():
        return _show_form(request, form, status=422)
    said = form.cleaned_data
    team_id = UUID(said["team"] or teams[0][0])
    if request.POST.get("then") == "check":
        return _look_ahead(request, form, team_id)
    try:
        campaign = file_campaign(
            team_id=team_id,
            kind="creative",
            name=said["name"],
            brief=form.brief(),
            brand=said["brand"] or None,
            settings=form.settings(),
            budget=said["budget"],
            truncate=said["truncate"],
            actor=request.viewer.actor,
        )
    except (NotFound, NotAllowed):
        raise
    except ConductorError as error:
        form.take(error)
        return _show_form(request, form, status=error.status, too_long=error.code == "too_long")
    return _after_saving(request, campaign)


@form_page
def brief_edit(request: PageRequest, campaign_id: UUID) -> HttpResponse:
    """Revise a brief; what runs have been started with stays as it was."""
    campaign = queries.campaign_for(request.viewer.actor, campaign_id)
    if not request.viewer.may("edit", campaign.team_id):
        raise NotAllowed("Your role in the team does not let you edit campaigns.")
    if request.method != "POST":
        initial = _initial(campaign, version=campaign.version)
        form = BriefForm(initial=initial, brands=_brands(request, initial), editing=True)
        return _show_form(request, form, campaign=campaign)
    form = BriefForm(request.POST, brands=_brands(request, request.POST, campaign.brand_id), editing=True)
    if not form.is_valid():
        return _show_form(request, form, campaign=campaign, status=422)
    if request.POST.get("then") == "check":
        return _look_ahead(request, form, campaign.team_id, campaign)
    said = form.cleaned_data
    try:
        campaign = revise_campaign(
            campaign_id=campaign.pk,
            version=said["version"] or 0,
            changes={
                "name": said["name"],
                "brief": form.brief(),
                "brand": said["brand"] or None,
                "settings": form.settings(),
            },
            truncate=said["truncate"],
            actor=request.viewer.actor,
        )
    except (NotFound, NotAllowed):
        raise
    except ConductorError as error:
        form.take(error)
        return _show_form(request, form, campaign=campaign, status=error.status, too_long=error.code == "too_long")
    return _after_saving(request, campaign)


def _look_ahead(request: PageRequest, form: BriefForm, team_id: UUID, campaign: Campaign | None = None) -> HttpResponse:
    """The pre-flight check of what stands in the form; nothing is stored."""
    said = form.cleaned_data
    kept = campaign.settings if campaign else {}
    settings = {name: value for name, value in {**kept, **form.settings()}.items() if value is not None}
    try:
        draft = draft_campaign(
            team_id=team_id,
            kind="creative",
            name=said["name"],
            brief=form.brief(),
            brand=said["brand"] or None,
            settings=settings,
            truncate=said["truncate"],
        )
    except ConductorError as error:
        form.take(error)
        return _show_form(request, form, campaign=campaign, status=error.status, too_long=error.code == "too_long")
    if campaign is not None:
        draft.pk, draft.state = campaign.pk, campaign.state
    return _show_form(request, form, campaign=campaign, check=preflight(draft))


def _brands(request: PageRequest, said: Mapping[str, Any], kept: UUID | None = None) -> list[dict[str, Any]]:
    """The brands to choose from; the one that is chosen already is there whatever its state."""
    try:
        chosen = kept or UUID(str(said.get("brand") or ""))
    except ValueError:
        chosen = None
    return choices(request.viewer.actor, chosen)


def teams_for_new(request: PageRequest) -> list[tuple[str, str]]:
    """The teams in which the viewer may make campaigns; none is a refusal."""
    allowed = set(request.viewer.teams_where("create"))
    teams = [(str(team.pk), team.name) for team in queries.teams_of(request.viewer.actor) if team.pk in allowed]
    if not teams:
        raise NotAllowed("To make campaigns you need the role author in a team.")
    return teams


def start_after_saving(request: PageRequest, campaign: Campaign, editing: str) -> HttpResponse:
    """Start the run that was asked for together with saving; what is missing is said where it can be mended."""
    try:
        run = start_run(campaign_id=campaign.pk, actor=request.viewer.actor)
    except (NotFound, NotAllowed):
        raise
    except BadInput as error:
        said = " ".join(sentence for sentences in error.errors.values() for sentence in sentences)
        messages.error(request, f"Saved, but not started. {said or error.message}")
        return HttpResponseRedirect(reverse(editing, args=[campaign.pk]))
    except ConductorError as error:
        messages.error(request, f"Saved, but not started. {error.message}")
        return HttpResponseRedirect(reverse("campaign", args=[campaign.pk]))
    return HttpResponseRedirect(reverse("run", args=[run.pk]))


def _after_saving(request: PageRequest, campaign: Campaign) -> HttpResponse:
    for cut in getattr(campaign, "cuts", ()):
        messages.warning(request, f"Shortened: {cut}")
    if request.POST.get("then") == "run":
        return start_after_saving(request, campaign, "brief-edit")
    messages.success(request, "Saved.")
    return HttpResponseRedirect(reverse("campaign", args=[campaign.pk]))


def _show_form(
    request: PageRequest,
    form: BriefForm,
    *,
    campaign: Campaign | None = None,
    status: int = 200,
    too_long: bool = False,
    check: Preflight | None = None,
) -> HttpResponse:
    done = form.done()
    context: dict[str, Any] = {
        "form": form,
        "campaign": campaign,
        "needed": [(name, form[name].label, name in done, form.givers(name)) for name in NEEDED],
        "done": len(done),
        "overruns": form.overruns() if too_long else [],
        "check": check,
        "faults": form.named(check.errors) if check else [],
    }
    return show(request, "campaigns/brief.html", context, status=status)


def _initial(campaign: Campaign, *, version: int | None, name: str | None = None) -> Mapping[str, Any]:
    return initial_of(
        name=campaign.name if name is None else name,
        team_id=campaign.team_id,
        brief=campaign.brief,
        brand=campaign.brand_id,
        settings=campaign.settings,
        version=version,
    )


def _copied(request: PageRequest) -> Mapping[str, Any]:
    said = request.GET.get("from", "")
    if not said:
        return {"mode": "parallel"}
    try:
        source = queries.campaign_for(request.viewer.actor, UUID(said))
    except ValueError:
        raise NotFound from None
    get_kind(source.kind)
    return _initial(source, version=None, name=f"Copy of {source.name}"[:200])
