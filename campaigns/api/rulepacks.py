"""Rule packs over REST: the shipped ones and a team's, saved, tested, compared, published, archived."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions import rulepacks as actions
from campaigns.actions.idempotency import Answer
from campaigns.api.bodies import (
    LARGEST_NUMBER,
    AnyField,
    Body,
    ObjectField,
    StrictBooleanField,
    StrictIntegerField,
    TextField,
    whole_number,
)
from campaigns.api.resources import Resource, tagged
from campaigns.kinds import rulepacks as packs
from campaigns.queries import rulepacks as queries
from campaigns.queries import what_if
from campaigns.states import PackState
from conductor.lib.errors import BadInput


class PackBody(Body):
    """`version` is the number of the version that was edited, 0 for a new pack; without it the text is simply next."""

    team = serializers.UUIDField(required=False, help_text="May be left out where you may edit packs in one team only.")
    source = serializers.CharField(  # type: ignore[assignment]
        trim_whitespace=False, help_text="The pack as YAML."
    )
    tests = serializers.CharField(required=False, allow_blank=True, default="", trim_whitespace=False)
    note = TextField(required=False, max_length=500, default="")
    version = StrictIntegerField(required=False, min_value=0, max_value=LARGEST_NUMBER)


class NumberBody(Body):
    number = StrictIntegerField(required=False, min_value=1, max_value=LARGEST_NUMBER, help_text="Default: the last.")


class PublishBody(NumberBody):
    force = StrictBooleanField(required=False, default=False, help_text="Publish a version that has no tests.")
    reason = TextField(required=False, max_length=500, default="")


class WhatIfBody(Body):
    """A pack that need not be stored."""

    team = serializers.UUIDField(required=False)
    source = serializers.CharField(trim_whitespace=False)  # type: ignore[assignment]
    every = StrictBooleanField(required=False, default=False, help_text="All versions, not only the active ones.")
    after = serializers.UUIDField(required=False, allow_null=True)
    limit = StrictIntegerField(required=False, min_value=1, max_value=what_if.MOST, default=what_if.LIMIT)


class PackRowShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    team = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=[*PackState])
    version = serializers.CharField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True)
    head = serializers.IntegerField()
    rules = serializers.IntegerField(allow_null=True)
    shipped = serializers.BooleanField()
    created_at = serializers.DateTimeField(allow_null=True)


class PackVersionShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    version = serializers.CharField()
    sha256 = serializers.CharField()
    note = serializers.CharField()
    results = AnyField(allow_null=True)
    has_tests = serializers.BooleanField()
    created_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    published_by = serializers.CharField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    forced = serializers.CharField()


class PackShape(PackRowShape):
    source = serializers.CharField()  # type: ignore[assignment]
    tests = serializers.CharField()
    data = ObjectField()  # type: ignore[assignment]
    versions = PackVersionShape(many=True)


@extend_schema_serializer(many=False)
class PacksShape(serializers.Serializer[Any]):
    """All at once: they are few."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = PackRowShape(many=True)


class ComparedShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    version = serializers.CharField()


@extend_schema_serializer(many=False)
class WhatIfShape(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    checked = serializers.IntegerField()
    changed = serializers.IntegerField()
    verdicts_changed = serializers.IntegerField()
    verdicts = serializers.ListField()
    rules = serializers.ListField()
    versions = serializers.ListField()
    next = serializers.UUIDField(allow_null=True)
    old = ComparedShape()
    new = ComparedShape()


class RulePacksResource(Resource):
    visible = queries.visible
    orderings = ("name",)
    pagination_class = None

    @extend_schema(responses=PacksShape)
    def list(self, request: Request) -> Response:
        """Those that ship with the product first, then those of your teams."""
        return Response({"next": None, "previous": None, "results": queries.rows(self.get_queryset())})

    @extend_schema(request=PackBody, responses={201: PackShape})
    def create(self, request: Request) -> Response:
        """Store a text as the next version of the pack that it names; a new name makes a new pack."""
        team = self.team_for("edit_pack", "edit rule packs")
        body = self.read(PackBody)
        body.pop("team", None)

        def work() -> Answer:
            made = actions.save_pack(team_id=team, actor=self.actor, **body)
            return Answer(201, queries.as_json(self.find(made.pack_id)))

        return self.once(work)

    @extend_schema(responses=PackShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        shipped = packs.shipped_by_id(pk)
        if shipped is not None:
            self._signed_in()
            return Response(queries.shipped_json(shipped))
        pack = self.find(pk)
        return tagged(queries.as_json(pack), pack.head)

    @extend_schema(request=NumberBody, responses=PackVersionShape)
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: UUID) -> Response:
        """Run the tests that stand beside the rules."""
        self.find(pk, "edit_pack")
        body = self.read(NumberBody)

        def work() -> Answer:
            held = actions.run_pack_tests(pack_id=pk, actor=self.actor, **body)
            return Answer(200, queries.version_row(held))

        return self.once(work)

    @extend_schema(request=PublishBody, responses=PackShape)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: UUID) -> Response:
        """New runs that choose this pack get these rules. Its tests must pass."""
        self.find(pk, "publish_pack")
        body = self.read(PublishBody)

        def work() -> Answer:
            actions.publish_pack(pack_id=pk, actor=self.actor, **body)
            return Answer(200, queries.as_json(self.find(pk)))

        return self.once(work)

    @extend_schema(request=None, responses=PackShape)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: UUID) -> Response:
        """No new run may choose it."""
        self.find(pk, "publish_pack")

        def work() -> Answer:
            actions.archive_pack(pack_id=pk, actor=self.actor)
            return Answer(200, queries.as_json(self.find(pk)))

        return self.once(work)

    @extend_schema(
        parameters=[
            OpenApiParameter("number", {"type": "integer", "minimum": 1}, description="Default: the last version."),
            OpenApiParameter("every", {"type": "boolean"}, description="All versions, not only the active ones."),
            OpenApiParameter("after", {"type": "string", "format": "uuid"}, description="`next` of the answer before."),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": what_if.MOST}),
        ],
        responses=WhatIfShape,
    )
    @action(detail=True, methods=["get"], url_path="what-if", query=("number", "every", "after", "limit"))
    def what_if(self, request: Request, pk: UUID) -> Response:
        """What would change in past versions if this version acted. A stretch at a time; nothing is stored."""
        pack = self.find(pk)
        said = self._asked()
        held = queries.version_of(pack, said.pop("number"))
        return Response(what_if.answer(pack.team_id, pack, held, **said))

    @extend_schema(request=WhatIfBody, responses=WhatIfShape)
    @action(detail=False, methods=["post"], url_path="what-if")
    def what_if_text(self, request: Request) -> Response:
        """The same for a text that is not stored."""
        team = self.team_for("edit_pack", "edit rule packs")
        body = self.read(WhatIfBody)
        read = actions.read_pack(body.pop("source"), "")
        body.pop("team", None)
        return Response(what_if.answer(team, queries.named(team, read.name), read, **body))

    def _asked(self) -> dict[str, Any]:
        given = self.request.query_params
        try:
            after = UUID(given["after"]) if "after" in given else None
        except ValueError:
            raise BadInput(code="malformed", errors={"after": "Must be an id."}) from None
        if given.get("every", "false") not in ("true", "false"):
            raise BadInput(code="malformed", errors={"every": "Must be true or false."})
        limit = whole_number(given.get("limit"), "limit", most=what_if.MOST) or what_if.LIMIT
        number = whole_number(given.get("number"), "number")
        return {"number": number, "every": given.get("every") == "true", "after": after, "limit": limit}

    def _signed_in(self) -> None:
        """What ships is for everybody who is signed in; the actor refuses others."""
        _ = self.actor
