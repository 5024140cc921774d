"""Runs over REST: read them whole, steer them, take their bundle."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions import artifacts as artifact_actions
from campaigns.actions import audits as audit_actions
from campaigns.actions import checkpoints as checkpoint_actions
from campaigns.actions import findings
from campaigns.actions import runs as actions
from campaigns.actions.idempotency import Answer
from campaigns.api.bodies import Body, NothingBody, ObjectField, ReasonBody, TextField
from campaigns.api.checkpoints import CheckpointShape
from campaigns.api.events import PARAMETERS, QUERY, events_page
from campaigns.api.filters import ById, OneOf, Since
from campaigns.api.fixes import FixShape, RunFixBody, fix_answer
from campaigns.api.resources import Resource
from campaigns.api.shapes import AuditSummaryShape, EventsShape, PinnedBrandShape, RunErrorShape, RunRowShape, RunShape
from campaigns.models import Run
from campaigns.queries import artifacts, audits, certificates, checkpoints, exports, tasks
from campaigns.queries import runs as queries
from campaigns.states import Purpose, Requires, RunOutcome, RunState, TaskState

OWNER = "campaign.created_by_id"


class RetryBody(Body):
    """Without names, everything that failed is tried again."""

    tasks = serializers.ListField(child=serializers.UUIDField(), required=False, default=list, max_length=10_000)
    agents = serializers.ListField(child=TextField(max_length=40), required=False, default=list, max_length=100)


class ForkBody(Body):
    from_task = TextField(required=False, allow_null=True, max_length=80, help_text="The key of a task.")
    from_checkpoint = serializers.UUIDField(required=False, allow_null=True)
    changes = ObjectField(required=False, help_text='{"tasks": {key: {field: value}}}')


class CheckpointBody(Body):
    reason = TextField(required=False, max_length=500, default="")


class BundlePieceShape(serializers.Serializer[Any]):
    artifact = serializers.UUIDField()
    version = serializers.UUIDField()
    content = ObjectField()
    tags = serializers.ListField()
    sha256 = serializers.CharField()


class BundleShape(serializers.Serializer[Any]):
    run = serializers.UUIDField()
    campaign = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=[*RunOutcome], allow_null=True)
    brand = PinnedBrandShape(allow_null=True)
    copy = BundlePieceShape(allow_null=True)
    short_copy = BundlePieceShape(allow_null=True)
    visual_concept = BundlePieceShape(allow_null=True)
    generated_at = serializers.DateTimeField(allow_null=True)
    audit = AuditSummaryShape(allow_null=True)
    errors = RunErrorShape(many=True)  # type: ignore[assignment]


class JudgedShape(serializers.Serializer[Any]):
    slot = serializers.CharField()
    artifact = serializers.UUIDField(allow_null=True)
    version = serializers.UUIDField(allow_null=True)
    number = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True)
    why = serializers.CharField(required=False, help_text="Why it is not approved.")


class ApprovalsShape(serializers.Serializer[Any]):
    approved = JudgedShape(many=True)
    refused = JudgedShape(many=True)


class NodeShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField()
    role = serializers.CharField()
    slot = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=[*TaskState])
    priority = serializers.IntegerField()
    position = serializers.IntegerField()
    domain = serializers.CharField(allow_null=True)


class EdgeShape(serializers.Serializer[Any]):
    """The task `from` is needed by the task `to`."""

    to = serializers.UUIDField()
    requires = serializers.ChoiceField(choices=[*Requires])

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.UUIDField(), **super().get_fields()}


class GraphShape(serializers.Serializer[Any]):
    run = serializers.UUIDField()
    last_event = serializers.IntegerField()
    nodes = NodeShape(many=True)
    edges = EdgeShape(many=True)


class ZipRenderer(BaseRenderer):
    """Names the format of the export; the answer is made by the view."""

    media_type = "application/zip"
    format = "zip"
    render_style = "binary"


class RunsResource(Resource):
    visible = queries.visible
    orderings = ("-created_at", "created_at")
    columns = queries.COLUMNS
    filters = {
        "team": ById("team"),
        "campaign": ById("campaign"),
        "parent": ById("parent"),
        "state": OneOf("state", RunState),
        "outcome": OneOf("outcome", RunOutcome),
        "purpose": OneOf("purpose", Purpose),
        "brand": ById("brand_version__brand"),
        "since": Since("created_at"),
        "before": Since("created_at", "lt"),
    }

    @extend_schema(responses=RunRowShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        return self.page(queries.visible(self.teams).defer("brief", "settings", "errors"), queries.row)

    @extend_schema(responses=RunShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        return Response(queries.as_json(self.find(pk)))

    @extend_schema(request=ReasonBody, responses={202: RunShape})
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: UUID) -> Response:
        """No attempt starts any more; running ones finish first."""
        self.find(pk, "pause")
        reason = self.read(ReasonBody)["reason"]
        return self.once(lambda: _answer(actions.pause_run(run_id=pk, reason=reason, actor=self.actor)))

    @extend_schema(request=NothingBody, responses={202: RunShape})
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: UUID) -> Response:
        self.find(pk, "resume")
        self.read(NothingBody)
        return self.once(lambda: _answer(actions.resume_run(run_id=pk, actor=self.actor)))

    @extend_schema(request=ReasonBody, responses={202: RunShape})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Nothing starts any more, running agents are stopped, finished pieces stay."""
        self.find(pk, "cancel", owner=OWNER)
        reason = self.read(ReasonBody)["reason"]
        return self.once(lambda: _answer(actions.cancel_run(run_id=pk, reason=reason, actor=self.actor)))

    @extend_schema(request=CheckpointBody, responses={201: CheckpointShape})
    @action(detail=True, methods=["post"])
    def checkpoint(self, request: Request, pk: UUID) -> Response:
        self.find(pk, "checkpoint")
        reason = self.read(CheckpointBody)["reason"]

        def work() -> Answer:
            saved = checkpoint_actions.save_checkpoint(run_id=pk, reason=reason, cause="manual", actor=self.actor)
            return Answer(201, checkpoints.row(saved))

        return self.once(work)

    @extend_schema(request=RetryBody, responses={202: RunShape})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: UUID) -> Response:
        """Try failed tasks again: these, those of these agents, or all."""
        self.find(pk, "retry")
        body = self.read(RetryBody)
        return self.once(lambda: _answer(actions.retry_run(run_id=pk, actor=self.actor, **body)))

    @extend_schema(request=ForkBody, responses={202: RunShape})
    @action(detail=True, methods=["post"])
    def fork(self, request: Request, pk: UUID) -> Response:
        """Stop the run and start a child of it that carries completed tasks over."""
        self.find(pk, "fork")
        body = self.read(ForkBody)

        def work() -> Answer:
            return _born(checkpoint_actions.fork_run(run_id=pk, actor=self.actor, **{"changes": {}, **body}))

        return self.once(work)

    @extend_schema(request=NothingBody, responses={202: RunShape})
    @action(detail=True, methods=["post"])
    def audit(self, request: Request, pk: UUID) -> Response:
        """Audit the pieces of an ended run again, in a child run."""
        self.find(pk, "audit")
        self.read(NothingBody)
        return self.once(lambda: _born(audit_actions.request_audit(run_id=pk, actor=self.actor)))

    @extend_schema(request=RunFixBody, responses={200: FixShape, 202: FixShape})
    @action(detail=True, methods=["post"])
    def fix(self, request: Request, pk: UUID) -> Response:
        """Apply all safe patches to the pieces as they stand now, round by round; then a child run audits them."""
        self.find(pk, "fix")
        body = self.read(RunFixBody)
        return self.once(lambda: fix_answer(findings.fix_run(run_id=pk, actor=self.actor, **body)))

    @extend_schema(request=NothingBody, responses=ApprovalsShape)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: UUID) -> Response:
        """Approve the pieces of an ended run that their audit passes; the others are named with the reason why not."""
        self.find(pk, "approve")
        self.read(NothingBody)
        return self.once(lambda: Answer(200, artifact_actions.approve_run(run_id=pk, actor=self.actor).as_json()))

    @extend_schema(parameters=PARAMETERS, responses=EventsShape)
    @action(
        detail=True,
        methods=["get"],
        filter_backends=[],
        pagination_class=None,
        query=QUERY,
    )
    def events(self, request: Request, pk: UUID) -> Response:
        return events_page(request, "run", pk, self.find(pk).last_event_seq)

    @extend_schema(responses=BundleShape)
    @action(detail=True, methods=["get"])
    def bundle(self, request: Request, pk: UUID) -> Response:
        """The pieces of the run; a missing one is null."""
        run = self.find(pk)
        return Response(artifacts.bundle(run, audits.overall(run)))

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], renderer_classes=[ZipRenderer, JSONRenderer])
    def export(self, request: Request, pk: UUID) -> HttpResponse:
        """Everything the run made, as one ZIP."""
        run = self.find(pk)
        packed = exports.as_zip(artifacts.bundle(run, audits.overall(run)), certificates.of_run(run))
        response = HttpResponse(packed, content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="run-{run.pk}.zip"'
        return response

    @extend_schema(responses=GraphShape)
    @action(detail=True, methods=["get"])
    def graph(self, request: Request, pk: UUID) -> Response:
        return Response(tasks.graph_of(self.find(pk)))


def _answer(run: Run) -> Answer:
    return Answer(202, queries.read(run.pk))


def _born(run: Run) -> Answer:
    """The answer of a command that made a run."""
    return Answer(202, queries.read(run.pk), run_id=run.pk)
