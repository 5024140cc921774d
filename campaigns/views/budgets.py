"""Budgets on pages: the panel that sets or raises one, and the views that take it. Thin."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from campaigns.actions.budgets import raise_budget, set_budget
from campaigns.forms import commands as forms
from campaigns.models import Budget
from campaigns.permissions import visible_teams
from campaigns.queries import budgets as queries
from campaigns.views.frame import PageRequest, Viewer, command
from campaigns.views.panels import Panel, carry_out
from conductor.lib.errors import NotFound

_PAGES = {"campaign": "campaign", "run": "run", "team": "team"}


def budget_panel(viewer: Viewer, scope: str, object_id: UUID, team_id: UUID, budget: Budget | None) -> Panel | None:
    """Set a first limit, or raise the present one."""
    if budget is not None and budget.limit_micros is not None:
        if not viewer.may("raise_budget", team_id):
            return None
        form: forms.CommandForm = forms.RaiseBudgetForm(initial={"version": budget.version})
        return Panel("raise-budget", "Raise", "coins", form, reverse("budget-raise", args=[budget.pk]), quiet=True)
    if not viewer.may("set_budget", team_id):
        return None
    return Panel(
        "set-budget",
        "Set a budget",
        "coins",
        forms.SetBudgetForm(),
        reverse("budget-set", args=[scope, object_id]),
        quiet=True,
    )


@command
def set_limit(request: PageRequest, scope: str, object_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.SetBudgetForm(request.POST),
        lambda said: set_budget(scope=scope, object_id=object_id, limit=said["limit"], actor=request.viewer.actor),
        back=_page_of(scope, object_id),
        done="The budget is set.",
    )


@command
def raise_limit(request: PageRequest, budget_id: UUID) -> HttpResponse:
    found = queries.visible(visible_teams(request.viewer.actor)).filter(pk=budget_id).first()
    if found is None:
        raise NotFound("There is no such budget.")
    about = {"campaign": found.campaign_id, "run": found.run_id}.get(found.scope)
    return carry_out(
        request,
        forms.RaiseBudgetForm(request.POST),
        lambda said: raise_budget(
            budget_id=budget_id, limit=said["limit"] or Decimal(0), version=said["version"], actor=request.viewer.actor
        ),
        back=_page_of(found.scope, about) if about else reverse("teams"),
        done="The budget is raised; runs that it had stopped go on.",
    )


def _page_of(scope: str, object_id: UUID) -> str:
    return reverse(_PAGES[scope], args=[object_id]) if scope in ("campaign", "run") else reverse("teams")
