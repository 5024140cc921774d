"""Agents over REST: which there are, and whether each is well."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agents.specs import access_of
from campaigns.actions.model_keys import check_agent
from campaigns.api.bodies import Body, TextField
from campaigns.api.resources import Caller
from campaigns.permissions import may, roles_of
from campaigns.queries import agents as queries
from conductor.lib.errors import BadInput, NotAllowed


class CheckBody(Body):
    model = TextField(required=False, max_length=180, help_text="Where the agent takes or needs one.")
    team = serializers.UUIDField(required=False, help_text="Whose key a model is asked with.")


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
        """Ask now whether it is installed, signed in and answering; a model is really asked, a few tokens long."""
        known = queries.one(pk)
        teams = [team for team, role in roles_of(self.actor).items() if may(role, "check_agent")]
        if self.actor.scope == "read" or not teams:
            raise NotAllowed("This needs the role operator in a team.")
        body = self.read(CheckBody)
        model, team = body.get("model"), body.get("team")
        if known["model"] == "required" and not model:
            raise BadInput(errors={"model": "Is needed to check this agent."})
        spec = f"{pk}:{model}" if model else pk
        if team is None and len(teams) > 1 and access_of(spec) is not None:
            raise BadInput(errors={"team": "Say whose key: you are operator in several teams."})
        return Response(check_agent(team_id=team or teams[0], spec=spec, actor=self.actor))
