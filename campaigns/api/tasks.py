"""Tasks and evidence over REST: read them with their attempts; retry, skip, split, reassign, edit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions import tasks as actions
from campaigns.actions.idempotency import Answer
from campaigns.api.bodies import (
    AnyField,
    Body,
    NothingBody,
    ObjectField,
    StrictIntegerField,
    StrictNumberField,
    TextField,
    VersionedBody,
)
from campaigns.api.filters import Being, ById, Containing, OneOf
from campaigns.api.resources import Resource, tagged
from campaigns.api.shapes import EvidenceShape, TaskRowShape
from campaigns.models import Task
from campaigns.queries import tasks as queries
from campaigns.states import AttemptState, Requires, TaskState


class SkipBody(Body):
    reason = TextField(max_length=500)


class TaskEditBody(VersionedBody):
    title = TextField(required=False, max_length=200, allow_blank=False)
    description = TextField(required=False, max_length=20_000)
    priority = StrictIntegerField(required=False, min_value=0, max_value=100_000)
    inputs = ObjectField(required=False)
    max_attempts = StrictIntegerField(required=False, min_value=1, max_value=100)
    timeout_s = StrictNumberField(required=False, min_value=1, max_value=604_800)
    backend = AnyField(required=False, help_text="An agent, or a list of them as a fallback chain.")


class ReassignBody(VersionedBody):
    backend = AnyField(help_text="An agent, or a list of them as a fallback chain.")


class PartBody(Body):
    title = TextField(max_length=200)
    description = TextField(required=False, max_length=20_000)
    inputs = ObjectField(required=False)


class SplitBody(VersionedBody):
    parts = serializers.ListField(child=PartBody(), min_length=2, max_length=20)


class NeedShape(serializers.Serializer[Any]):
    task = serializers.UUIDField()
    key = serializers.CharField()
    state = serializers.ChoiceField(choices=[*TaskState])
    requires = serializers.ChoiceField(choices=[*Requires])


class CriterionShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    phase = serializers.ChoiceField(choices=["entry", "exit"])
    title = serializers.CharField()
    check = serializers.CharField()
    spec = ObjectField()
    blocking = serializers.BooleanField()


class InvocationShape(serializers.Serializer[Any]):
    spec = serializers.CharField()
    answered_by = serializers.CharField(help_text="Who of the chain answered.")
    prompt = serializers.CharField(help_text="The prompt and its version, where a model was asked.")
    replayed = serializers.BooleanField(help_text="An answer kept from before, given again for nothing.")
    ok = serializers.BooleanField()
    summary = serializers.CharField()
    transcript = serializers.CharField()
    input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    cost = serializers.CharField(allow_null=True)
    estimated = serializers.BooleanField()
    duration_ms = serializers.IntegerField()


class AttemptShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[*AttemptState])
    spec = serializers.CharField()
    worker = serializers.UUIDField(allow_null=True)
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    agent_ms = serializers.IntegerField(allow_null=True)
    error = AnyField(allow_null=True)
    evidence = EvidenceShape(many=True)
    invocations = InvocationShape(many=True)


class TaskShape(TaskRowShape):
    description = serializers.CharField()
    inputs = ObjectField()
    timeout_s = serializers.FloatField()
    crashes = serializers.IntegerField()
    estimate = serializers.CharField()
    supersedes = serializers.UUIDField(allow_null=True)
    origin = serializers.UUIDField(allow_null=True)
    needs = NeedShape(many=True)
    dependants = NeedShape(many=True)
    criteria = CriterionShape(many=True)
    tries = AttemptShape(many=True)
    output = AnyField(allow_null=True)
    summary = serializers.CharField()
    decision = serializers.UUIDField(allow_null=True)


class TasksResource(Resource):
    visible = queries.visible
    team_path = "run.team_id"
    orderings = ("position", "-position", "priority", "-priority", "id", "-id")
    columns = (
        "id", "key", "title", "role", "backend", "slot", "domain", "priority", "state", "attempts", "failures",
        "ready_at", "started_at", "finished_at",
    )  # fmt: skip
    filters = {
        "run": ById("run", required=True),
        "state": OneOf("state", TaskState),
        "role": Being("role"),
        "slot": Being("slot"),
        "domain": Being("domain__name"),
        "q": Containing("title"),
    }

    @extend_schema(responses=TaskRowShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        return self.page(self.get_queryset().defer("description", "inputs", "run"), queries.row)

    @extend_schema(responses=TaskShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        task = self.find(pk)
        return tagged(queries.as_json(task), task.version)

    @extend_schema(request=NothingBody, responses=TaskShape)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: UUID) -> Response:
        self.find(pk, "retry")
        self.read(NothingBody)
        return self.once(lambda: self._answer(actions.retry_task(task_id=pk, actor=self.actor)))

    @extend_schema(request=SkipBody, responses=TaskShape)
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, pk: UUID) -> Response:
        """Go on without it; a reason is needed."""
        self.find(pk, "skip")
        reason = self.read(SkipBody)["reason"]
        return self.once(lambda: self._answer(actions.skip_task(task_id=pk, reason=reason, actor=self.actor)))

    @extend_schema(request=TaskEditBody, responses=TaskShape)
    @action(detail=True, methods=["post"])
    def edit(self, request: Request, pk: UUID) -> Response:
        self.find(pk, "edit_task")
        body = self.read(TaskEditBody)
        version = self.version(body)
        return self.once(
            lambda: self._answer(actions.edit_task(task_id=pk, version=version, changes=body, actor=self.actor))
        )

    @extend_schema(request=SplitBody, responses=TaskShape)
    @action(detail=True, methods=["post"])
    def split(self, request: Request, pk: UUID) -> Response:
        """Put two or more tasks in its place."""
        self.find(pk, "split_task")
        body = self.read(SplitBody)
        version = self.version(body)
        return self.once(
            lambda: self._answer(actions.split_task(task_id=pk, version=version, parts=body["parts"], actor=self.actor))
        )

    @extend_schema(request=ReassignBody, responses=TaskShape)
    @action(detail=True, methods=["post"])
    def reassign(self, request: Request, pk: UUID) -> Response:
        """Give it to another agent, or chain of agents."""
        self.find(pk, "reassign_task")
        body = self.read(ReassignBody)
        version = self.version(body)
        return self.once(
            lambda: self._answer(
                actions.reassign_task(task_id=pk, version=version, backend=body["backend"], actor=self.actor)
            )
        )

    def _answer(self, task: Task) -> Answer:
        return Answer(200, queries.as_json(self.find(task.pk)))


class GatesResource(Resource):
    """Evidence: what was checked, how, and what it said."""

    visible = queries.visible_evidence
    team_path = "criterion.task.run.team_id"
    orderings = ("created_at", "-created_at")
    filters = {
        "run": ById("criterion__task__run", required=True),
        "task": ById("criterion__task"),
        "verdict": OneOf("verdict", ("proved", "refuted", "error")),
    }

    @extend_schema(responses=EvidenceShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        return self.page(self.get_queryset(), queries.evidence)
