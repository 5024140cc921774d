"""Teams: who is in one with which role, its limits and budget. Thin."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from campaigns.actions.teams import add_member, remove_member, set_limit
from campaigns.forms.commands import RemoveMemberForm
from campaigns.forms.teams import LimitForm, MemberForm
from campaigns.models import Membership, Team
from campaigns.queries.pages import campaigns as listings
from campaigns.queries.pages import teams as queries
from campaigns.views.budgets import budget_panel
from campaigns.views.frame import PageRequest, Viewer, command, page, show
from campaigns.views.model_keys import model_keys_of
from campaigns.views.panels import Panel, carry_out
from conductor.lib.errors import NotFound


@page
def teams(request: PageRequest) -> HttpResponse:
    rows = [(team, request.viewer.roles[team.pk]) for team in listings.teams_of(request.viewer.actor)]
    return show(request, "teams/list.html", {"rows": rows})


@page
def team(request: PageRequest, team_id: UUID) -> HttpResponse:
    found = queries.team_for(request.viewer.actor, team_id)
    budget = listings.budget_of("team", found.pk)
    members: list[Membership] = found.members  # type: ignore[attr-defined]
    context = {
        "team": found,
        "role": request.viewer.roles[found.pk],
        "members": [(member, _member_panels(request.viewer, found, member)) for member in members],
        "add": _add_panel(request.viewer, found),
        "limit": _limit_panel(request.viewer, found),
        "budget": budget,
        **model_keys_of(request.viewer, found.pk),
        "budget_panel": budget_panel(request.viewer, "team", found.pk, found.pk, budget),
    }
    return show(request, "teams/detail.html", context)


def _add_panel(viewer: Viewer, team: Team) -> Panel | None:
    if not viewer.may("members", team.pk):
        return None
    return Panel(
        "add", "Add or change a member", "user", MemberForm(), reverse("member-add", args=[team.pk]), quiet=True
    )


def _limit_panel(viewer: Viewer, team: Team) -> Panel | None:
    if not viewer.may("limits", team.pk):
        return None
    return Panel("limit", "Set a limit", "gauge", LimitForm(), reverse("limit-set", args=[team.pk]), quiet=True)


def _member_panels(viewer: Viewer, team: Team, member: Membership) -> list[Panel]:
    own = member.user_id == viewer.actor.user_id
    if not own and not viewer.may("members", team.pk):
        return []
    action = reverse("member-remove", args=[team.pk, member.pk])
    return [
        Panel(f"remove-{member.pk}", "Leave" if own else "Remove", "log-out", RemoveMemberForm(), action, quiet=True)
    ]


@command
def member_add(request: PageRequest, team_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        MemberForm(request.POST),
        lambda said: add_member(
            team_id=team_id, username=said["username"], role=said["role"], actor=request.viewer.actor
        ),
        back=reverse("team", args=[team_id]),
        done="Saved.",
    )


@command
def member_remove(request: PageRequest, team_id: UUID, membership_id: UUID) -> HttpResponse:
    request.viewer.sees(team_id)
    found = Membership.objects.select_related("user").filter(pk=membership_id, team=team_id).first()
    if found is None:
        raise NotFound("There is no such member.")
    return carry_out(
        request,
        RemoveMemberForm(request.POST),
        lambda _: remove_member(team_id=team_id, username=found.user.get_username(), actor=request.viewer.actor),
        back=reverse("teams"),
        done="Removed, with effect at once.",
    )


@command
def limit_set(request: PageRequest, team_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        LimitForm(request.POST),
        lambda said: set_limit(
            team_id=team_id, scope=said["scope"], name=said["name"], value=said["value"], actor=request.viewer.actor
        ),
        back=reverse("team", args=[team_id]),
        done="The limit acts from the next start on.",
    )
