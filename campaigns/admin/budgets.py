"""Admin of budgets and the ledger: looked at only; a limit is raised on the page of what it limits."""

from __future__ import annotations

from django.contrib import admin

from campaigns.admin.mixins import ReadOnlyAdmin
from campaigns.models import Budget, LedgerEntry


@admin.register(Budget)
class BudgetAdmin(ReadOnlyAdmin):
    list_display = ("scope", "team", "campaign", "run", "limit_micros", "spent_micros", "reserved_micros", "currency")
    list_filter = ("scope",)
    list_select_related = ("team", "campaign", "run")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "kind", "micros", "known", "call_key", "run")
    list_filter = ("kind",)
    list_select_related = ("run",)
