from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaigns.actions.runs import start_run
from campaigns.models import Attempt, Event, Run, Task
from campaigns.permissions import SYSTEM
from campaigns.queries.metrics import Metrics, RunFacts, calculate, gather
from campaigns.states import TaskState
from conductor.lib.clock import now
from tests.campaigns.engine.drive import drive
from tests.factories import make_attempt, make_campaign, make_run, make_task, make_team

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def figures(now_s: float = 60, **facts: Any) -> Metrics:
    said = {"counts": {}, "events": 0, "write_ms": 0, "created_at": START, **facts}
    return calculate(RunFacts(**said), at(now_s))


def test_a_run_that_has_just_been_accepted() -> None:
    new = figures(0, counts={"ready": 3, "pending": 1}, events=6)
    assert (new.total_ms, new.time_to_first_artifact_ms, new.generation_ms, new.avg_task_ms) == (None, None, None, None)
    assert (new.tasks_total, new.tasks_pending, new.progress_percent, new.elapsed_ms) == (4, 4, 0, 0)
    assert (new.completion_rate, new.failure_rate, new.estimated_remaining_ms) == (0.0, 0.0, None)


def test_times_run_from_acceptance_and_from_the_first_attempt() -> None:
    ended = figures(
        999,
        started_at=at(2),
        first_version_at=at(3.5),
        generation_ended_at=at(8),
        finished_at=at(10),
        counts={"completed": 4},
    )
    assert (ended.total_ms, ended.elapsed_ms) == (10_000, 10_000)
    assert (ended.time_to_first_artifact_ms, ended.generation_ms) == (3_500, 6_000)
    assert ended.estimated_remaining_ms == 0


def test_progress_counts_what_stands_and_never_says_done_too_early() -> None:
    shares = figures(counts={"completed": 1, "skipped": 1, "failed": 1, "superseded": 7, "waiting": 1})
    assert (shares.tasks_total, shares.progress_percent, shares.tasks_pending) == (4, 50, 1)
    assert figures(counts={"completed": 999, "failed": 1}).progress_percent == 99
    assert figures(counts={"completed": 999, "skipped": 1}).progress_percent == 100
    assert figures(counts={}).progress_percent == 0


def test_only_proved_work_is_called_proved() -> None:
    assert figures(counts={"completed": 4}, tasks_proved=1).proved_percent == 25


def test_rates() -> None:
    half_way = figures(120, started_at=START, counts={"completed": 6, "failed": 2, "ready": 3, "in_progress": 1})
    assert (half_way.completion_rate, half_way.failure_rate) == (3.0, 25.0)
    assert half_way.estimated_remaining_ms == 80_000
    assert half_way.tasks_in_progress == 1


def test_retries_are_attempts_after_the_first() -> None:
    tried = figures(counts={"completed": 2, "pending": 2}, attempts=5, tasks_tried=2)
    assert (tried.total_retries, tried.avg_retries_per_task) == (3, 0.75)
    assert figures(attempts=2, tasks_tried=2, counts={"completed": 2}).total_retries == 0


@pytest.mark.django_db
def test_what_is_gathered_from_the_rows_of_a_run() -> None:
    run = make_run(make_campaign(make_team()))
    base = run.created_at
    for key, slot, role, seconds in (("copy", "copy", "copywriting", 4), ("audit", "", "audit", 2)):
        task = make_task(run, key=key, slot=slot, role=role, state=TaskState.COMPLETED)
        Task.objects.filter(pk=task.pk).update(started_at=base, finished_at=base + timedelta(seconds=seconds))
        attempt = make_attempt(task, state="succeeded", agent_ms=seconds * 900)
        Attempt.objects.filter(pk=attempt.pk).update(started_at=base, finished_at=base + timedelta(seconds=seconds))
    make_task(run, key="worker", role="worker", state=TaskState.FAILED, attempts=3)
    facts = gather(Run.objects.get(pk=run.pk))
    assert (facts.attempts, facts.tasks_tried, facts.mean_task_ms) == (5, 3, 3000.0)
    assert facts.agent_ms == {"copy": 3600, "audit": 1800}
    assert facts.audit_ms == 2000


@pytest.mark.django_db
def test_the_figures_of_a_real_run_add_up() -> None:
    run = drive(start_run(campaign_id=make_campaign(make_team()).pk, actor=SYSTEM))
    real = calculate(gather(run), now())
    assert (real.tasks_total, real.tasks_completed, real.progress_percent, real.failure_rate) == (4, 4, 100, 0.0)
    assert real.events == run.last_event_seq == run_events(run)
    assert real.total_ms is not None
    assert real.time_to_first_artifact_ms is not None
    assert 0 <= real.time_to_first_artifact_ms <= real.total_ms
    assert real.generation_ms is not None
    assert real.generation_ms <= real.total_ms
    assert set(real.agent_ms) == {"copy", "short_copy", "visual_concept", "audit"}
    assert (real.total_retries, real.tasks_pending, real.estimated_remaining_ms) == (0, 0, 0)


def run_events(run: Run) -> int:
    return Event.objects.filter(stream_id=run.pk).count()


@pytest.mark.django_db
def test_gathering_costs_the_same_for_any_number_of_tasks(django_assert_max_num_queries: Any) -> None:
    run = make_run(make_campaign(make_team()))
    for number in range(30):
        make_task(run, key=f"t{number}")
    with django_assert_max_num_queries(3):
        gather(run)
