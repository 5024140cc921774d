"""The posters of a version over REST: the list, and each as SVG or PNG. A part of the versions' resource."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.resources import Resource
from campaigns.models import ArtifactVersion
from campaigns.queries import posters
from conductor.lib.errors import BadInput, NotFound


class PosterShape(serializers.Serializer[Any]):
    concept = serializers.IntegerField(help_text="Its place in the list of concepts, from 0.")
    title = serializers.CharField()
    format = serializers.CharField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    contrast = serializers.FloatField(allow_null=True, help_text="The lowest ratio of any text to what it stands on.")
    svg = serializers.CharField(help_text="Where the drawing is.")
    png = serializers.CharField(help_text="Where it is as a PNG.")


@extend_schema_serializer(many=False)
class PostersShape(serializers.Serializer[Any]):
    """All at once: they are few."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = PosterShape(many=True)


class SvgRenderer(BaseRenderer):
    """Names a format of a poster; the answer is made by the view."""

    media_type = "image/svg+xml"
    format = "svg"
    render_style = "binary"


class PngRenderer(BaseRenderer):
    """Likewise."""

    media_type = "image/png"
    format = "png"
    render_style = "binary"


class PostersOfVersion(Resource):
    """What the resource of versions inherits."""

    @extend_schema(responses=PostersShape, operation_id="versions_posters_list")
    @action(detail=True, methods=["get"], pagination_class=None)
    def posters(self, request: Request, pk: UUID) -> Response:
        """The posters of a visual concept: each direction in each format."""
        row = self.find(pk)
        found = [_poster_row(row, poster) for poster in posters.posters(row.content)]
        return Response({"next": None, "previous": None, "results": found})

    @extend_schema(
        parameters=[OpenApiParameter("width", {"type": "integer", "minimum": 16, "maximum": 4096})],
        responses={
            (200, "image/svg+xml"): OpenApiTypes.STR,
            (200, "image/png"): OpenApiTypes.BINARY,
        },
    )
    @action(
        detail=True,
        methods=["get"],
        url_path="posters/<int:concept>/<str:form>",
        renderer_classes=[SvgRenderer, PngRenderer, JSONRenderer],
        query=("width",),
    )
    def poster(self, request: Request, pk: UUID, concept: int, form: str) -> HttpResponse:
        """One poster, as SVG or, with `format=png` or by Accept, as PNG in its own size or in a width."""
        row = self.find(pk)
        found = posters.poster_of(row.content, concept, form)
        if found is None:
            raise NotFound("There is no such poster.")
        as_png = request.accepted_renderer.format == "png"
        drawn = found.png(_width(request)) if as_png else found.svg.encode()
        if drawn is None:
            raise NotFound("There is no such picture.")
        kind = "png" if as_png else "svg"
        response = HttpResponse(drawn, content_type="image/png" if as_png else "image/svg+xml; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{found.name}-version-{row.number}.{kind}"'
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response["X-Content-Type-Options"] = "nosniff"
        return response


def _poster_row(row: ArtifactVersion, poster: posters.PosterFile) -> dict[str, Any]:
    where = reverse("versions-poster", args=[row.pk, poster.concept, poster.form]) if poster.form else ""
    return {
        "concept": poster.concept,
        "title": poster.title,
        "format": poster.form,
        "width": poster.width,
        "height": poster.height,
        "contrast": poster.contrast,
        "svg": f"{where}?format=svg",
        "png": f"{where}?format=png",
    }


def _width(request: Request) -> int | None:
    said = request.query_params.get("width")
    if said is None:
        return None
    if not re.fullmatch(r"[1-9]\d{0,4}", said):
        raise BadInput(code="malformed", errors={"width": "Must be a number of pixels."})
    return int(said)
