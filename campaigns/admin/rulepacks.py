"""Admin of rule packs and of the rules that runs are pinned to: looked at only."""

from __future__ import annotations

from django.contrib import admin

from campaigns.admin.mixins import ReadOnlyAdmin
from campaigns.models import PinnedPack, RulePack, RulePackVersion


@admin.register(RulePack)
class RulePackAdmin(ReadOnlyAdmin):
    list_display = ("name", "team", "state", "active", "head", "created_at")
    list_filter = ("state",)
    list_select_related = ("team", "active")


@admin.register(RulePackVersion)
class RulePackVersionAdmin(ReadOnlyAdmin):
    list_display = ("pack", "number", "version", "sha256", "created_by", "published_at")
    list_select_related = ("pack", "created_by")


@admin.register(PinnedPack)
class PinnedPackAdmin(ReadOnlyAdmin):
    list_display = ("name", "version", "sha256", "created_at")
