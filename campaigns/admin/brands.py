"""Admin of brands and their versions: looked at, and published, archived and restored through the actions."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from campaigns.actions.brands import archive_brand, publish_brand, restore_brand
from campaigns.admin.mixins import ReadOnlyAdmin, actor_of, each
from campaigns.models import Brand, BrandVersion


@admin.register(Brand)
class BrandAdmin(ReadOnlyAdmin):
    list_display = ("name", "slug", "team", "state", "published", "head", "created_by", "updated_at")
    list_filter = ("state",)
    list_select_related = ("team", "created_by")
    search_fields = ("name", "slug", "id")
    actions = ("publish", "archive", "restore")

    @admin.action(description="Publish the drafts of the selected brands")
    def publish(self, request: HttpRequest, rows: QuerySet[Brand]) -> None:
        each(request, rows, lambda row: publish_brand(brand_id=row.pk, actor=actor_of(request)), "Published.")

    @admin.action(description="Archive the selected brands")
    def archive(self, request: HttpRequest, rows: QuerySet[Brand]) -> None:
        each(request, rows, lambda row: archive_brand(brand_id=row.pk, actor=actor_of(request)), "Archived.")

    @admin.action(description="Restore the selected brands")
    def restore(self, request: HttpRequest, rows: QuerySet[Brand]) -> None:
        each(request, rows, lambda row: restore_brand(brand_id=row.pk, actor=actor_of(request)), "Restored.")


@admin.register(BrandVersion)
class BrandVersionAdmin(ReadOnlyAdmin):
    list_display = ("brand", "number", "author", "sha256", "created_at")
    list_select_related = ("brand",)
    search_fields = ("brand__name", "sha256")
