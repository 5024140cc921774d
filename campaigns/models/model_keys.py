"""ModelKey: a team's access to a provider of models. ModelReply: an answer kept, to be given again for nothing."""

from __future__ import annotations

from django.conf import settings as project_settings
from django.db import models
from django.db.models import Q

from campaigns.models.fields import uuid_pk
from campaigns.models.teams import Team


class ModelKey(models.Model):
    """The secret is sealed; its last four characters are kept in clear. A revoked key keeps its row, not its secret.

    `endpoint` names an address of the team's own ("" for providers with one of theirs). `uses` are the parts of
    creative campaigns that `model` is asked for by default; `prices` the team's own, per million tokens, by model or
    "*" for any.
    """

    id = uuid_pk()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="model_keys")
    provider = models.CharField(max_length=30)
    endpoint = models.CharField(max_length=60, blank=True, default="")
    base_url = models.CharField(max_length=300, blank=True, default="")
    sealed = models.TextField(blank=True, default="")
    last_four = models.CharField(max_length=4, blank=True, default="")
    model = models.CharField(max_length=120, blank=True, default="")
    uses = models.JSONField(default=list, blank=True)
    prices = models.JSONField(default=dict, blank=True)
    structured = models.CharField(max_length=10, blank=True, default="")
    created_by = models.ForeignKey(
        project_settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "provider", "endpoint"], condition=Q(revoked_at=None), name="model_key_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.endpoint}".strip()


class ModelReply(models.Model):
    """`key` is the hash of everything that was asked. Never shared between teams."""

    id = uuid_pk()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="model_replies")
    key = models.CharField(max_length=64)
    text = models.TextField()
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "model replies"
        constraints = [models.UniqueConstraint(fields=["team", "key"], name="model_reply_once")]

    def __str__(self) -> str:
        return self.key[:12]
