"""Worker and Service: the processes that work and watch. A row is one process start; its identity is never reused."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from campaigns.models.fields import uuid_pk


class Worker(models.Model):
    id = uuid_pk()
    host = models.CharField(max_length=200)
    pid = models.PositiveIntegerField()
    queue = models.CharField(max_length=10)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    draining = models.BooleanField(default=False)
    stopped_at = models.DateTimeField(null=True, blank=True)
    attempts_done = models.PositiveIntegerField(default=0)
    memory_mb = models.FloatField(null=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["beat_at"], condition=Q(stopped_at__isnull=True), name="worker_live")]

    def __str__(self) -> str:
        return f"{self.queue} worker {self.pid}@{self.host}"


class Service(models.Model):
    """A witness (or another periodic process): readiness asks when one last swept."""

    id = uuid_pk()
    name = models.CharField(max_length=20)
    host = models.CharField(max_length=200)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    figures = models.JSONField(default=dict)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["name", "-beat_at"], name="service_recent")]

    def __str__(self) -> str:
        return f"{self.name} {self.pid}@{self.host}"
