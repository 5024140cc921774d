"""Teams over REST: teams, members, limits, users, and who the caller is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions import teams as actions
from campaigns.actions.idempotency import Answer
from campaigns.api.bodies import Body, StrictBooleanField, StrictIntegerField, TextField
from campaigns.api.events import PARAMETERS, QUERY, events_page
from campaigns.api.filters import Containing
from campaigns.api.resources import Caller, Resource
from campaigns.api.shapes import EventsShape
from campaigns.permissions import roles_of
from campaigns.queries import teams as queries
from campaigns.states import Role


class TeamBody(Body):
    name = TextField(max_length=400)


class MemberBody(Body):
    username = TextField(max_length=150)
    role = serializers.ChoiceField(choices=[*Role])


class LimitBody(Body):
    scope = serializers.ChoiceField(choices=["team", "run", "domain", "role", "backend"])
    name = TextField(required=False, max_length=100, default="")
    value = StrictIntegerField(allow_null=True, min_value=0, max_value=10_000, help_text="null takes it away.")


class UserBody(Body):
    username = TextField(max_length=150)
    superuser = StrictBooleanField(required=False, default=False)


class TeamShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    role = serializers.ChoiceField(choices=[*Role], allow_null=True)
    last_event = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class MemberShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    username = serializers.CharField()
    role = serializers.ChoiceField(choices=[*Role])
    active = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class LimitShape(serializers.Serializer[Any]):
    scope = serializers.CharField()
    name = serializers.CharField()
    value = serializers.IntegerField()


class UserShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    username = serializers.CharField()
    superuser = serializers.BooleanField()
    password = serializers.CharField(allow_null=True, help_text="Shown only in the first answer.")


class MyTeamShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    role = serializers.ChoiceField(choices=[*Role])


@extend_schema_serializer(many=False)
class MeShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    username = serializers.CharField()
    superuser = serializers.BooleanField()
    scope = serializers.ChoiceField(choices=["read", "write"])
    teams = MyTeamShape(many=True)


class TeamsResource(Resource):
    visible = queries.visible
    team_path = "pk"
    orderings = ("name", "-name", "created_at", "-created_at")
    filters = {"q": Containing("name")}

    @extend_schema(responses=TeamShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        roles = roles_of(self.actor)
        return self.page(self.get_queryset(), lambda team: queries.row(team, roles.get(team.pk)))

    @extend_schema(request=TeamBody, responses={201: TeamShape})
    def create(self, request: Request) -> Response:
        """Superusers only; who makes a team is its admin."""
        actions.require_superuser(self.actor)
        body = self.read(TeamBody)
        return self.once(
            lambda: Answer(201, queries.row(actions.create_team(actor=self.actor, **body), Role.ADMIN.value))
        )

    @extend_schema(responses=TeamShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        return Response(queries.row(self.find(pk), roles_of(self.actor).get(pk)))

    @extend_schema(responses=MemberShape(many=True))
    @action(detail=True, methods=["get"], listing=True, filters={}, orderings=("created_at", "-created_at"))
    def members(self, request: Request, pk: UUID) -> HttpResponseBase:
        return self.page(queries.members(self.find(pk)), queries.member)

    @extend_schema(request=MemberBody, responses=MemberShape)
    @members.mapping.post
    def add_member(self, request: Request, pk: UUID) -> Response:
        """Bring somebody in, or give a member another role."""
        self.find(pk, "members")
        body = self.read(MemberBody)
        return self.once(lambda: Answer(200, queries.member(actions.add_member(team_id=pk, actor=self.actor, **body))))

    @extend_schema(parameters=[OpenApiParameter("username", str, OpenApiParameter.PATH)], responses={204: None})
    @action(detail=True, methods=["delete"], url_path="members/<str:username>")
    def remove_member(self, request: Request, pk: UUID, username: str) -> Response:
        """Take somebody out, with effect at once; anybody may leave."""
        self.find(pk)
        actions.remove_member(team_id=pk, username=username, actor=self.actor)
        return Response(status=204)

    @extend_schema(responses=LimitShape(many=True))
    @action(detail=True, methods=["get"], filter_backends=[], pagination_class=None)
    def limits(self, request: Request, pk: UUID) -> Response:
        """How many may be at work at once, by scope."""
        return Response(queries.limits(self.find(pk)))

    @extend_schema(request=LimitBody, responses=LimitShape(many=True))
    @limits.mapping.post
    def set_limit(self, request: Request, pk: UUID) -> Response:
        """Set a limit, or take it away; answers with all of the team's."""
        team = self.find(pk, "limits")
        body = self.read(LimitBody)

        def work() -> Answer:
            actions.set_limit(team_id=pk, actor=self.actor, **body)
            return Answer(200, queries.limits(team))

        return self.once(work)

    @extend_schema(parameters=PARAMETERS, responses=EventsShape)
    @action(detail=True, methods=["get"], filter_backends=[], pagination_class=None, query=QUERY)
    def events(self, request: Request, pk: UUID) -> Response:
        """What happened to the team itself, in order."""
        return events_page(request, "team", pk, self.find(pk).last_event_seq)


class UsersResource(Caller):
    @extend_schema(request=UserBody, responses={201: UserShape})
    def create(self, request: Request) -> Response:
        """Superusers only. The generated password is shown in this answer and nowhere else."""
        actions.require_superuser(self.actor)
        body = self.read(UserBody)

        def work() -> Answer:
            user, password = actions.create_user(actor=self.actor, **body)
            said = {"id": user.pk, "username": user.get_username(), "superuser": user.is_superuser}
            return Answer(201, {**said, "password": password}, kept={**said, "password": None})

        return self.once(work)


class MeResource(Caller):
    @extend_schema(responses=MeShape)
    def list(self, request: Request) -> Response:
        """Who calls, and in which teams with which role."""
        user, actor = request.user, self.actor
        teams = [{"id": str(pk), "role": role.value} for pk, role in roles_of(actor).items()]
        said = {"id": user.pk, "username": user.get_username(), "superuser": user.is_superuser}
        return Response({**said, "scope": actor.scope, "teams": teams})
