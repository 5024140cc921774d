"""AuditReport and Finding: what was audited, by which rules, with which verdict. The default verdict is never green."""

from __future__ import annotations

from django.db import models

from campaigns.models.artifacts import ArtifactVersion
from campaigns.models.fields import status, uuid_pk
from campaigns.models.runs import Run
from campaigns.states import AuditState, Verdict


class AuditReport(models.Model):
    """`pieces` maps each slot to the audited version's id and hash, or null where the piece was missing."""

    id = uuid_pk()
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="audits")
    task = models.ForeignKey("campaigns.Task", on_delete=models.CASCADE, null=True, related_name="+")
    attempt = models.OneToOneField("campaigns.Attempt", on_delete=models.PROTECT, null=True, related_name="+")
    scope = models.CharField(max_length=20, default="bundle")
    state = status(AuditState, AuditState.PENDING)
    verdict = status(Verdict, Verdict.NOT_AUDITED)
    score = models.FloatField(null=True)
    categories = models.JSONField(default=dict)
    recommendations = models.JSONField(default=list)
    pieces = models.JSONField(default=dict)
    versions = models.ManyToManyField(ArtifactVersion, related_name="audits")
    pack = models.CharField(max_length=60, blank=True, default="")
    pack_version = models.CharField(max_length=20, blank=True, default="")
    error = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"audit of run {self.run_id}: {self.verdict}"


class Finding(models.Model):
    """One fault in one place: `path` within the version's content, characters `start` to `end`, and the quoted text."""

    id = uuid_pk()
    report = models.ForeignKey(AuditReport, on_delete=models.CASCADE, related_name="findings")
    position = models.PositiveIntegerField()
    artifact_version = models.ForeignKey(ArtifactVersion, on_delete=models.CASCADE, null=True, related_name="findings")
    slot = models.CharField(max_length=40)
    rule = models.CharField(max_length=80)
    severity = models.CharField(max_length=8)
    category = models.CharField(max_length=20)
    path = models.CharField(max_length=300, blank=True, default="")
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    quote = models.TextField(blank=True, default="")
    why = models.TextField()
    patch = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.rule}: {self.severity}"
