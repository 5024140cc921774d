"""The figures of a run: gathered by aggregates in the database, computed by one pure function with its formulas stated.

The sources are the rows of tasks, attempts and events; nothing is counted twice and nothing is kept beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Avg, Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Sum

from campaigns.models import Attempt, Criterion, GateResult, Run, Task
from campaigns.states import TASK_ENDED_WELL, TASK_OPEN, AttemptState, TaskState

AUDIT_ROLE = "audit"


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the metrics are computed from. `counts` maps a task state to the number of tasks in it."""

    counts: Mapping[str, int]
    events: int
    write_ms: int
    created_at: datetime
    started_at: datetime | None = None
    first_version_at: datetime | None = None
    generation_ended_at: datetime | None = None
    finished_at: datetime | None = None
    agent_ms: Mapping[str, int] = field(default_factory=dict)
    audit_ms: int = 0
    attempts: int = 0
    tasks_tried: int = 0
    tasks_proved: int = 0
    mean_task_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Metrics:
    """Names as in the API. What is not known yet is None, never zero."""

    total_ms: int | None
    time_to_first_artifact_ms: int | None
    generation_ms: int | None
    audit_ms: int
    write_ms: int
    agent_ms: Mapping[str, int]
    events: int
    tasks_total: int
    tasks_completed: int
    tasks_failed: int
    tasks_blocked: int
    tasks_in_progress: int
    tasks_pending: int
    progress_percent: int
    proved_percent: int
    completion_rate: float
    failure_rate: float
    total_retries: int
    avg_retries_per_task: float
    elapsed_ms: int
    avg_task_ms: int | None
    estimated_remaining_ms: int | None
    drift_checks: int
    drift_corrections: int
    last_drift_severity: str | None


def calculate(facts: RunFacts, now: datetime) -> Metrics:
    """The metrics of a run as it stands at `now`.

    total_ms: acceptance to end; None while it is open. elapsed_ms: acceptance to end, or to now.
    time_to_first_artifact_ms: acceptance to the first stored version.
    generation_ms: first attempt to the end of the last maker. audit_ms: the time of all audit attempts.
    agent_ms: the agents' own time, by piece or role. write_ms: the transactions that stored results.
    tasks_total: tasks that stand (not superseded). tasks_pending: pending, ready or waiting for a person.
    progress_percent: completed and skipped of all. proved_percent: completed with evidence for every blocking exit
    criterion, and at least one, of all.
    completion_rate: completed per minute since the first attempt.
    failure_rate: failed of completed and failed, in percent.
    total_retries: attempts after a task's first. avg_task_ms: mean time of the completed tasks' last attempts.
    estimated_remaining_ms: open tasks at the completion rate; 0 at the end, None while there is no rate.
    """
    counts = facts.counts
    total = sum(n for state, n in counts.items() if state != TaskState.SUPERSEDED)
    completed, failed = counts.get(TaskState.COMPLETED, 0), counts.get(TaskState.FAILED, 0)
    still = sum(counts.get(state, 0) for state in TASK_OPEN)
    end = facts.finished_at or now
    minutes = (end - facts.started_at) / timedelta(minutes=1) if facts.started_at else 0.0
    rate = completed / minutes if minutes > 0 else 0.0
    retries = max(0, facts.attempts - facts.tasks_tried)
    return Metrics(
        total_ms=_ms(facts.created_at, facts.finished_at),
        time_to_first_artifact_ms=_ms(facts.created_at, facts.first_version_at),
        generation_ms=_ms(facts.started_at, facts.generation_ended_at),
        audit_ms=facts.audit_ms,
        write_ms=facts.write_ms,
        agent_ms=dict(facts.agent_ms),
        events=facts.events,
        tasks_total=total,
        tasks_completed=completed,
        tasks_failed=failed,
        tasks_blocked=counts.get(TaskState.BLOCKED, 0),
        tasks_in_progress=counts.get(TaskState.IN_PROGRESS, 0),
        tasks_pending=still - counts.get(TaskState.IN_PROGRESS, 0),
        progress_percent=_percent(sum(counts.get(state, 0) for state in TASK_ENDED_WELL), total),
        proved_percent=_percent(facts.tasks_proved, total),
        completion_rate=round(rate, 3),
        failure_rate=round(100 * failed / (completed + failed), 1) if completed + failed else 0.0,
        total_retries=retries,
        avg_retries_per_task=round(retries / total, 3) if total else 0.0,
        elapsed_ms=_ms(facts.created_at, end) or 0,
        avg_task_ms=None if facts.mean_task_ms is None else round(facts.mean_task_ms),
        estimated_remaining_ms=_remaining(facts, still, rate),
        # Drift checks are not made yet, and none is claimed.
        drift_checks=0,
        drift_corrections=0,
        last_drift_severity=None,
    )


def _remaining(facts: RunFacts, still: int, rate: float) -> int | None:
    if facts.finished_at is not None or not still:
        return 0
    return round(still / rate * 60_000) if rate > 0 else None


def _percent(part: int, whole: int) -> int:
    """Rounded, but never 100 before everything is done."""
    if not whole:
        return 0
    return 100 if part >= whole else min(99, round(100 * part / whole))


def _ms(start: datetime | None, end: datetime | None) -> int | None:
    return None if start is None or end is None else max(0, round((end - start) / timedelta(milliseconds=1)))


def gather(run: Run) -> RunFacts:
    """The facts of one run: four aggregates, whatever the number of its tasks."""
    tasks = Task.objects.filter(run=run)
    lasted = ExpressionWrapper(F("finished_at") - F("started_at"), output_field=DurationField())
    done = Q(state=TaskState.COMPLETED, started_at__isnull=False)
    sums = tasks.aggregate(
        made=Sum("attempts"), tried=Count("pk", filter=Q(attempts__gt=0)), mean=Avg(lasted, filter=done)
    )
    agent_ms, audit_ms = _agent_times(run)
    return RunFacts(
        counts={state: n for state, n in run.counts.items() if n},
        events=run.last_event_seq,
        write_ms=run.write_ms,
        created_at=run.created_at,
        started_at=run.started_at,
        first_version_at=run.first_version_at,
        generation_ended_at=run.generation_ended_at,
        finished_at=run.finished_at,
        agent_ms=agent_ms,
        audit_ms=audit_ms,
        attempts=sums["made"] or 0,
        tasks_tried=sums["tried"],
        tasks_proved=proved(tasks),
        mean_task_ms=None if sums["mean"] is None else sums["mean"] / timedelta(milliseconds=1),
    )


def _agent_times(run: Run) -> tuple[dict[str, int], int]:
    """Agent time by piece (where a task makes one) or role, and how long audit attempts took."""
    lasted = ExpressionWrapper(F("finished_at") - F("started_at"), output_field=DurationField())
    rows = (
        Attempt.objects.filter(task__run=run, finished_at__isnull=False)
        .order_by()
        .values_list("task__slot", "task__role")
        .annotate(agent=Sum("agent_ms"), lasted=Sum(lasted))
    )
    times: dict[str, int] = {}
    audit = timedelta()
    for slot, role, agent, took in rows:
        times[slot or role] = times.get(slot or role, 0) + (agent or 0)
        if role == AUDIT_ROLE:
            audit += took or timedelta()
    return times, round(audit / timedelta(milliseconds=1))


def proved(tasks: QuerySet[Task]) -> int:
    """How many of these tasks are completed with evidence for every blocking exit criterion, and at least one."""
    exits = Criterion.objects.filter(task=OuterRef("pk"), phase="exit")
    shown = GateResult.objects.filter(criterion=OuterRef("pk"), verdict="proved", attempt__state=AttemptState.SUCCEEDED)
    unproved = exits.filter(~Exists(shown), blocking=True)
    return tasks.filter(Exists(exits), ~Exists(unproved), state=TaskState.COMPLETED).count()
