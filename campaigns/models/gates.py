"""Criterion and GateResult: what must hold before and after a task, and the evidence whether it did."""

from __future__ import annotations

from django.db import models

from campaigns.models.fields import uuid_pk


class Criterion(models.Model):
    """`check` names the kind of check (command, file_exists, pattern, …), `spec` its arguments."""

    id = uuid_pk()
    task = models.ForeignKey("campaigns.Task", on_delete=models.CASCADE, related_name="criteria")
    phase = models.CharField(max_length=5, choices=[("entry", "entry"), ("exit", "exit")])
    position = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=200)
    check_kind = models.CharField(max_length=20)
    spec = models.JSONField(default=dict)
    blocking = models.BooleanField(default=True)

    class Meta:
        ordering = ["phase", "position"]
        verbose_name_plural = "criteria"

    def __str__(self) -> str:
        return self.title


class GateResult(models.Model):
    """Evidence, written once: what was run, what it said, on which tree."""

    VERDICTS = [(v, v) for v in ("proved", "refuted", "error")]

    id = uuid_pk()
    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="results")
    attempt = models.ForeignKey("campaigns.Attempt", on_delete=models.CASCADE, related_name="evidence")
    verdict = models.CharField(max_length=8, choices=VERDICTS)
    command = models.JSONField(default=list)
    exit_code = models.IntegerField(null=True)
    message = models.TextField(blank=True, default="")
    output = models.TextField(blank=True, default="")
    output_hash = models.CharField(max_length=64)
    tree_hash = models.CharField(max_length=64, blank=True, default="")
    duration_ms = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["criterion", "attempt"], name="evidence_once_per_attempt")]

    def __str__(self) -> str:
        return f"{self.criterion_id}: {self.verdict}"
