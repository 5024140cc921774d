"""What the page of a run shows, part by part, each in one or two queries. Scoped to the actor's teams; never writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.core.paginator import Page
from django.db.models import Count, Exists, OuterRef, Q

from campaigns.kinds.makers import Maker, chain_words
from campaigns.kinds.registry import get_kind
from campaigns.models import (
    ArtifactVersion,
    Checkpoint,
    Criterion,
    Decision,
    Domain,
    Event,
    GateResult,
    Merge,
    Run,
    Session,
    Task,
)
from campaigns.permissions import Actor, visible_teams
from campaigns.queries.makers import maker_of, with_makers
from campaigns.queries.pages.campaigns import page_of
from campaigns.queries.pages.outlook import way_out
from campaigns.states import (
    TASK_ENDED,
    TASK_OPEN,
    DecisionState,
    MergeState,
    RunState,
    TaskState,
)
from conductor.lib.errors import NotFound

TICKER: Final = 12
EVENTS_PER_PAGE: Final = 100
TASKS_PER_PAGE: Final = 100


def run_for(actor: Actor, run_id: UUID) -> Run:
    found = (
        Run.objects.filter(pk=run_id, team__in=visible_teams(actor), campaign__deleted_at__isnull=True)
        .select_related("campaign", "parent", "artifact", "team")
        .defer("campaign__brief", "campaign__plan", "campaign__settings")
        .first()
    )
    if found is None:
        raise NotFound("There is no such run.")
    return found


def decisions_of(run: Run) -> list[Decision]:
    """Open questions of the run; none are looked for where none can be."""
    if not run.counts.get(TaskState.WAITING) and run.state not in (RunState.PAUSED, RunState.PAUSING):
        return []
    return list(Decision.objects.filter(run=run, state=DecisionState.OPEN).order_by("created_at")[:20])


# --- creative: pieces ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """A slot of the run: the task that makes it here, and the version that stands for it."""

    slot: str
    task: Task | None
    version: ArtifactVersion | None
    inherited: bool

    @property
    def name(self) -> str:
        return self.slot.replace("_", " ")

    @property
    def asked(self) -> str:
        """Who is asked to make it, and who stands behind."""
        return chain_words(self.task.backend) if self.task else ""

    @property
    def way_out(self) -> str:
        """What may help, where it could not be made."""
        return way_out(str((self.task.error or {}).get("code", ""))) if self.task else ""

    @property
    def maker(self) -> Maker | None:
        return maker_of(self.version) if self.version else None

    @property
    def state(self) -> str:
        """made, writing, waiting, missing, stopped or absent."""
        if self.task is None:
            return "made" if self.version else "absent"
        if self.task.state == TaskState.COMPLETED and self.version:
            return "made"
        if self.task.state == TaskState.IN_PROGRESS:
            return "writing"
        if self.task.state in TASK_OPEN:
            return "waiting"
        return "missing" if self.task.state in (TaskState.FAILED, TaskState.BLOCKED) else "stopped"


def pieces_of(run: Run) -> list[Piece]:
    slots = get_kind(run.kind).slots
    tasks: dict[str, Task] = {}
    rows = Task.objects.filter(run=run, slot__in=slots).exclude(state=TaskState.SUPERSEDED).defer("inputs")
    for task in rows.order_by("position"):
        tasks[task.slot] = task
    versions = versions_of(run)
    return [
        Piece(slot, tasks.get(slot), v := versions.get(slot), v is not None and v.run_id != run.pk) for slot in slots
    ]


def versions_of(run: Run) -> dict[str, ArtifactVersion]:
    """The run's bundle in one query: what it made last for each slot, else what it took over."""
    inherited = [str(pk) for pk in (run.settings.get("inherited") or {}).values()]
    rows = ArtifactVersion.objects.filter(Q(run=run) | Q(pk__in=inherited)).select_related("artifact", "author")
    rows = with_makers(rows)
    found: dict[str, ArtifactVersion] = {}
    for version in rows.order_by("number"):
        held = found.get(version.artifact.slot)
        if held is None or held.run_id != run.pk or version.run_id == run.pk:
            found[version.artifact.slot] = version
    return found


# --- events ----------------------------------------------------------------------------------------------------------


def last_events(run: Run, count: int = TICKER) -> list[Event]:
    return list(Event.objects.filter(stream="run", stream_id=run.pk).order_by("-seq")[:count])


def events_before(run: Run, before: int | None) -> list[Event]:
    """A page of the history, newest first."""
    rows = Event.objects.filter(stream="run", stream_id=run.pk)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    return list(rows.order_by("-seq")[:EVENTS_PER_PAGE])


# --- tasks -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TaskFilters:
    """What the address asks for; anything unknown counts as not asked."""

    state: str = ""
    domain: str = ""
    q: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> TaskFilters:
        state = query.get("state", "")
        groups = (*TaskState, "open", "ended")
        return cls(
            state=state if state in groups else "",
            domain=query.get("domain", "").replace("\0", "")[:60],
            q=query.get("q", "").replace("\0", "").strip()[:100],
        )

    @property
    def any(self) -> bool:
        return bool(self.state or self.domain or self.q)


def tasks_page(run: Run, filters: TaskFilters, number: str) -> Page[Task]:
    """A hundred tasks of however many, in the order of the plan."""
    rows = Task.objects.filter(run=run).select_related("domain").defer("inputs", "description")
    if filters.state:
        group = {"open": TASK_OPEN, "ended": TASK_ENDED}.get(filters.state, {filters.state})
        rows = rows.filter(state__in=group)
    if filters.domain:
        rows = rows.filter(domain__name=filters.domain)
    if filters.q:
        rows = rows.filter(Q(key__icontains=filters.q) | Q(title__icontains=filters.q))
    return page_of(rows.order_by("position"), number, TASKS_PER_PAGE)


@dataclass(frozen=True, slots=True)
class Proof:
    """The exit criteria of a task: how many there are, ran, and are proved by its evidence."""

    total: int
    ran: int
    proved: int


def proofs_of(tasks: Sequence[Task]) -> dict[UUID, Proof]:
    """A worker only claims; what was run and what it proved is counted here, for the tasks of one page."""
    results = GateResult.objects.filter(criterion=OuterRef("pk"))
    rows = (
        Criterion.objects.filter(task__in=[task.pk for task in tasks], phase="exit")
        .order_by()
        .annotate(ran=Exists(results), proved=Exists(results.filter(verdict="proved")))
        .values("task_id")
        .annotate(total=Count("pk"), ran_n=Count("pk", filter=Q(ran=True)), proved_n=Count("pk", filter=Q(proved=True)))
    )
    return {row["task_id"]: Proof(row["total"], row["ran_n"], row["proved_n"]) for row in rows}


# --- coding: domains, checkpoints, merges ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DomainRow:
    name: str
    branch: str
    max_parallel: int | None
    total: int
    done: int
    failed: int
    working: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


def domains_of(run: Run) -> list[DomainRow]:
    counted = ~Q(tasks__state=TaskState.SUPERSEDED)
    rows = (
        Domain.objects.filter(run=run)
        .order_by("position")
        .annotate(
            total=Count("tasks", filter=counted),
            done=Count("tasks", filter=Q(tasks__state__in=[TaskState.COMPLETED, TaskState.SKIPPED])),
            failed=Count("tasks", filter=Q(tasks__state__in=[TaskState.FAILED, TaskState.BLOCKED])),
            working=Count("tasks", filter=Q(tasks__state=TaskState.IN_PROGRESS)),
        )
    )
    return [DomainRow(d.name, d.branch, d.max_parallel, d.total, d.done, d.failed, d.working) for d in rows]


def checkpoints_of(run: Run) -> list[Checkpoint]:
    return list(run.checkpoints.defer("payload").order_by("-number")[:100])


def sessions_of(run: Run) -> list[Session]:
    return list(run.sessions.order_by("-number")[:50])


def merges_of(run: Run) -> list[Merge]:
    """What landed last, or is about to."""
    rows = Merge.objects.filter(run=run).exclude(state=MergeState.ABANDONED)
    return list(rows.select_related("attempt__task").order_by("-created_at")[:30])


def children_of(run: Run) -> list[Run]:
    return list(Run.objects.filter(parent=run).select_related("artifact", "campaign").order_by("-created_at")[:30])


def evidence_of(run: Run, number: str) -> Page[Any]:
    """Evidence, newest first: what was run, what it said."""
    rows = (
        GateResult.objects.filter(attempt__run=run)
        .select_related("criterion__task", "attempt")
        .defer("output", "criterion__task__inputs", "criterion__task__description")
        .order_by("-created_at")
    )
    return page_of(rows, number, TASKS_PER_PAGE)
