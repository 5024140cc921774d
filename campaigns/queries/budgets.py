"""Budgets and the ledger: what is allowed, spent, reserved and left. Never writes."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet, Sum

from campaigns.models import Budget, LedgerEntry, Run
from conductor.lib.money import as_text


def visible(teams: QuerySet[Any, Any]) -> QuerySet[Budget]:
    kept = Q(campaign=None) | Q(campaign__deleted_at=None)
    return Budget.objects.filter(kept, team__in=teams).exclude(run__campaign__deleted_at__isnull=False)


def visible_entries(teams: QuerySet[Any, Any]) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.select_related("budget").filter(budget__in=visible(teams))


def over(run: Run) -> Q:
    """The budgets that a run falls under, and those inside it."""
    return (
        Q(scope="team", team=run.team_id)
        | Q(scope="campaign", campaign=run.campaign_id)
        | Q(run=run.pk)
        | Q(domain__run=run.pk)
    )


def figures(budget: Budget) -> dict[str, Any]:
    """A budget in JSON."""
    limit = budget.limit_micros
    return {
        "id": str(budget.pk),
        "scope": budget.scope,
        "limit": None if limit is None else as_text(limit),
        "spent": as_text(budget.spent_micros),
        "reserved": as_text(budget.reserved_micros),
        "left": None if limit is None else as_text(limit - budget.used_micros),
        "currency": budget.currency,
        "version": budget.version,
    }


def tightest(run: Run) -> dict[str, Any] | None:
    """The budget with the least left among those a run falls under; else its own book; None if neither is there."""
    chain = list(Budget.objects.filter(over(run)).exclude(scope="domain"))
    limited = [budget for budget in chain if budget.limit_micros is not None]
    if limited:
        return _with_unknown(min(limited, key=lambda budget: budget.limit_micros - budget.used_micros))
    own = next((budget for budget in chain if budget.scope == "run"), None)
    return None if own is None else _with_unknown(own)


def _with_unknown(budget: Budget) -> dict[str, Any]:
    """With how much of what is spent stands for calls whose cost nobody told: what was reserved for them."""
    unknown = 0
    if budget.spent_micros:
        rows = LedgerEntry.objects.filter(budget=budget, kind="settle", known=False)
        unknown = rows.aggregate(sum=Sum("micros"))["sum"] or 0
    return {**figures(budget), "unknown": as_text(unknown) if unknown else None}
