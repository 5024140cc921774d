"""Task, Dependency, Attempt, TaskOutput: the graph of a run and each try at a node of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from campaigns.models.fields import micros, status, uuid_pk
from campaigns.models.runs import Run
from campaigns.states import AttemptState, Queue, Requires, TaskState


class Task(models.Model):
    """A node of the run's graph.

    `key` names it within the run. `needs_left` counts needs not yet met. `attempts` counts and numbers all attempts;
    `fence` rises with each; `failures` counts failed and timed-out ones, `crashes` the ones lost while held alone.
    """

    id = uuid_pk()
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="tasks", db_index=False)
    key = models.CharField(max_length=80)
    position = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    role = models.CharField(max_length=40)
    backend = models.JSONField(default=list)
    queue = status(Queue, Queue.SHORT)
    slot = models.CharField(max_length=20, blank=True, default="")
    domain = models.ForeignKey(
        "campaigns.Domain", on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks", db_index=False
    )
    priority = models.IntegerField(default=999)
    inputs = models.JSONField(default=dict, blank=True)
    state = status(TaskState, TaskState.PENDING)
    needs_left = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    crashes = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=1)
    solo = models.BooleanField(default=False)
    timeout_s = models.FloatField(default=300)
    not_before = models.DateTimeField(null=True, blank=True)
    estimate_micros = micros()
    error = models.JSONField(null=True, blank=True)
    supersedes = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    origin = models.UUIDField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    ready_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="task_key_once")]
        indexes = [
            models.Index(
                fields=["run", "queue", "priority", "position"], condition=Q(state="ready"), name="task_ready"
            ),
            models.Index(fields=["run", "position"], name="task_run_position"),
            models.Index(fields=["supersedes"], condition=Q(supersedes__isnull=False), name="task_supersedes"),
        ]

    def __str__(self) -> str:
        return self.key


class Dependency(models.Model):
    """`task` needs `needs`: its success, or only its end."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="needs", db_index=False)
    needs = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="dependants")
    requires = status(Requires, Requires.SUCCESS)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "needs"], name="dependency_once")]

    def __str__(self) -> str:
        return f"{self.task_id} needs {self.needs_id}"


class Attempt(models.Model):
    """One try at a task, born running, held by one worker under a lease; every write of it carries its fence.

    It is born under the lock of its run, which its task belongs to; so the database checks only that task, and not the
    run and the worker again for each attempt (docs/decisions.md).
    """

    id = uuid_pk()
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="tries", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="attempts", db_index=False, db_constraint=False)
    number = models.PositiveIntegerField()
    fence = models.PositiveIntegerField()
    state = status(AttemptState, AttemptState.RUNNING)
    worker = models.ForeignKey(
        "campaigns.Worker",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="attempts",
        db_index=False,
        db_constraint=False,
    )
    alone = models.BooleanField(default=True)
    spec = models.CharField(max_length=200, blank=True, default="")
    lease_until = models.DateTimeField()
    limit_at = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    agent_ms = models.PositiveIntegerField(null=True, blank=True)
    error = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="attempt_number_once"),
            models.UniqueConstraint(fields=["task"], condition=Q(state="running"), name="attempt_one_live"),
            models.UniqueConstraint(fields=["task"], condition=Q(state="succeeded"), name="attempt_one_winner"),
        ]
        indexes = [
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="attempt_lease"),
            models.Index(fields=["run"], condition=Q(state="running"), name="attempt_run_live"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of task {self.task_id}"


class TaskOutput(models.Model):
    """What the winning attempt of a task gave: read by its dependants. Written once, in the finish transaction."""

    task = models.OneToOneField(Task, on_delete=models.CASCADE, primary_key=True, related_name="result")
    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    output = models.JSONField(default=dict)
    summary = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"output of {self.task_id}"
