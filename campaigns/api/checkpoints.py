"""Checkpoints over REST: list, read, restore."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions import checkpoints as actions
from campaigns.actions.idempotency import Answer
from campaigns.api.bodies import NothingBody
from campaigns.api.filters import ById, OneOf
from campaigns.api.resources import Resource
from campaigns.api.shapes import RunShape
from campaigns.queries import checkpoints as queries
from campaigns.queries import runs


class CheckpointShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    run = serializers.UUIDField()
    number = serializers.IntegerField()
    at_seq = serializers.IntegerField()
    schema = serializers.IntegerField()
    cause = serializers.CharField()
    reason = serializers.CharField()
    digest = serializers.CharField()
    git_commit = serializers.CharField()
    git_branch = serializers.CharField()
    completed = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class CheckpointsResource(Resource):
    visible = queries.visible
    team_path = "run.team_id"
    orderings = ("-created_at", "created_at")
    filters = {"run": ById("run"), "cause": OneOf("cause", actions.CAUSES)}

    @extend_schema(responses=CheckpointShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        return self.page(self.get_queryset(), queries.row)

    @extend_schema(responses=CheckpointShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        return Response(queries.row(self.find(pk)))

    @extend_schema(request=NothingBody, responses={202: RunShape})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: UUID) -> Response:
        """Stop the run and start a child run with exactly what the checkpoint holds."""
        self.find(pk, "restore")
        self.read(NothingBody)

        def work() -> Answer:
            run = actions.restore_checkpoint(checkpoint_id=pk, actor=self.actor)
            return Answer(202, runs.read(run.pk), run_id=run.pk)

        return self.once(work)
