"""The inbox over REST: what waits for a person, and their answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions import decisions as actions
from campaigns.actions.idempotency import Answer
from campaigns.api.bodies import AnyField, Body, ObjectField
from campaigns.api.filters import ById, OneOf
from campaigns.api.resources import Resource, tagged
from campaigns.queries import decisions as queries
from campaigns.states import DecisionState


class AnswerBody(Body):
    answer = AnyField(help_text="One of the options; or an object, where there are none.")


class DecisionShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    team = serializers.UUIDField()
    run = serializers.UUIDField()
    run_number = serializers.IntegerField()
    campaign = serializers.UUIDField()
    campaign_name = serializers.CharField()
    task = serializers.UUIDField(allow_null=True)
    task_title = serializers.CharField(allow_null=True)
    kind = serializers.CharField()
    question = serializers.CharField()
    options = serializers.ListField()
    details = ObjectField()
    state = serializers.ChoiceField(choices=[*DecisionState])
    answer = AnyField(allow_null=True)
    answered_by = serializers.CharField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class DecisionsResource(Resource):
    visible = queries.visible
    orderings = ("created_at", "-created_at")
    filters = {
        "state": OneOf("state", DecisionState),
        "run": ById("run"),
        "campaign": ById("run__campaign"),
        "team": ById("team"),
        "kind": OneOf("kind", ("task", "checkpoint")),
    }

    @extend_schema(responses=DecisionShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        return self.page(self.get_queryset(), queries.row)

    @extend_schema(responses=DecisionShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        decision = self.find(pk)
        return tagged(queries.row(decision), decision.version)

    @extend_schema(request=AnswerBody, responses=DecisionShape)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: UUID) -> Response:
        """Answer once; the run goes on from there."""
        self.find(pk, "answer")
        said = self.read(AnswerBody)["answer"]

        def work() -> Answer:
            actions.answer_decision(decision_id=pk, answer=said, actor=self.actor)
            return Answer(200, queries.row(self.find(pk)))

        return self.once(work)
