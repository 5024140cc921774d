"""Invocation: what an agent was asked, what it answered, what it spent. One row per attempt that reached an agent."""

from __future__ import annotations

from django.db import models

from campaigns.models.fields import micros, uuid_pk


class Invocation(models.Model):
    id = uuid_pk()
    attempt = models.ForeignKey("campaigns.Attempt", on_delete=models.CASCADE, related_name="invocations")
    spec = models.CharField(max_length=200)
    #: Who of the chain answered, from which version of a prompt, and whether from what was kept.
    answered_by = models.CharField(max_length=200, blank=True, default="")
    prompt = models.CharField(max_length=80, blank=True, default="")
    replayed = models.BooleanField(default=False)
    ok = models.BooleanField()
    summary = models.TextField(blank=True, default="")
    transcript = models.TextField(blank=True, default="")
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cost_micros = micros(null=True)
    estimated = models.BooleanField(default=False)
    duration_ms = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.spec
