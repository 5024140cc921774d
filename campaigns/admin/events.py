"""Admin of the history and of what must still leave the house: looked at only."""

from __future__ import annotations

from django.contrib import admin

from campaigns.admin.mixins import ReadOnlyAdmin
from campaigns.models import Event, Outbox


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("time", "stream", "stream_id", "seq", "type", "actor", "message")
    list_filter = ("stream", "type")
    search_fields = ("stream_id", "correlation")
    ordering = ("-time",)


@admin.register(Outbox)
class OutboxAdmin(ReadOnlyAdmin):
    list_display = ("topic", "run_id", "tries", "not_before", "dead_at")
    list_filter = ("topic",)
