"""Plant the first graph of a run, and grow it while it runs. The rules are pure (`campaigns.graph`); this stores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q

from campaigns import graph
from campaigns.kinds.base import GraphChange, Need, TaskSpec
from campaigns.models import Criterion, Dependency, Domain, Task, TaskOutput
from campaigns.states import TASK_ENDED, TASK_ENDED_WELL, Requires, TaskState
from campaigns.transitions.decisions import void_decisions
from campaigns.transitions.moves import move_task, recount
from campaigns.transitions.unit import RunUnit
from conductor.lib import bulk
from conductor.lib.errors import BadInput

BATCH = 1000
#: From so many tasks on the database is told that its figures have changed; its own look comes a minute later.
MANY = 1000


@dataclass(frozen=True, slots=True)
class Carried:
    """A task of another run that ended well and that this run takes over as it is: completed, or skipped."""

    origin: UUID
    state: TaskState
    output: Mapping[str, Any]
    summary: str


def plant(
    u: RunUnit,
    specs: Sequence[TaskSpec],
    *,
    domains: Mapping[str, int | None] | None = None,
    carried: Mapping[str, Carried] | None = None,
) -> list[Task]:
    """Store the first tasks of a run; `carried` ones are born completed. Cycles and unknown ids are refused by name."""
    graph.check([graph.as_node(spec, i) for i, spec in enumerate(specs)])
    if len(specs) >= MANY:
        transaction.on_commit(lambda: bulk.many_came(Task, Dependency), robust=True)
    return _store(u, specs, existing={}, domains=domains or {}, carried=carried or {})


def grow(u: RunUnit, change: GraphChange, *, by: str) -> None:
    """Add and set aside tasks of a running graph; BadInput, by field, for what would break it."""
    existing = {t.key: t for t in Task.objects.filter(run=u.run).order_by("position")}
    needs = _needs_by_key(existing.values())
    nodes = [
        graph.Node(key=t.key, needs=needs.get(t.key, ()), position=t.position, state=t.state, supersedes="")
        for t in existing.values()
    ]
    grown = graph.apply_change(nodes, change)
    added = _store(u, change.add, existing=existing, domains={})
    by_key = {**existing, **{t.key: t for t in added}}
    for key, needed in grown.edges_removed:
        Dependency.objects.filter(task=by_key[key], needs=by_key[needed]).delete()
    Dependency.objects.bulk_create(
        [
            Dependency(task=by_key[key], needs=by_key[need.key], requires=need.requires.value)
            for key, need in grown.edges_added
        ],
        ignore_conflicts=True,
    )
    stands_in = {s.supersedes: s.key for s in change.add if s.supersedes}
    for key in grown.superseded:
        task = existing[key]
        if task.state in TASK_ENDED_WELL:
            continue
        void_decisions(u, Q(task=task))
        move_task(
            u, task, TaskState.SUPERSEDED, "task.superseded", finished_at=u.now, data={"by": stands_in.get(key, by)}
        )
    for key, state in grown.states.items():
        if by_key[key].state == TaskState.BLOCKED and state != TaskState.BLOCKED:
            move_task(
                u, by_key[key], TaskState.PENDING, "task.pending", finished_at=None, data={"why": "its needs changed"}
            )
        u.blocks = u.blocks or state == TaskState.BLOCKED
    recount(u, [by_key[key].pk for key in grown.needs_left])
    u.event(
        "graph.grown",
        message=f"{len(added)} tasks added, {len(grown.superseded)} set aside by {by}.",
        data={"added": [t.key for t in added], "superseded": list(grown.superseded), "by": by},
    )


def _needs_by_key(tasks: Iterable[Task]) -> dict[str, tuple[Need, ...]]:
    keys = {t.pk: t.key for t in tasks}
    found: dict[str, list[Need]] = {}
    for task_id, needs_id, requires in Dependency.objects.filter(task__in=list(keys)).values_list(
        "task_id", "needs_id", "requires"
    ):
        found.setdefault(keys[task_id], []).append(Need(keys[needs_id], Requires(requires)))
    return {k: tuple(v) for k, v in found.items()}


def _store(
    u: RunUnit,
    specs: Sequence[TaskSpec],
    *,
    existing: Mapping[str, Task],
    domains: Mapping[str, int | None],
    carried: Mapping[str, Carried] | None = None,
) -> list[Task]:
    if not specs:
        return []
    carried = carried or {}
    named = _domains(u, specs, domains)
    start = (Task.objects.filter(run=u.run).aggregate(m=Max("position"))["m"] or 0) + 1 if existing else 0
    tasks = [_task(u, spec, start + i, named, existing) for i, spec in enumerate(specs)]
    by_key = {**existing, **{t.key: t for t in tasks}}
    for task in tasks:
        if task.key in carried:
            _carry(u, task, carried[task.key])
    edges: list[Dependency] = []
    for spec, task in zip(specs, tasks, strict=True):
        for need in spec.needs:
            needed = by_key.get(need.key)
            if needed is None:
                raise BadInput(f"Task {spec.key} needs {need.key}, which does not exist.", code="unknown_dependency")
            edges.append(Dependency(task=task, needs=needed, requires=need.requires.value))
            met = needed.state in (TASK_ENDED if need.requires == Requires.END else TASK_ENDED_WELL)
            task.needs_left += not met
    for task in tasks:
        if task.needs_left == 0 and task.state == TaskState.PENDING:
            task.state, task.ready_at = TaskState.READY.value, u.now
    bulk.insert(tasks)
    bulk.insert(edges)
    Criterion.objects.bulk_create(_criteria(specs, tasks), batch_size=BATCH)
    TaskOutput.objects.bulk_create(
        [
            TaskOutput(task=t, output=dict(carried[t.key].output), summary=carried[t.key].summary)
            for t in tasks
            if t.key in carried and t.state == TaskState.COMPLETED
        ],
        batch_size=BATCH,
    )
    for state in (TaskState.READY, TaskState.PENDING, TaskState.COMPLETED, TaskState.SKIPPED):
        u.shift(None, state, sum(t.state == state for t in tasks))
    for task in tasks:
        if task.state == TaskState.READY:
            u.event("task.ready", task_id=task.pk, agent=task.role, to_state=TaskState.READY, data={"key": task.key})
    return tasks


def _carry(u: RunUnit, task: Task, done: Carried) -> None:
    """A completed task is born so, with its origin; a skipped one was not done, and is skipped again."""
    task.state, task.finished_at = done.state.value, u.now
    if done.state == TaskState.COMPLETED:
        task.origin = done.origin
        return
    u.event(
        "task.skipped",
        task_id=task.pk,
        agent=task.role,
        from_state=TaskState.PENDING,
        to_state=TaskState.SKIPPED,
        message="It was skipped in the run that this one goes on from.",
        data={"key": task.key, "reason": "skipped before"},
    )


def _task(
    u: RunUnit, spec: TaskSpec, position: int, domains: Mapping[str, Domain], existing: Mapping[str, Task]
) -> Task:
    return Task(
        run=u.run,
        key=spec.key,
        position=position,
        title=spec.title,
        description=spec.description,
        role=spec.role,
        backend=list(spec.backend),
        queue=spec.queue.value,
        slot=spec.slot,
        domain=domains.get(spec.domain),
        priority=spec.priority,
        inputs=dict(spec.inputs),
        max_attempts=spec.max_attempts,
        timeout_s=spec.timeout_s,
        estimate_micros=spec.estimate_micros,
        supersedes=existing.get(spec.supersedes) if spec.supersedes else None,
    )


def _criteria(specs: Sequence[TaskSpec], tasks: Sequence[Task]) -> list[Criterion]:
    return [
        Criterion(
            task=task,
            phase=c.phase,
            position=i,
            title=c.title,
            check_kind=c.check,
            spec=dict(c.spec),
            blocking=c.blocking,
        )
        for spec, task in zip(specs, tasks, strict=True)
        for i, c in enumerate(spec.criteria)
    ]


def _domains(u: RunUnit, specs: Sequence[TaskSpec], caps: Mapping[str, int | None]) -> dict[str, Domain]:
    """The run's domains by name, made where the specs name a new one."""
    wanted = dict.fromkeys(s.domain for s in specs if s.domain)
    if not wanted:
        return {}
    found = {d.name: d for d in Domain.objects.filter(run=u.run)}
    fresh = [
        Domain(run=u.run, name=name, position=len(found) + i, max_parallel=caps.get(name))
        for i, name in enumerate(n for n in wanted if n not in found)
    ]
    Domain.objects.bulk_create(fresh)
    return {**found, **{d.name: d for d in fresh}}
