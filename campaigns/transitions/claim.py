"""The claiming half of a turn: ready tasks within limits, by priority, become attempts that are born running.

A limit counts workers, since a worker works on one attempt at a time: short attempts held in a row count as one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from campaigns.kinds.base import TaskFact
from campaigns.kinds.criteria import COMMAND_SECONDS
from campaigns.models import Attempt, Domain, Limit, Task, Team, Worker
from campaigns.states import RUN_CLAIMING, AttemptState, Mode, RunState, TaskState
from campaigns.transitions import hot
from campaigns.transitions.shapes import Claim
from campaigns.transitions.unit import RunUnit
from conductor.lib import bulk
from conductor.lib.clock import timing
from conductor.lib.ids import new_id

LOOK_AHEAD = 50
#: What an attempt may take beyond its agent's time: to stop the agent in two steps, and to tell what came of it;
STOPPING_S = 5.0
#: in a clone also to make that, to commit, import and land. Criteria have times of their own.
CLONE_S = 600.0


@dataclass(frozen=True, slots=True)
class Want:
    """How many attempts the asking worker would take: more than one only of roles known to be short.

    `batch` maps role to the number of its tasks to take in a row; a role that is not there is taken singly.
    `again` says that it asked before and saw no answer: what it was given then it is given now.
    """

    worker: Worker
    queue: str
    batch: Mapping[str, int]
    again: bool = False


class Places:
    """Workers at work now, per scope, against the limits of the team. Built once per turn, after the finishes."""

    def __init__(self, u: RunUnit, limits: Sequence[Limit]) -> None:
        self.run_limit = min([u.run.max_parallel] + [x.value for x in limits if x.scope == "run"])
        self.shared = [x for x in limits if x.scope in ("team", "domain", "role", "backend")]
        self.here: set[UUID | None] = {worker for (worker,) in hot.WORKERS_AT.rows(run=u.run.pk)}
        self.used: dict[tuple[str, str], set[UUID | None]] = defaultdict(set)
        if self.shared:
            Team.objects.select_for_update(no_key=True).get(pk=u.run.team_id)
            rows = Attempt.objects.filter(run__team=u.run.team_id, state=AttemptState.RUNNING).values_list(
                "worker_id", "task__role", "task__backend", "task__domain__name"
            )
            for worker, role, backend, domain in rows:
                self.used["team", ""].add(worker)
                self.used["role", role].add(worker)
                self.used["backend", _first(backend)].add(worker)
                self.used["domain", domain or ""].add(worker)
        self.domain_caps = _caps(u) if u.has_domains else {}
        self.in_domain: dict[UUID | None, set[UUID | None]] = defaultdict(set)
        if self.domain_caps:
            live = Attempt.objects.filter(run=u.run, state=AttemptState.RUNNING).order_by()
            for worker, domain_id in live.values_list("worker_id", "task__domain_id"):
                self.in_domain[domain_id].add(worker)

    @property
    def may_refuse(self) -> bool:
        """Whether a task may be passed over for another: beyond the run's own limit there are others to obey."""
        return bool(self.shared or self.domain_caps)

    def free_here(self) -> int:
        """Workers that the run could still use."""
        return max(self.run_limit - len(self.here), 0)

    def admits(self, task: hot.ReadyTask, worker: UUID, domain_name: str) -> bool:
        if worker not in self.here and len(self.here) >= self.run_limit:
            return False
        cap = self.domain_caps.get(task.domain_id) if task.domain_id else None
        if (
            cap is not None
            and worker not in self.in_domain[task.domain_id]
            and len(self.in_domain[task.domain_id]) >= cap
        ):
            return False
        for limit in self.shared:
            name = {"team": "", "role": task.role, "backend": _first(task.backend), "domain": domain_name}[limit.scope]
            if limit.scope != "team" and limit.name != name:
                continue
            used = self.used[limit.scope, name]
            if worker not in used and len(used) >= limit.value:
                return False
        return True

    def take(self, task: hot.ReadyTask, worker: UUID, domain_name: str) -> None:
        self.here.add(worker)
        self.in_domain[task.domain_id].add(worker)
        for scope, name in (
            ("team", ""),
            ("role", task.role),
            ("backend", _first(task.backend)),
            ("domain", domain_name),
        ):
            self.used[scope, name].add(worker)


def _caps(u: RunUnit) -> dict[UUID, int]:
    """The domains of the run that bound how many of their tasks may be worked on at once."""
    rows = Domain.objects.filter(run=u.run).values_list("pk", "max_parallel")
    return {pk: cap for pk, cap in rows if cap is not None}


def _first(backend: Sequence[str]) -> str:
    return backend[0].split(":")[0] if backend else ""


def claim(u: RunUnit, want: Want | None) -> tuple[list[Claim], Places | None]:
    """Claim for the asking worker what the run, its limits and its state allow."""
    if want is not None and want.again and (unseen := _unseen(u, want)):
        return unseen, None
    if want is None or u.run.state not in RUN_CLAIMING or not u.count(TaskState.READY):
        return [], None
    places = Places(u, list(Limit.objects.filter(team=u.run.team_id)) if u.has_limits else ())
    chosen = _choose(u, want, places)
    if not chosen:
        return [], places
    if u.run.state == RunState.QUEUED:
        u.move_run(RunState.RUNNING, "run.started")
        u.set(started_at=u.run.started_at or u.now)
        u.start_session()
    u.start_clock()
    return _bear(u, want, chosen), places


def _unseen(u: RunUnit, want: Want) -> list[Claim]:
    """Attempts that live in this worker's name once its finishes are stored: it did not see the commit."""
    mine = Attempt.objects.filter(run=u.run, worker=want.worker.pk, state=AttemptState.RUNNING)
    found = list(mine.select_related("task").order_by("task__position"))
    beyond = _beyond(u, [a.task_id for a in found])
    return [claim_of(a.task, a, beyond_s=beyond[a.task_id]) for a in found]


def _beyond(u: RunUnit, tasks: Sequence[UUID]) -> dict[UUID, float]:
    """Seconds that an attempt at each of these tasks may take beyond the time of its agent."""
    usual = STOPPING_S + timing().KILL_GRACE_S + (CLONE_S if u.kind.uses_workspace else 0.0)
    found = dict.fromkeys(tasks, usual)
    if u.kind.uses_workspace:
        for task_id, spec in hot.CRITERIA_SPECS.rows(ids=list(found)):
            found[task_id] += float(spec.get("timeout") or COMMAND_SECONDS)
    return found


def _choose(u: RunUnit, want: Want, places: Places) -> list[hot.ReadyTask]:
    most = max([1, *want.batch.values()])
    rows = hot.READY.rows(
        run=u.run.pk, queue=want.queue, now=u.now, most=most + (LOOK_AHEAD if places.may_refuse else 0)
    )
    ready = [hot.ReadyTask(*row) for row in rows]
    names = dict(Domain.objects.filter(run=u.run).values_list("pk", "name")) if any(t.domain_id for t in ready) else {}
    chosen: list[hot.ReadyTask] = []
    room = most
    for task in ready:
        domain = names.get(task.domain_id, "") if task.domain_id else ""
        if not places.admits(task, want.worker.pk, domain):
            continue
        room = min(room, 1 if task.solo else want.batch.get(task.role, 1))
        if len(chosen) >= max(room, 1):
            break
        chosen.append(task)
        places.take(task, want.worker.pk, domain)
        if len(chosen) >= room:
            break
    return chosen


def _bear(u: RunUnit, want: Want, chosen: Sequence[hot.ReadyTask]) -> list[Claim]:
    """Attempts are born running, each with its fence and lease; the lease never passes the attempt's limit."""
    alone, mode, worker = len(chosen) == 1, Mode(u.run.mode), str(want.worker.pk)
    hot.START_TASKS.run(ids=sorted(t.id for t in chosen), now=u.now)
    u.shift(TaskState.READY, TaskState.IN_PROGRESS, len(chosen))
    lease = u.now + timedelta(seconds=timing().LEASE_S)
    beyond = _beyond(u, [t.id for t in chosen])
    limit_at = u.now + timedelta(seconds=sum(t.timeout_s + beyond[t.id] for t in chosen))
    attempts: list[hot.AttemptRow] = []
    claims: list[Claim] = []
    for task in chosen:
        attempt = hot.AttemptRow(
            id=new_id(),
            task_id=task.id,
            run_id=u.run.pk,
            number=task.attempts + 1,
            fence=task.fence + 1,
            state=AttemptState.RUNNING.value,
            worker_id=want.worker.pk,
            alone=alone,
            spec=",".join(task.backend)[:200],
            lease_until=min(lease, limit_at),
            limit_at=limit_at,
            started_at=u.now,
            finished_at=None,
            agent_ms=None,
            error=None,
        )
        attempts.append(attempt)
        claims.append(claim_of(task, attempt, beyond_s=beyond[task.id]))
        stage = u.kind.stage_on_start(fact_of(task), mode)
        if stage and stage != u.run.stage:
            u.set(stage=stage)
        u.event(
            "task.started",
            task_id=task.id,
            attempt_id=attempt.id,
            agent=task.role,
            from_state=TaskState.READY,
            to_state=TaskState.IN_PROGRESS,
            data={"key": task.key, "number": attempt.number, "fence": attempt.fence, "worker": worker},
        )
    bulk.insert_rows(Attempt, attempts)
    return claims


def fact_of(task: Task | hot.ReadyTask) -> TaskFact:
    """What the rules of a kind see of a task."""
    return TaskFact(task.key, task.role, task.slot, task.state)


def claim_of(
    task: Task | hot.ReadyTask,
    attempt: Attempt | hot.AttemptRow,
    *,
    backend: Sequence[str] | None = None,
    beyond_s: float = 0.0,
) -> Claim:
    """What the holder of an attempt needs to know of its task."""
    return Claim(
        run_id=attempt.run_id,
        attempt_id=attempt.id,
        task_id=task.id,
        fence=attempt.fence,
        number=attempt.number,
        key=task.key,
        title=task.title,
        description=task.description,
        role=task.role,
        backend=tuple(task.backend if backend is None else backend),
        slot=task.slot,
        domain_id=task.domain_id,
        inputs=task.inputs,
        timeout_s=task.timeout_s,
        most_s=task.timeout_s + beyond_s,
        limit_at=attempt.limit_at,
        claimed_at=attempt.started_at,
        alone=attempt.alone,
        last_error=task.error,
    )
