"""Findings and waivers over REST: read them, apply a patch, let one stand, take that back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions import findings as actions
from campaigns.actions import waivers as waiver_actions
from campaigns.actions.idempotency import Answer
from campaigns.api.artifacts import VersionShape, version_answer
from campaigns.api.bodies import AnyField, NothingBody, TextField, VersionedBody
from campaigns.api.bodies import Body as BaseBody
from campaigns.api.filters import Being, ById, OneOf
from campaigns.api.resources import Resource
from campaigns.kinds.waivers import SCOPES
from campaigns.queries import audits as queries
from campaigns.queries import waivers


class WaiverShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    team = serializers.UUIDField()
    campaign = serializers.UUIDField(allow_null=True)
    version = serializers.UUIDField(allow_null=True)
    finding = serializers.UUIDField(allow_null=True)
    scope = serializers.ChoiceField(choices=SCOPES)
    rule = serializers.CharField()
    severity = serializers.CharField()
    quote = serializers.CharField()
    reason = serializers.CharField()
    approved_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    revoked_by = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=["active", "expired", "revoked"])


class FindingShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    report = serializers.UUIDField()
    position = serializers.IntegerField()
    version = serializers.UUIDField(allow_null=True)
    slot = serializers.CharField()
    rule = serializers.CharField()
    family = serializers.CharField()
    severity = serializers.CharField()
    category = serializers.CharField()
    points = serializers.IntegerField(help_text="What it costs its category.")
    path = serializers.CharField()
    start = serializers.IntegerField(allow_null=True)
    end = serializers.IntegerField(allow_null=True)
    quote = serializers.CharField()
    why = serializers.CharField()
    patch = AnyField(allow_null=True)
    fixed_in = serializers.UUIDField(allow_null=True)
    waiver = WaiverShape(allow_null=True)


class ApplyBody(VersionedBody):
    """With `version` (the head that was looked at) any other head is a conflict; without it the span is found again."""


class WaiveBody(BaseBody):
    reason = TextField(max_length=1000)
    expires_at = serializers.DateTimeField(help_text="Ahead, and at most a year.")
    scope = serializers.ChoiceField(choices=SCOPES, required=False, default="finding")


class FindingsResource(Resource):
    visible = queries.visible_findings
    team_path = "report.run.team_id"
    orderings = ("position", "-position")
    filters = {
        "audit": ById("report"),
        "run": ById("report__run"),
        "slot": Being("slot"),
        "severity": OneOf("severity", queries.SEVERITIES),
        "category": Being("category"),
        "family": Being("family"),
        "rule": Being("rule"),
    }

    @extend_schema(responses=FindingShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        held = waivers.by_finding(rows)
        return self.get_paginated_response([queries.finding_json(row, held.get(row.pk)) for row in rows])

    @extend_schema(responses=FindingShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        found = self.find(pk)
        return Response(queries.finding_json(found, waivers.by_finding([found]).get(found.pk)))

    @extend_schema(request=ApplyBody, responses={201: VersionShape})
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: UUID) -> Response:
        """Apply this one patch to the piece as it stands now; its next version. Only what was flagged changes."""
        self.find(pk, "edit_artifact")
        body = self.read(ApplyBody)
        version = self.version(body) if "version" in body or "If-Match" in request.headers else None
        return self.once(
            lambda: version_answer(actions.apply_finding(finding_id=pk, version=version, actor=self.actor))
        )

    @extend_schema(request=WaiveBody, responses={201: WaiverShape})
    @action(detail=True, methods=["post"])
    def waive(self, request: Request, pk: UUID) -> Response:
        """Let it stand, for a reason and a time. It stays visible, and the report stays as it is."""
        self.find(pk, "waive")
        body = self.read(WaiveBody)

        def work() -> Answer:
            made = waiver_actions.waive_finding(finding_id=pk, actor=self.actor, **body)
            return Answer(201, waivers.row(made))

        return self.once(work)


class WaiversResource(Resource):
    visible = waivers.visible
    orderings = ("-created_at", "created_at")
    filters = {
        "team": ById("team"),
        "campaign": ById("campaign"),
        "finding": ById("finding"),
        "rule": Being("rule"),
        "scope": OneOf("scope", SCOPES),
    }

    @extend_schema(responses=WaiverShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        return self.page(self.get_queryset(), waivers.row)

    @extend_schema(responses=WaiverShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        return Response(waivers.row(self.find(pk)))

    @extend_schema(request=NothingBody, responses=WaiverShape)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: UUID) -> Response:
        """What it covered counts again, from now on."""
        self.find(pk, "waive")
        self.read(NothingBody)

        def work() -> Answer:
            waiver_actions.revoke_waiver(waiver_id=pk, actor=self.actor)
            return Answer(200, waivers.row(self.find(pk)))

        return self.once(work)
