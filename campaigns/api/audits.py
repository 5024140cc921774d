"""Audit reports and findings over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.bodies import AnyField, ObjectField
from campaigns.api.filters import Being, ById, OneOf
from campaigns.api.resources import Resource
from campaigns.models import AuditReport, Finding
from campaigns.queries import audits as queries
from campaigns.states import AuditState, Verdict
from conductor.lib.clock import iso


class FindingShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    report = serializers.UUIDField()
    position = serializers.IntegerField()
    version = serializers.UUIDField(allow_null=True)
    slot = serializers.CharField()
    rule = serializers.CharField()
    severity = serializers.CharField()
    category = serializers.CharField()
    path = serializers.CharField()
    start = serializers.IntegerField(allow_null=True)
    end = serializers.IntegerField(allow_null=True)
    quote = serializers.CharField()
    why = serializers.CharField()
    patch = AnyField(allow_null=True)


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
    error = AnyField(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class AuditShape(AuditRowShape):
    findings = FindingShape(many=True)


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "id": str(finding.pk),
        "report": str(finding.report_id),
        "position": finding.position,
        "version": str(finding.artifact_version_id) if finding.artifact_version_id else None,
        "slot": finding.slot,
        "rule": finding.rule,
        "severity": finding.severity,
        "category": finding.category,
        "path": finding.path,
        "start": finding.start,
        "end": finding.end,
        "quote": finding.quote,
        "why": finding.why,
        "patch": finding.patch,
    }


def report_row(report: AuditReport) -> dict[str, Any]:
    return {
        "id": str(report.pk),
        "run": str(report.run_id),
        "campaign": str(report.run.campaign_id),
        "scope": report.scope,
        "state": report.state,
        "verdict": report.verdict,
        "score": report.score,
        "categories": report.categories,
        "recommendations": report.recommendations,
        "pieces": report.pieces,
        "pack": report.pack,
        "pack_version": report.pack_version,
        "error": report.error,
        "created_at": iso(report.created_at),
        "finished_at": iso(report.finished_at),
    }


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
        return self.page(self.get_queryset().prefetch_related(None), report_row)

    @extend_schema(responses=AuditShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        report = self.find(pk)
        return Response({**report_row(report), "findings": [finding_json(row) for row in report.findings.all()]})


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
    }

    @extend_schema(responses=FindingShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        return self.page(self.get_queryset(), finding_json)

    @extend_schema(responses=FindingShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        return Response(finding_json(self.find(pk)))
