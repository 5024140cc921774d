"""Audit reports over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.bodies import AnyField, ObjectField
from campaigns.api.filters import ById, OneOf
from campaigns.api.findings import FindingShape
from campaigns.api.resources import Resource
from campaigns.api.shapes import EffectiveShape
from campaigns.queries import audits as queries
from campaigns.states import AuditState, Verdict


class AuditRowShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    run = serializers.UUIDField()
    campaign = serializers.UUIDField()
    scope = serializers.CharField()
    state = serializers.ChoiceField(choices=[*AuditState])
    verdict = serializers.ChoiceField(choices=[*Verdict])
    score = serializers.FloatField(allow_null=True)
    categories = ObjectField()
    recommendations = serializers.ListField()
    pieces = ObjectField()
    pack = serializers.CharField()
    pack_version = serializers.CharField()
    pack_sha256 = serializers.CharField()
    languages = ObjectField()
    error = AnyField(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class AuditShape(AuditRowShape):
    coverage = serializers.ListField()
    not_checked = serializers.ListField()
    opinions = serializers.ListField(help_text="What a model thinks; it changes nothing.")
    effective = EffectiveShape()
    findings = FindingShape(many=True)


class AuditsResource(Resource):
    visible = queries.visible
    team_path = "run.team_id"
    orderings = ("-created_at", "created_at")
    filters = {
        "run": ById("run"),
        "campaign": ById("run__campaign"),
        "state": OneOf("state", AuditState),
        "verdict": OneOf("verdict", Verdict),
    }

    @extend_schema(responses=AuditRowShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        return self.page(self.get_queryset().prefetch_related(None), queries.report_row)

    @extend_schema(responses=AuditShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        report = self.find(pk)
        return Response(queries.report_json(report))
