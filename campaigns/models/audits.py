"""AuditReport, Finding, Waiver: what was audited, by which rules, with which verdict; which findings people let stand.

The default verdict is never green.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from campaigns.models.artifacts import ArtifactVersion
from campaigns.models.campaigns import Campaign
from campaigns.models.fields import status, uuid_pk
from campaigns.models.runs import Run
from campaigns.models.teams import Team
from campaigns.states import AuditState, Verdict


class AuditReport(models.Model):
    """`pieces` maps each slot to the audited version's id and hash, or null where the piece was missing.

    `coverage` says where each key message is said; `not_checked` what could not be applied and why; `opinions` what a
    model thinks, which changes nothing; `pack_sha256` is the digest of the rules, empty where it is not known.
    """

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
    pack_sha256 = models.CharField(max_length=64, blank=True, default="")
    coverage = models.JSONField(default=list)
    not_checked = models.JSONField(default=list)
    opinions = models.JSONField(default=list)
    languages = models.JSONField(default=dict)
    error = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"audit of run {self.run_id}: {self.verdict}"


class Finding(models.Model):
    """One fault in one place: `path` within the version's content, characters `start` to `end`, and the quoted text.

    `points` is what it costs its category; `fixed_in` is the version that its patch was applied in.
    """

    id = uuid_pk()
    report = models.ForeignKey(AuditReport, on_delete=models.CASCADE, related_name="findings")
    position = models.PositiveIntegerField()
    artifact_version = models.ForeignKey(ArtifactVersion, on_delete=models.CASCADE, null=True, related_name="findings")
    slot = models.CharField(max_length=40)
    rule = models.CharField(max_length=100)
    family = models.CharField(max_length=100, blank=True, default="")
    severity = models.CharField(max_length=8)
    category = models.CharField(max_length=20)
    points = models.PositiveIntegerField(default=0)
    path = models.CharField(max_length=300, blank=True, default="")
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    quote = models.TextField(blank=True, default="")
    why = models.TextField()
    patch = models.JSONField(null=True, blank=True)
    fixed_in = models.ForeignKey(ArtifactVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.rule}: {self.severity}"


class Waiver(models.Model):
    """A person lets a finding stand, for a reason and a time. What it covers is never wider than what was looked at.

    `scope`: this finding, this version, this campaign, or the rule in the whole team. `fingerprint` is that of rule and
    quote. `severity` is the worst that it covers: what becomes worse is not waived.
    """

    SCOPES = [(s, s) for s in ("finding", "version", "campaign", "team")]

    id = uuid_pk()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="waivers")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, null=True, related_name="waivers")
    artifact_version = models.ForeignKey(ArtifactVersion, on_delete=models.CASCADE, null=True, related_name="+")
    finding = models.ForeignKey(Finding, on_delete=models.SET_NULL, null=True, related_name="+")
    scope = models.CharField(max_length=10, choices=SCOPES)
    rule = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    place = models.CharField(max_length=64, blank=True, default="")
    severity = models.CharField(max_length=8)
    quote = models.TextField(blank=True, default="")
    reason = models.TextField()
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    approved_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["created_at"]
        indexes = [models.Index(fields=["team", "rule"], name="waiver_by_rule")]

    def __str__(self) -> str:
        return f"{self.rule} waived until {self.expires_at:%Y-%m-%d}"
