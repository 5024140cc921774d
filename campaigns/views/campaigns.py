"""Campaigns as a list and as one page, with the commands that start, archive and delete them. Thin."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from campaigns.actions.campaigns import archive_campaign, delete_campaign, unarchive_campaign
from campaigns.actions.runs import start_run
from campaigns.forms import commands as forms
from campaigns.forms.briefs import StartForm
from campaigns.kinds.registry import KINDS, get_kind
from campaigns.models import Campaign
from campaigns.queries import brands as library
from campaigns.queries.campaigns import twins
from campaigns.queries.pages import campaigns as queries
from campaigns.states import RUN_OPEN, CampaignState, RunState
from campaigns.views.budgets import budget_panel
from campaigns.views.frame import PageRequest, Viewer, command, page, show
from campaigns.views.panels import Panel, carry_out
from conductor.lib.text import plain_cell

CSV_ROWS: Final = 10_000
COLUMNS: Final = ("id", "name", "kind", "team", "state", "runs", "last_run_state", "created_by", "created_at")


@page
def campaigns(request: PageRequest) -> HttpResponseBase:
    filters = queries.Filters.read(request.GET)
    rows = queries.listing(request.viewer.actor, filters)
    if request.GET.get("format") == "csv":
        return _csv(rows[:CSV_ROWS])
    context = {
        "page": queries.page_of(rows, request.GET.get("page", "1")),
        "filters": filters,
        "kinds": list(KINDS),
        "states": list(CampaignState),
        "run_states": list(RunState),
        "teams": queries.teams_of(request.viewer.actor),
    }
    return show(request, "campaigns/list.html", context)


@page
def campaign(request: PageRequest, campaign_id: UUID) -> HttpResponse:
    found = queries.campaign_for(request.viewer.actor, campaign_id)
    kind = get_kind(found.kind)
    brief = library.branded(found.brief, found.brand_id)
    missing = kind.missing(brief, found.plan, found.goal)
    context = {
        "campaign": found,
        "has_brief": bool(kind.slots),
        "brand_refusal": library.why_not(found.brand) if found.brand else "",
        "missing": [sentence for sentences in missing.values() for sentence in sentences],
        "artifacts": queries.artifacts_of(found) if kind.slots else [],
        "twin": twins(found).first(),
        "budget": (budget := queries.budget_of("campaign", found.pk)),
        "budget_panel": budget_panel(request.viewer, "campaign", found.pk, found.team_id, budget),
        "commands": panels(request.viewer, found, complete=not missing),
        "may_edit": request.viewer.may("edit", found.team_id),
    }
    return show(request, "campaigns/detail.html", context)


def panels(viewer: Viewer, campaign: Campaign, *, complete: bool) -> list[Panel]:
    def at(name: str) -> str:
        return reverse(f"campaign-{name}", args=[campaign.pk])

    team, found = campaign.team_id, []
    running = any(run.state in RUN_OPEN for run in campaign.last_runs)  # type: ignore[attr-defined]
    archived = campaign.state == CampaignState.ARCHIVED
    if complete and not archived and not running and viewer.may("start", team, owner_id=campaign.created_by_id):
        creative = bool(get_kind(campaign.kind).slots)
        initial = {"mode": campaign.settings.get("mode") or campaign.brief.get("mode") or "parallel"}
        brief = library.branded(campaign.brief, campaign.brand_id)
        form: forms.CommandForm = StartForm(initial=initial | {"platforms": brief.get("platforms")})
        form = form if creative else forms.StartPlainForm()
        found.append(Panel("start", "Start a run", "play", form, at("start"), strong=True))
    if viewer.may("archive", team) and not running:
        if archived:
            found.append(Panel("restore", "Take out of the archive", "archive", forms.UnarchiveForm(), at("unarchive")))
        else:
            found.append(Panel("archive", "Archive", "archive", forms.ArchiveForm(), at("archive")))
    if viewer.may("delete", team) and not running:
        found.append(Panel("delete", "Delete", "trash-2", forms.DeleteForm(), at("delete")))
    return found


@command
def start(request: PageRequest, campaign_id: UUID) -> HttpResponse:
    found = queries.campaign_for(request.viewer.actor, campaign_id)
    creative = bool(get_kind(found.kind).slots)

    def act(said: dict[str, Any]) -> Any:
        return start_run(
            campaign_id=campaign_id,
            mode=said.get("mode") or None,
            platforms=said["platforms"] if creative and said["platforms"] else None,
            actor=request.viewer.actor,
        )

    return carry_out(
        request,
        StartForm(request.POST) if creative else forms.StartPlainForm(request.POST),
        act,
        back=reverse("campaign", args=[campaign_id]),
        done="The run was accepted.",
        to=lambda run: reverse("run", args=[run.pk]),
    )


@command
def archive(request: PageRequest, campaign_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.ArchiveForm(request.POST),
        lambda _: archive_campaign(campaign_id=campaign_id, actor=request.viewer.actor),
        back=reverse("campaign", args=[campaign_id]),
        done="Archived.",
    )


@command
def unarchive(request: PageRequest, campaign_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.UnarchiveForm(request.POST),
        lambda _: unarchive_campaign(campaign_id=campaign_id, actor=request.viewer.actor),
        back=reverse("campaign", args=[campaign_id]),
        done="Taken out of the archive.",
    )


@command
def delete(request: PageRequest, campaign_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.DeleteForm(request.POST),
        lambda _: delete_campaign(campaign_id=campaign_id, actor=request.viewer.actor),
        back=reverse("campaign", args=[campaign_id]),
        done="Deleted.",
        to=lambda _: reverse("campaigns"),
    )


class _Echo:
    def write(self, value: str) -> str:
        return value


def _csv(rows: Any) -> StreamingHttpResponse:
    """The same rows as a table for spreadsheets; a cell that would be a formula there is made plain text."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield writer.writerow(COLUMNS)
        for row in rows.iterator(chunk_size=500):
            cells = (
                row.pk, row.name, row.kind, row.team.slug, row.state, row.runs_count, row.last_run_state or "",
                row.created_by.get_username() if row.created_by else "", row.created_at.isoformat(),
            )  # fmt: skip
            yield writer.writerow([plain_cell(str(cell)) for cell in cells])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="campaigns.csv"'
    return response
