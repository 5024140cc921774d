"""Campaign: a brief or a goal that runs execute. Holds data; the verbs are in `actions.campaigns`."""

from __future__ import annotations

from django.conf import settings as project_settings
from django.db import models

from campaigns.models.brands import Brand
from campaigns.models.fields import status, uuid_pk
from campaigns.models.teams import Team
from campaigns.states import CampaignState


class Campaign(models.Model):
    id = uuid_pk()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="campaigns")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, null=True, blank=True, related_name="campaigns")
    goal = models.TextField(blank=True, default="")
    brief = models.JSONField(default=dict, blank=True)
    brief_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    repository = models.CharField(max_length=500, blank=True, default="")
    plan = models.JSONField(default=dict, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    state = status(CampaignState, CampaignState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    runs_count = models.PositiveIntegerField(default=0)
    last_event_seq = models.BigIntegerField(default=0)
    created_by = models.ForeignKey(
        project_settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    #: What the filing or revision that gave this instance cut short, in words; not stored.
    cuts: tuple[str, ...] = ()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["team", "-created_at"], name="campaign_team_recent")]

    def __str__(self) -> str:
        return self.name
