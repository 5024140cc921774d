"""Brands over REST: list, make, read, revise, publish, archive, restore, copy, compare, use, try a phrase."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions import brands as actions
from campaigns.actions.idempotency import Answer
from campaigns.api.bodies import (
    LARGEST_NUMBER,
    Body,
    NothingBody,
    ObjectField,
    StrictIntegerField,
    TextField,
    VersionedBody,
    whole_number,
)
from campaigns.api.brand_shapes import (
    BrandDataShape,
    BrandDiffShape,
    BrandRowShape,
    BrandShape,
    BrandUsageShape,
    BrandVersionShape,
    PhraseShape,
)
from campaigns.api.filters import ById, Containing, OneOf
from campaigns.api.resources import Resource, tagged
from campaigns.kinds import brand_checks
from campaigns.models import Brand
from campaigns.queries import brands as queries
from campaigns.states import BrandState


@extend_schema_field(BrandDataShape)
class BrandDataField(ObjectField):
    """Read by the brand's own schema, which names every fault by its field."""


class BrandBody(Body):
    team = serializers.UUIDField(required=False, help_text="May be left out where you may create in one team only.")
    name = TextField(required=False, max_length=1000, help_text="Instead of data.name.")
    data = BrandDataField(required=False)  # type: ignore[assignment]


class BrandRevisionBody(VersionedBody):
    """Changes of the draft: objects are merged, null takes a value away, lists are replaced."""

    name = TextField(required=False, max_length=1000, help_text="Instead of data.name.")
    data = BrandDataField(required=False)  # type: ignore[assignment]


class PublishBrandBody(Body):
    number = StrictIntegerField(
        required=False, min_value=1, max_value=LARGEST_NUMBER, help_text="The version that was looked at."
    )


class CloneBody(Body):
    name = TextField(required=False, max_length=1000, default="")


class PhraseBody(Body):
    text = TextField(max_length=4 * brand_checks.LONGEST_PHRASE)


class BrandsResource(Resource):
    visible = queries.visible
    orderings = ("name", "-name", "-created_at", "created_at", "-updated_at", "updated_at")
    columns = queries.COLUMNS
    filters = {"team": ById("team"), "state": OneOf("state", BrandState), "q": Containing("name")}

    @extend_schema(responses=BrandRowShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        return self.page(self.get_queryset(), queries.row)

    @extend_schema(request=BrandBody, responses={201: BrandShape})
    def create(self, request: Request) -> Response:
        """A new draft."""
        team = self.team_for("create", "create brands")
        body = self.read(BrandBody)
        data = _named(body)

        def work() -> Answer:
            made = actions.create_brand(team_id=team, data=data, actor=self.actor)
            return Answer(201, self._json(made.pk))

        return self.once(work)

    @extend_schema(responses=BrandShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """The draft, and beside it what is published."""
        found = self.find(pk)
        return tagged(queries.as_json(found), found.version)

    @extend_schema(request=BrandRevisionBody, responses=BrandShape)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change the draft; the published version stays until the draft is published."""
        self.find(pk, "edit")
        body = self.read(BrandRevisionBody)
        version = self.version(body)
        actions.revise_brand(brand_id=pk, version=version, changes=_named(body), actor=self.actor)
        found = self.find(pk)
        return tagged(queries.as_json(found), found.version)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Archive it; nothing of a brand is ever deleted."""
        self.find(pk, "archive_brand")
        actions.archive_brand(brand_id=pk, actor=self.actor)
        return Response(status=204)

    @extend_schema(request=PublishBrandBody, responses=BrandShape)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: UUID) -> Response:
        """Runs that start from now on use the draft."""
        self.find(pk, "publish_brand")
        number = self.read(PublishBrandBody).get("number")
        return self._command(pk, lambda: actions.publish_brand(brand_id=pk, number=number, actor=self.actor))

    @extend_schema(request=NothingBody, responses=BrandShape)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: UUID) -> Response:
        """Keep it, and let no run start with it."""
        self.find(pk, "archive_brand")
        self.read(NothingBody)
        return self._command(pk, lambda: actions.archive_brand(brand_id=pk, actor=self.actor))

    @extend_schema(request=NothingBody, responses=BrandShape)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: UUID) -> Response:
        """Take it out of the archive: published again, if it was."""
        self.find(pk, "archive_brand")
        self.read(NothingBody)
        return self._command(pk, lambda: actions.restore_brand(brand_id=pk, actor=self.actor))

    @extend_schema(request=CloneBody, responses={201: BrandShape})
    @action(detail=True, methods=["post"])
    def clone(self, request: Request, pk: UUID) -> Response:
        """A new draft that begins with the last version of this brand."""
        self.find(pk, "create")
        name = self.read(CloneBody)["name"]

        def work() -> Answer:
            made = actions.clone_brand(brand_id=pk, name=name, actor=self.actor)
            return Answer(201, self._json(made.pk))

        return self.once(work)

    @extend_schema(responses=BrandVersionShape(many=True))
    @action(detail=True, methods=["get"], listing=True, filters={}, orderings=("-number", "number"), columns=())
    def versions(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Every version, newest first, with who wrote it and when."""
        brand = self.find(pk)
        return self.page(queries.versions(brand), lambda made: queries.version_row(made, brand))

    @extend_schema(parameters=[OpenApiParameter("against", int)], responses=BrandDiffShape)
    @action(detail=True, methods=["get"], filter_backends=[], pagination_class=None, query=("against",))
    def diff(self, request: Request, pk: UUID) -> Response:
        """Word by word what the draft changes: against a version by its number, else against the published one."""
        brand = self.find(pk)
        return Response(queries.diff_json(brand, whole_number(request.query_params.get("against"), "against")))

    @extend_schema(responses=BrandUsageShape)
    @action(detail=True, methods=["get"], filter_backends=[], pagination_class=None)
    def usage(self, request: Request, pk: UUID) -> Response:
        """Which campaigns name it, and how many runs each version was used by."""
        return Response(queries.usage(self.find(pk)))

    @extend_schema(request=PhraseBody, responses=PhraseShape)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: UUID) -> Response:
        """How a phrase fares under the draft: what the audit would mark in it. Nothing is stored."""
        brand: Brand = self.find(pk, "try_phrase")
        said = self.read(PhraseBody)["text"]
        return Response(queries.tried(queries.version(brand, brand.head).data, said))

    def _command(self, pk: UUID, act: Any) -> Response:
        def work() -> Answer:
            act()
            return Answer(200, self._json(pk))

        return self.once(work)

    def _json(self, pk: UUID) -> dict[str, Any]:
        return queries.as_json(self.find(pk))


def _named(body: dict[str, Any]) -> dict[str, Any]:
    """The data, with the name that was said beside it."""
    data = dict(body.get("data") or {})
    return data | ({"name": body["name"]} if "name" in body else {})
