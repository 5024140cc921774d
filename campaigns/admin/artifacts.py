"""Admin of pieces and their immutable versions: looked at only."""

from __future__ import annotations

from django.contrib import admin

from campaigns.admin.mixins import ReadOnlyAdmin
from campaigns.models import Artifact, ArtifactVersion


@admin.register(Artifact)
class ArtifactAdmin(ReadOnlyAdmin):
    list_display = ("campaign", "slot", "head", "approved_by", "approved_at")
    list_select_related = ("campaign", "approved_by")
    search_fields = ("campaign__name",)


@admin.register(ArtifactVersion)
class ArtifactVersionAdmin(ReadOnlyAdmin):
    list_display = ("artifact", "number", "sha256", "size", "created_at")
    list_select_related = ("artifact",)
    search_fields = ("sha256",)
