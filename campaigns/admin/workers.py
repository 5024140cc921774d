"""Admin of workers, services and what agents were asked: looked at only."""

from __future__ import annotations

from django.contrib import admin

from campaigns.admin.mixins import ReadOnlyAdmin
from campaigns.models import Invocation, ModelReply, Service, Worker


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    list_display = ("host", "pid", "queue", "started_at", "beat_at", "draining", "stopped_at", "attempts_done")
    list_filter = ("queue",)


@admin.register(Service)
class ServiceAdmin(ReadOnlyAdmin):
    list_display = ("name", "host", "pid", "started_at", "beat_at", "stopped_at")


@admin.register(ModelReply)
class ModelReplyAdmin(ReadOnlyAdmin):
    list_display = ("team", "key", "size", "created_at")
    list_select_related = ("team",)
    exclude = ("text",)


@admin.register(Invocation)
class InvocationAdmin(ReadOnlyAdmin):
    list_display = (
        "spec",
        "answered_by",
        "attempt",
        "ok",
        "input_tokens",
        "output_tokens",
        "cost_micros",
        "duration_ms",
        "created_at",
    )
    list_filter = ("ok",)
