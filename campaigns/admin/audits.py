"""Admin of audit reports, findings and waivers: looked at only."""

from __future__ import annotations

from django.contrib import admin

from campaigns.admin.mixins import ReadOnlyAdmin
from campaigns.models import AuditReport, Finding, Waiver


@admin.register(AuditReport)
class AuditReportAdmin(ReadOnlyAdmin):
    list_display = ("run", "scope", "state", "verdict", "score", "pack", "created_at")
    list_filter = ("state", "verdict")
    list_select_related = ("run",)


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    list_display = ("report", "slot", "rule", "severity", "category")
    list_filter = ("severity", "category")


@admin.register(Waiver)
class WaiverAdmin(ReadOnlyAdmin):
    list_display = ("rule", "scope", "team", "severity", "approved_by", "expires_at", "revoked_at")
    list_filter = ("scope", "severity")
    list_select_related = ("team",)
