"""RulePack and RulePackVersion: rules a team wrote for its audits. PinnedPack: rules as a run was started with them.

The packs that ship with the product are data of the library, not rows.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from campaigns.models.fields import status, uuid_pk
from campaigns.models.teams import Team
from campaigns.states import PackState


class RulePack(models.Model):
    """`head` is the number of its last version; `active` the published version that audits use."""

    id = uuid_pk()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="rule_packs")
    name = models.CharField(max_length=60)
    state = status(PackState, PackState.DRAFT)
    head = models.PositiveIntegerField(default=0)
    active = models.ForeignKey(
        "campaigns.RulePackVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="rule_pack_name_once")]

    def __str__(self) -> str:
        return self.name


class RulePackVersion(models.Model):
    """Rules and their tests as they were saved; never changed afterwards.

    `data` is what acts: the rules with those of the pack it extends. `sha256` is its digest. `results` is what the
    tests last said ({ran_at, tests, failures}), null before they were run.
    """

    id = uuid_pk()
    pack = models.ForeignKey(RulePack, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    version = models.CharField(max_length=20)
    source = models.TextField()
    data = models.JSONField()
    sha256 = models.CharField(max_length=64, db_index=True)
    tests = models.TextField(blank=True, default="")
    results = models.JSONField(null=True, blank=True)
    note = models.TextField(blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    forced = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["pack", "number"], name="rule_pack_number_once")]

    def __str__(self) -> str:
        return f"{self.pack_id} {self.version}"


class PinnedPack(models.Model):
    """Rules by the digest of their content, stored once for all runs that were started with them; never changed."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    data = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "version"]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
