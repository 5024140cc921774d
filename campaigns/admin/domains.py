"""Admin of domains, clones and merges: looked at only."""

from __future__ import annotations

from django.contrib import admin

from campaigns.admin.mixins import ReadOnlyAdmin
from campaigns.models import Domain, Merge, Workspace


@admin.register(Domain)
class DomainAdmin(ReadOnlyAdmin):
    list_display = ("name", "run", "branch", "max_parallel")
    list_select_related = ("run",)


@admin.register(Workspace)
class WorkspaceAdmin(ReadOnlyAdmin):
    list_display = ("path", "host", "branch", "created_at", "removed_at")


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin):
    list_display = ("branch", "state", "old_commit", "new_commit", "created_at", "ended_at")
    list_filter = ("state",)
