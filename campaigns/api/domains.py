"""Domains over REST: the streams of tasks of a run, with how far each is."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from campaigns.api.filters import Being, ById
from campaigns.api.resources import Resource
from campaigns.queries import domains as queries


class DomainShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    run = serializers.UUIDField()
    name = serializers.CharField()
    branch = serializers.CharField()
    max_parallel = serializers.IntegerField(allow_null=True)
    position = serializers.IntegerField()
    tasks_total = serializers.IntegerField()
    tasks_done = serializers.IntegerField()
    tasks_failed = serializers.IntegerField()
    tasks_running = serializers.IntegerField()
    progress_percent = serializers.IntegerField()


class DomainsResource(Resource):
    visible = queries.visible
    team_path = "run.team_id"
    orderings = ("position", "-position", "name", "-name")
    filters = {"run": ById("run", required=True), "name": Being("name")}

    @extend_schema(responses=DomainShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        return self.page(self.get_queryset(), queries.row)
