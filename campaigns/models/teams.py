"""Team, Membership, Limit: who works together, what each may do, how much runs at once."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from campaigns.models.fields import status, uuid_pk
from campaigns.states import Role


class Team(models.Model):
    id = uuid_pk()
    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    last_event_seq = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    id = uuid_pk()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = status(Role, Role.VIEWER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} as {self.role} in {self.team}"


class Token(models.Model):
    """An API token. Only the SHA-256 of its secret is stored; `prefix` finds the row."""

    id = uuid_pk()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scope = models.CharField(max_length=10, default="write", choices=[("read", "read"), ("write", "write")])
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Limit(models.Model):
    """How many workers may be at work at once, in a scope of a team; the smallest that applies acts.

    scope `team`: all runs of the team; `run`: each run; `domain`, `role`, `backend`: tasks with that `name`, over all
    runs of the team. A worker that holds several short attempts counts as one.
    """

    SCOPES = [(s, s) for s in ("team", "run", "domain", "role", "backend")]

    id = uuid_pk()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="limits")
    scope = models.CharField(max_length=10, choices=SCOPES)
    name = models.CharField(max_length=100, blank=True, default="")
    value = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "scope", "name"], name="limit_once")]

    def __str__(self) -> str:
        return f"{self.scope} {self.name}: {self.value}"
