"""Run, Session, IdempotencyKey: one execution of a campaign, its sittings, and what was already asked for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from campaigns.models.campaigns import Campaign
from campaigns.models.fields import micros, status, uuid_pk
from campaigns.models.teams import Team
from campaigns.states import RUN_ENDED, RUN_OPEN, Mode, Purpose, RunState, SessionState


class Run(models.Model):
    """One execution of a campaign, a graph of tasks.

    `counts` maps a task state to the number of tasks in it; the turn keeps it under the row lock. `settings` is pinned
    at the start. `deadline_at` moves on by the time the clock stood (`clock_stopped_at`).
    """

    id = uuid_pk()
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="runs")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    purpose = status(Purpose, Purpose.FULL)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    artifact = models.ForeignKey(
        "campaigns.Artifact", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    mode = status(Mode, Mode.PARALLEL)
    state = status(RunState, RunState.QUEUED)
    stage = models.CharField(max_length=24, blank=True, default="")
    outcome = models.CharField(max_length=12, null=True, blank=True)
    brief = models.JSONField(default=dict, blank=True)
    brand_version = models.ForeignKey(
        "campaigns.BrandVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="runs"
    )
    settings = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    errors = models.JSONField(default=list, blank=True)
    max_parallel = models.PositiveIntegerField(default=3)
    last_event_seq = models.BigIntegerField(default=0)
    end_state = models.CharField(max_length=24, blank=True, default="")
    end_code = models.CharField(max_length=40, blank=True, default="")
    rings_short = models.PositiveIntegerField(default=0)
    rings_long = models.PositiveIntegerField(default=0)
    rung_at = models.DateTimeField(null=True, blank=True)
    completed_since_checkpoint = models.PositiveIntegerField(default=0)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    audit_pending = models.BooleanField(default=False)
    correlation = models.CharField(max_length=40, blank=True, default="")
    deadline_at = models.DateTimeField()
    clock_stopped_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    generation_ended_at = models.DateTimeField(null=True, blank=True)
    first_version_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(db_index=True)
    write_ms = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="run_number_once"),
            models.UniqueConstraint(
                fields=["campaign"],
                condition=Q(purpose__in=["full", "fork", "restore"], state__in=sorted(RUN_OPEN)),
                name="run_one_active_full",
            ),
            models.UniqueConstraint(
                fields=["artifact"],
                condition=Q(artifact__isnull=False, state__in=sorted(RUN_OPEN)),
                name="run_one_open_child_per_artifact",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-created_at"], name="run_team_recent"),
            models.Index(fields=["state", "deadline_at"], condition=Q(state__in=sorted(RUN_OPEN)), name="run_open"),
        ]

    def __str__(self) -> str:
        return f"run {self.number} of {self.campaign_id}"

    @property
    def is_ended(self) -> bool:
        return self.state in RUN_ENDED


class Session(models.Model):
    """One continuous sitting of a run: resume or reopening opens the next one, costs carried."""

    id = uuid_pk()
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="sessions")
    number = models.PositiveIntegerField()
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = status(SessionState, SessionState.INITIALIZING)
    reason = models.CharField(max_length=500, blank=True, default="")
    carried_micros = micros()
    checkpoint = models.ForeignKey(
        "campaigns.Checkpoint", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="session_number_once"),
            models.UniqueConstraint(
                fields=["run"], condition=Q(state__in=["initializing", "running"]), name="session_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"session {self.number} of run {self.run_id}"


class IdempotencyKey(models.Model):
    """What a caller already asked for under its key: the same key and body give the same answer."""

    principal = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status_code = models.PositiveIntegerField(null=True)
    response = models.JSONField(null=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["principal", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
