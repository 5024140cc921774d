"""Decision: anything that waits for a person, and its answer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from campaigns.models.fields import status, uuid_pk
from campaigns.models.runs import Run
from campaigns.models.teams import Team
from campaigns.states import DecisionState


class Decision(models.Model):
    """`kind`: task (a person does it), checkpoint (go on?). `options` empty: any object is a valid answer."""

    id = uuid_pk()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="decisions")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="decisions")
    task = models.ForeignKey(
        "campaigns.Task", on_delete=models.CASCADE, null=True, blank=True, related_name="decisions"
    )
    kind = models.CharField(max_length=20)
    question = models.TextField()
    options = models.JSONField(default=list)
    details = models.JSONField(default=dict)
    state = status(DecisionState, DecisionState.OPEN)
    answer = models.JSONField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(state="open", kind="task"), name="decision_one_open_per_task"
            ),
            models.UniqueConstraint(
                fields=["run"], condition=Q(state="open", kind="checkpoint"), name="decision_one_open_checkpoint"
            ),
        ]

    def __str__(self) -> str:
        return self.question[:60]
