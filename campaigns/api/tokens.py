"""API tokens over REST: list, make, revoke. A secret is in one answer and nowhere else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions import tokens as actions
from campaigns.actions.idempotency import Answer
from campaigns.api.bodies import Body, StrictIntegerField, TextField
from campaigns.api.resources import Resource
from campaigns.models import Token
from campaigns.queries import tokens as queries
from conductor.lib.clock import iso
from conductor.lib.errors import NotAllowed


class TokenBody(Body):
    name = TextField(max_length=400)
    days = StrictIntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=actions.MAX_DAYS,
        help_text="90 if absent, but no later than the end of the token that is used.",
    )
    scope = serializers.ChoiceField(choices=["read", "write"], required=False, default="write")
    user = StrictIntegerField(required=False, min_value=1, max_value=2**31 - 1, help_text="Superusers only.")


class TokenRowShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    username = serializers.CharField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    scope = serializers.ChoiceField(choices=["read", "write"])
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class TokenShape(TokenRowShape):
    secret = serializers.CharField(allow_null=True, help_text="Shown only in the first answer.")


def token_json(token: Token) -> dict[str, Any]:
    return {
        "id": str(token.pk),
        "username": token.user.get_username(),
        "name": token.name,
        "prefix": token.prefix,
        "scope": token.scope,
        "created_at": iso(token.created_at),
        "expires_at": iso(token.expires_at),
        "last_used_at": iso(token.last_used_at),
        "revoked_at": iso(token.revoked_at),
    }


class TokensResource(Resource):
    """One's own tokens, and those of the members of teams one is admin of."""

    orderings = ("-created_at", "created_at")

    def get_queryset(self) -> QuerySet[Token]:
        if getattr(self, "swagger_fake_view", False):
            return Token.objects.none()
        return queries.listing(self.actor.user_id or 0)

    @extend_schema(responses=TokenRowShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        return self.page(self.get_queryset(), token_json)

    @extend_schema(request=TokenBody, responses={201: TokenShape})
    def create(self, request: Request) -> Response:
        if self.actor.scope == "read":
            raise NotAllowed("This token may only read.")
        body = self.read(TokenBody)
        user = int(body.pop("user", None) or self.actor.user_id or 0)

        def work() -> Answer:
            used = request.auth if isinstance(request.auth, Token) else None
            token, secret = actions.create_token(user_id=user, actor=self.actor, with_token=used, **body)
            said = token_json(token)
            return Answer(201, {**said, "secret": secret}, kept={**said, "secret": None})

        return self.once(work)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Revoke it, with effect at once."""
        actions.revoke_token(token_id=pk, actor=self.actor)
        return Response(status=204)
