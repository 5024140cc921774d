"""Workers and the pulse of the installation over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.resources import Caller
from campaigns.queries import workers as queries


class WorkerShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    host = serializers.CharField()
    pid = serializers.IntegerField()
    queue = serializers.CharField()
    started_at = serializers.DateTimeField()
    beat_at = serializers.DateTimeField()
    stopped_at = serializers.DateTimeField(allow_null=True)
    alive = serializers.BooleanField()
    draining = serializers.BooleanField()
    attempts_done = serializers.IntegerField()
    memory_mb = serializers.FloatField(allow_null=True)


@extend_schema_serializer(many=False)
class WorkersShape(serializers.Serializer[Any]):
    """All at once: they are few."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = WorkerShape(many=True)


class ServiceShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    host = serializers.CharField()
    pid = serializers.IntegerField()
    beat_at = serializers.DateTimeField()


class OutboxShape(serializers.Serializer[Any]):
    waiting = serializers.IntegerField()
    dead = serializers.IntegerField()


@extend_schema_serializer(many=False)
class StatusShape(serializers.Serializer[Any]):
    time = serializers.DateTimeField()
    workers = serializers.DictField(child=serializers.IntegerField())
    waiting_jobs = serializers.DictField(child=serializers.IntegerField())
    services = ServiceShape(many=True)
    open_runs = serializers.DictField(child=serializers.IntegerField())
    ready_tasks = serializers.IntegerField()
    running_attempts = serializers.IntegerField()
    open_decisions = serializers.IntegerField()
    outbox = OutboxShape()


class WorkersResource(Caller):
    @extend_schema(responses=WorkersShape)
    def list(self, request: Request) -> Response:
        """The workers that are alive."""
        rows = [queries.row(worker) for worker in queries.alive()]
        return Response({"next": None, "previous": None, "results": rows})


class StatusResource(Caller):
    @extend_schema(responses=StatusShape)
    def list(self, request: Request) -> Response:
        """Workers, queues and watchers; and the work of the caller's teams."""
        return Response(queries.status(self.teams))
