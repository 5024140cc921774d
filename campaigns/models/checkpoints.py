"""Checkpoint: a full, signed snapshot of a run at an event number."""

from __future__ import annotations

from django.db import models

from campaigns.models.fields import uuid_pk
from campaigns.models.runs import Run


class Checkpoint(models.Model):
    """`payload` is canonical JSON text; `digest` its SHA-256; `mac` an HMAC-SHA-256, whose key is kept elsewhere."""

    id = uuid_pk()
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="checkpoints")
    number = models.PositiveIntegerField()
    at_seq = models.BigIntegerField()
    schema = models.PositiveIntegerField(default=1)
    cause = models.CharField(max_length=20)
    reason = models.CharField(max_length=500, blank=True, default="")
    payload = models.TextField()
    digest = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)
    git_commit = models.CharField(max_length=64, blank=True, default="")
    git_branch = models.CharField(max_length=250, blank=True, default="")
    completed = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="checkpoint_number_once")]

    def __str__(self) -> str:
        return f"checkpoint {self.number} of run {self.run_id}"
