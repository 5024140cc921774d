"""Certificates over REST: whether one is ours, and for which content. They are issued by the version."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.bodies import Body, ObjectField
from campaigns.api.resources import Caller
from campaigns.queries import certificates


class VerifyBody(Body):
    certificate = ObjectField()
    content = ObjectField(required=False, help_text="The content that it shall be about.")


@extend_schema_serializer(many=False)
class VerifiedShape(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    words = serializers.CharField()


class CertificatesResource(Caller):
    @extend_schema(request=VerifyBody, responses=VerifiedShape)
    @action(detail=False, methods=["post"])
    def verify(self, request: Request) -> Response:
        """Whether this installation issued it, unchanged; for anybody who is signed in. Nothing is stored."""
        _ = self.actor
        body = self.read(VerifyBody)
        found = certificates.verify(body["certificate"], body.get("content"))
        return Response({"ok": found.ok, "words": found.words})
