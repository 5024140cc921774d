"""Admin of criteria and their evidence: looked at only."""

from __future__ import annotations

from django.contrib import admin

from campaigns.admin.mixins import ReadOnlyAdmin
from campaigns.models import Criterion, GateResult


@admin.register(Criterion)
class CriterionAdmin(ReadOnlyAdmin):
    list_display = ("title", "task", "phase", "check_kind", "blocking")
    list_select_related = ("task",)


@admin.register(GateResult)
class GateResultAdmin(ReadOnlyAdmin):
    list_display = ("criterion", "verdict", "exit_code", "duration_ms", "created_at")
    list_filter = ("verdict",)
    list_select_related = ("criterion",)
