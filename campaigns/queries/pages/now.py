"""What the first page shows: what needs a person, what runs, what has just ended, who works. Never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from campaigns.models import Budget, Campaign, Decision, Run, Service, Worker
from campaigns.permissions import Actor, visible_teams
from campaigns.queries.pages.frame import inbox
from campaigns.states import RUN_ENDED, RUN_OPEN, Purpose, Queue, RunState
from conductor.lib.clock import timing

SHOWN: Final = 8
DECISIONS_SHOWN: Final = 5
RECENT: Final = timedelta(days=7)
RELIABILITY: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Reliability:
    """Full runs of the last 30 days that were neither cancelled nor stopped by a person's budget."""

    completed: int
    ended: int

    @property
    def percent(self) -> float | None:
        return 100 * self.completed / self.ended if self.ended else None


@dataclass(frozen=True, slots=True)
class Crew:
    """Who is at work: live workers per queue, those that went silent, when a witness last swept."""

    live: dict[str, int]
    silent: int
    swept_at: datetime | None
    sweep_is_late: bool

    @property
    def total(self) -> int:
        return sum(self.live.values())


@dataclass(frozen=True, slots=True)
class Now:
    needs_me: Sequence[Decision]
    running: Sequence[Run]
    paused: Sequence[Run]
    finished: Sequence[Run]
    crew: Crew
    reliability: Reliability
    first_visit: bool
    budgets: dict[UUID, Budget] = field(default_factory=dict)


def runs(actor: Actor) -> QuerySet[Run]:
    """The runs the actor may see, with what a card shows of them."""
    return Run.objects.filter(team__in=visible_teams(actor), campaign__deleted_at__isnull=True).select_related(
        "campaign"
    )


def now_page(actor: Actor, now: datetime) -> Now:
    open_runs = list(runs(actor).filter(state__in=RUN_OPEN).order_by("-created_at")[: 3 * SHOWN])
    finished = list(
        runs(actor).filter(state__in=RUN_ENDED, finished_at__gte=now - RECENT).order_by("-finished_at")[:SHOWN]
    )
    standing = {RunState.PAUSED.value, RunState.PAUSING.value}
    return Now(
        needs_me=list(inbox(actor).select_related("run__campaign", "task")[:DECISIONS_SHOWN]),
        running=[run for run in open_runs if run.state not in standing][:SHOWN],
        paused=[run for run in open_runs if run.state in standing][:SHOWN],
        finished=finished,
        crew=crew(now),
        reliability=reliability(actor, now),
        first_visit=not open_runs and not finished and not _any_campaign(actor),
        budgets={b.run_id: b for b in Budget.objects.filter(run__in=open_runs, scope="run") if b.run_id}
        if open_runs
        else {},
    )


def crew(now: datetime) -> Crew:
    """The same on this page and on the status page."""
    silent_after = now - timedelta(seconds=timing().READY_AGE_S)
    workers = Worker.objects.filter(stopped_at__isnull=True).values_list("queue", "beat_at")
    live = {queue.value: 0 for queue in Queue}
    silent = 0
    for queue, beat_at in workers:
        if beat_at >= silent_after:
            live[queue] = live.get(queue, 0) + 1
        else:
            silent += 1
    swept_at = Service.objects.filter(name="witness").order_by("-beat_at").values_list("beat_at", flat=True).first()
    return Crew(live, silent, swept_at, sweep_is_late=swept_at is None or swept_at < silent_after)


def reliability(actor: Actor, now: datetime) -> Reliability:
    counted = Q(state__in=RUN_ENDED - {RunState.CANCELLED, RunState.BUDGET_STOPPED})
    found = Run.objects.filter(
        team__in=visible_teams(actor), purpose=Purpose.FULL, finished_at__gte=now - RELIABILITY
    ).aggregate(ended=Count("id", filter=counted), completed=Count("id", filter=Q(state=RunState.COMPLETED)))
    return Reliability(found["completed"], found["ended"])


def _any_campaign(actor: Actor) -> bool:
    return Campaign.objects.filter(team__in=visible_teams(actor), deleted_at__isnull=True).exists()
