"""Domain, Workspace, Merge: streams of tasks with branches, clones of attempts, and commits that land."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from campaigns.models.fields import status, uuid_pk
from campaigns.models.runs import Run
from campaigns.states import MergeState


class Domain(models.Model):
    id = uuid_pk()
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="domains")
    name = models.CharField(max_length=60)
    branch = models.CharField(max_length=250, blank=True, default="")
    max_parallel = models.PositiveIntegerField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="domain_name_once")]

    def __str__(self) -> str:
        return self.name


class Workspace(models.Model):
    """The clone of one attempt: made before the agent starts, removed after its commit was imported."""

    id = uuid_pk()
    attempt = models.OneToOneField("campaigns.Attempt", on_delete=models.CASCADE, related_name="workspace")
    path = models.CharField(max_length=500)
    host = models.CharField(max_length=200)
    branch = models.CharField(max_length=250)
    base_commit = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.path


class Merge(models.Model):
    """An attempt's commit on its way to a branch: the intent is recorded before the ref moves."""

    id = uuid_pk()
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="merges")
    attempt = models.OneToOneField("campaigns.Attempt", on_delete=models.CASCADE, related_name="merge")
    branch = models.CharField(max_length=250)
    old_commit = models.CharField(max_length=64)
    new_commit = models.CharField(max_length=64)
    source_commit = models.CharField(max_length=64)
    state = status(MergeState, MergeState.INTENDED)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "branch"], condition=Q(state="intended"), name="merge_one_intent_per_branch"
            )
        ]

    def __str__(self) -> str:
        return f"{self.branch}: {self.new_commit[:8]}"
