"""Admin of decisions: looked at only; they are answered in the inbox."""

from __future__ import annotations

from django.contrib import admin

from campaigns.admin.mixins import ReadOnlyAdmin
from campaigns.models import Decision


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ("question", "kind", "state", "team", "run", "answered_by", "created_at")
    list_filter = ("state", "kind")
    list_select_related = ("team", "run", "answered_by")
