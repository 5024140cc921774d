"""Keys of models over REST: list, add, change what they are for, test, revoke. A key is taken and never given back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agents.contracts import PROVIDERS
from campaigns.actions import model_keys as actions
from campaigns.actions.idempotency import Answer
from campaigns.api.bodies import Body, NothingBody, ObjectField, TextField
from campaigns.api.filters import ById
from campaigns.api.resources import Resource
from campaigns.queries import model_keys as queries


class UseBody(Body):
    model = TextField(required=False, max_length=120, help_text="Asked where `uses` says so.")
    uses = serializers.ListField(
        child=serializers.ChoiceField(choices=queries.USES), required=False, help_text="Parts it serves by default."
    )
    prices = ObjectField(required=False, help_text='{"model or *": {"input": "2.50", "output": "10"}} per million.')
    structured = serializers.ChoiceField(choices=actions.STRUCTURES, required=False)


class KeyBody(UseBody):
    team = serializers.UUIDField(required=False, help_text="Needed where the caller is admin of several teams.")
    provider = serializers.ChoiceField(choices=PROVIDERS)
    key = TextField(required=False, max_length=600, write_only=True, help_text="Stored sealed; never shown again.")
    endpoint = TextField(required=False, max_length=60, help_text="Name of an endpoint of your own.")
    base_url = TextField(required=False, max_length=400)


class KeyCheckBody(Body):
    model = TextField(required=False, max_length=120, help_text="Another model than the key's own.")


class KeyShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    team = serializers.UUIDField()
    provider = serializers.ChoiceField(choices=PROVIDERS)
    endpoint = serializers.CharField()
    base_url = serializers.CharField()
    last_four = serializers.CharField()
    model = serializers.CharField()
    spec = serializers.CharField()
    uses = serializers.ListField(child=serializers.CharField())
    prices = ObjectField()
    structured = serializers.CharField()
    created_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class CheckedShape(serializers.Serializer[Any]):
    spec = serializers.CharField()
    ok = serializers.BooleanField()
    words = serializers.CharField()
    version = serializers.CharField()


class ModelKeysResource(Resource):
    visible = queries.visible
    orderings = ("-created_at", "created_at")
    filters = {"team": ById("team")}

    @extend_schema(responses=KeyShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        return self.page(self.get_queryset(), queries.row)

    @extend_schema(responses=KeyShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        return Response(queries.row(self.find(pk)))

    @extend_schema(request=KeyBody, responses={201: KeyShape})
    def create(self, request: Request) -> Response:
        """Admins of a team. The key itself is in no answer."""
        team = self.team_for("model_keys", "manage keys of models")
        body = self.read(KeyBody)
        body.pop("team", None)
        secret = body.pop("key", "")

        def work() -> Answer:
            made = actions.add_key(team_id=team, secret=secret, actor=self.actor, **body)
            return Answer(201, queries.row(made))

        return self.once(work)

    @extend_schema(request=UseBody, responses=KeyShape)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """What it is used for; the key, and where it is sent, cannot be changed."""
        self.find(pk, "model_keys")
        changed = actions.change_key(key_id=pk, changes=self.read(UseBody), actor=self.actor)
        return Response(queries.row(changed))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Revoke it, with effect at once."""
        self.find(pk, "model_keys")
        actions.revoke_key(key_id=pk, actor=self.actor)
        return Response(status=204)

    @extend_schema(request=NothingBody, responses=KeyShape)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: UUID) -> Response:
        """The same as DELETE, answering with what is left of it."""
        self.find(pk, "model_keys")
        self.read(NothingBody)
        return self.once(lambda: Answer(200, queries.row(actions.revoke_key(key_id=pk, actor=self.actor))))

    @extend_schema(request=KeyCheckBody, responses=CheckedShape)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: UUID) -> Response:
        """A real call with it, a few tokens long."""
        self.find(pk, "check_agent")
        body = self.read(KeyCheckBody)
        return Response(actions.check_key(key_id=pk, model=body.get("model", ""), actor=self.actor))
