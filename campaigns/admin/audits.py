"""Admin of audit reports and findings: looked at only."""

from __future__ import annotations

from django.contrib import admin

from campaigns.admin.mixins import ReadOnlyAdmin
from campaigns.models import AuditReport, Finding


@admin.register(AuditReport)
class AuditReportAdmin(ReadOnlyAdmin):
    list_display = ("run", "scope", "state", "verdict", "score", "pack", "created_at")
    list_filter = ("state", "verdict")
    list_select_related = ("run",)


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    list_display = ("report", "slot", "rule", "severity", "category")
    list_filter = ("severity", "category")
