"""Admin of teams, members, limits and tokens: looked at; they are changed on the pages, by the actions."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from campaigns.actions.model_keys import revoke_key
from campaigns.actions.tokens import revoke_token
from campaigns.admin.mixins import ReadOnlyAdmin, actor_of, each
from campaigns.models import Limit, Membership, ModelKey, Team, Token


@admin.register(Team)
class TeamAdmin(ReadOnlyAdmin):
    list_display = ("name", "slug", "created_at")
    search_fields = ("name",)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("team", "user", "role", "created_at")
    list_filter = ("role",)
    list_select_related = ("team", "user")


@admin.register(Limit)
class LimitAdmin(ReadOnlyAdmin):
    list_display = ("team", "scope", "name", "value")
    list_select_related = ("team",)


@admin.register(ModelKey)
class ModelKeyAdmin(ReadOnlyAdmin):
    """Not even the sealed key is shown."""

    list_display = ("team", "provider", "endpoint", "last_four", "model", "created_at", "last_used_at", "revoked_at")
    list_filter = ("provider",)
    list_select_related = ("team",)
    exclude = ("sealed",)
    actions = ("revoke",)

    @admin.action(description="Revoke the selected keys")
    def revoke(self, request: HttpRequest, rows: QuerySet[ModelKey]) -> None:
        each(request, rows, lambda key: revoke_key(key_id=key.pk, actor=actor_of(request)), "Revoked.")


@admin.register(Token)
class TokenAdmin(ReadOnlyAdmin):
    """Not even its digest is shown."""

    list_display = ("name", "user", "prefix", "scope", "created_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    exclude = ("digest",)
    actions = ("revoke",)

    @admin.action(description="Revoke the selected tokens")
    def revoke(self, request: HttpRequest, rows: QuerySet[Token]) -> None:
        each(request, rows, lambda token: revoke_token(token_id=token.pk, actor=actor_of(request)), "Revoked.")
