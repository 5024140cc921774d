"""Event and Outbox: the append-only, numbered history of a stream, and what must still leave the house."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from campaigns.models.fields import uuid_pk


class Event(models.Model):
    """Numbered 1..n per stream, without gap, in commit order. A stream is a run, a campaign or a team.

    No foreign keys: history outlives what it tells of, and its rows are written in bulk. A trigger refuses
    UPDATE and DELETE.
    """

    STREAMS = [(s, s) for s in ("run", "campaign", "team")]

    id = uuid_pk()
    stream = models.CharField(max_length=8, choices=STREAMS)
    stream_id = models.UUIDField()
    seq = models.BigIntegerField()
    campaign_id = models.UUIDField(null=True)
    type = models.CharField(max_length=40)
    state = models.CharField(max_length=24, blank=True, default="")
    stage = models.CharField(max_length=24, blank=True, default="")
    from_state = models.CharField(max_length=24, blank=True, default="")
    to_state = models.CharField(max_length=24, blank=True, default="")
    agent = models.CharField(max_length=40, blank=True, default="")
    task_id = models.UUIDField(null=True)
    attempt_id = models.UUIDField(null=True)
    message = models.CharField(max_length=500, blank=True, default="")
    time = models.DateTimeField()
    actor = models.CharField(max_length=80)
    cause = models.UUIDField(null=True)
    correlation = models.CharField(max_length=40, blank=True, default="")
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["stream_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["stream_id", "seq"], name="event_seq_once")]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"


class Outbox(models.Model):
    """Something that must happen outside after a commit; deleted when done. The witness sends what was left behind."""

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=40)
    run_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField()
    dead_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["not_before"], condition=Q(dead_at__isnull=True), name="outbox_due")]

    def __str__(self) -> str:
        return f"{self.topic} {self.id}"
