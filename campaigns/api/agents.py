"""Agents over REST: which there are, and whether each is well."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.bodies import Body, TextField
from campaigns.api.resources import Caller
from campaigns.permissions import may, roles_of
from campaigns.queries import agents as queries
from conductor.lib.errors import BadInput, NotAllowed


class CheckBody(Body):
    model = TextField(required=False, max_length=180, help_text="Where the agent takes or needs one.")


class AgentShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    backend = serializers.CharField()
    model = serializers.ChoiceField(choices=["none", "optional", "required"])
    roles = serializers.ListField(child=serializers.CharField())
    ok = serializers.BooleanField(allow_null=True)
    words = serializers.CharField()
    version = serializers.CharField()


@extend_schema_serializer(many=False)
class AgentsShape(serializers.Serializer[Any]):
    """All at once: they are few."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = AgentShape(many=True)


class HealthShape(serializers.Serializer[Any]):
    spec = serializers.CharField()
    ok = serializers.BooleanField()
    words = serializers.CharField()
    version = serializers.CharField()


class AgentsResource(Caller):
    lookup_value_converter = "str"

    @extend_schema(responses=AgentsShape)
    def list(self, request: Request) -> Response:
        return Response({"next": None, "previous": None, "results": queries.known()})

    @extend_schema(responses=AgentShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(queries.one(pk))

    @extend_schema(request=CheckBody, responses=HealthShape)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: str) -> Response:
        """Ask now whether it is installed, signed in and answering."""
        known = queries.one(pk)
        if self.actor.scope == "read" or not any(may(r, "check_agent") for r in roles_of(self.actor).values()):
            raise NotAllowed("This needs the role operator in a team.")
        model = self.read(CheckBody).get("model")
        if known["model"] == "required" and not model:
            raise BadInput(errors={"model": "Is needed to check this agent."})
        return Response(queries.check(f"{pk}:{model}" if model else pk))
