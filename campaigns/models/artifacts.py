"""Artifact and ArtifactVersion: a piece of a campaign and its immutable, content-hashed versions."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from campaigns.models.campaigns import Campaign
from campaigns.models.fields import uuid_pk


class Artifact(models.Model):
    """One slot of a campaign. `head` is the number of its last version; `active` the version that stands for it.

    `approved_over` is the reason for an approval that the audit does not support.
    """

    id = uuid_pk()
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="artifacts")
    slot = models.CharField(max_length=40)
    head = models.PositiveIntegerField(default=0)
    active = models.ForeignKey(
        "campaigns.ArtifactVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approved_sha256 = models.CharField(max_length=64, blank=True, default="")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_over = models.TextField(blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["slot"]
        constraints = [models.UniqueConstraint(fields=["campaign", "slot"], name="artifact_slot_once")]

    def __str__(self) -> str:
        return self.slot


class ArtifactVersion(models.Model):
    """Immutable. `sha256` is over the canonical JSON of `content`, so the same content has the same hash anywhere.

    `author` is the person who wrote it, none for what an agent made.
    """

    id = uuid_pk()
    artifact = models.ForeignKey(Artifact, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    attempt = models.ForeignKey("campaigns.Attempt", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    run = models.ForeignKey("campaigns.Run", on_delete=models.PROTECT, null=True, blank=True, related_name="versions")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    content = models.JSONField()
    tags = models.JSONField(default=list, blank=True)
    note = models.TextField(blank=True, default="")
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["artifact", "number"], name="version_number_once"),
            models.UniqueConstraint(fields=["artifact", "attempt"], name="version_once_per_attempt"),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"
