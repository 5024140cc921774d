"""Admin of campaigns: looked at, and archived through the action."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from campaigns.actions.campaigns import archive_campaign
from campaigns.admin.mixins import ReadOnlyAdmin, actor_of, each
from campaigns.models import Campaign


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "team", "state", "runs_count", "created_by", "created_at", "deleted_at")
    list_filter = ("kind", "state")
    list_select_related = ("team", "created_by")
    search_fields = ("name", "id")
    actions = ("archive",)

    @admin.action(description="Archive the selected campaigns")
    def archive(self, request: HttpRequest, rows: QuerySet[Campaign]) -> None:
        each(request, rows, lambda row: archive_campaign(campaign_id=row.pk, actor=actor_of(request)), "Archived.")
