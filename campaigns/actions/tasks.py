"""Retry, skip, edit, split and reassign a task. What ended well is never undone: what stands in for it is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q

from campaigns import permissions
from campaigns.actions.runs import go_on, retry
from campaigns.kinds import claims
from campaigns.kinds.base import CriterionSpec, GraphChange, Kind, Need, TaskSpec
from campaigns.kinds.changes import read_changes
from campaigns.kinds.limits import MAX_KEY, queue_for
from campaigns.models import Criterion, Dependency, Task
from campaigns.permissions import Actor
from campaigns.states import RUN_ENDED, RUN_REOPENABLE, TASK_EDITABLE, TASK_RETRYABLE, Queue, Requires, TaskState
from campaigns.transitions.decisions import void_decisions
from campaigns.transitions.ending import settle_run
from campaigns.transitions.growth import grow
from campaigns.transitions.moves import move_task, needs_ended, reopen_tasks
from campaigns.transitions.opening import reopen
from campaigns.transitions.turn import ring_for_rest
from campaigns.transitions.unit import RunUnit, run_unit
from conductor.lib.errors import BadInput, InvalidMove, NotFound, StaleVersion

#: What a part of a split task says for itself; the rest it has from the whole.
PART: Final = ("title", "description", "inputs")
MOST_PARTS: Final = 20


def _found(task_id: UUID) -> Task:
    task = Task.objects.select_related("run").filter(pk=task_id).first()
    if task is None:
        raise NotFound("There is no such task.")
    return task


def retry_task(*, task_id: UUID, actor: Actor) -> Task:
    """Try a failed or blocked task again; what it had blocked waits again. Reopens an ended run."""
    found = _found(task_id)
    permissions.require(actor, "retry", found.run.team_id)
    with run_unit(found.run_id, actor) as u:
        task = Task.objects.get(pk=task_id)
        if task.state not in TASK_RETRYABLE:
            raise InvalidMove(f"A task that is {task.state.replace('_', ' ')} cannot be retried.")
        retry(u, [task])
    return Task.objects.get(pk=task_id)


def skip_task(*, task_id: UUID, reason: str, actor: Actor) -> Task:
    """Go on without a task; what needs it may start. A reason is required."""
    found = _found(task_id)
    permissions.require(actor, "skip", found.run.team_id)
    if not reason.strip():
        raise BadInput(errors={"reason": ["Say why the task is skipped."]})
    with run_unit(found.run_id, actor) as u:
        task = Task.objects.get(pk=task_id)
        if task.state == TaskState.SKIPPED:
            return task
        if u.run.state in RUN_ENDED:
            reopen(u, f"{task.key} is skipped.")
        void_decisions(u, Q(task=task))
        bad_before = task.state in TASK_RETRYABLE
        move_task(
            u,
            task,
            TaskState.SKIPPED,
            "task.skipped",
            message=reason,
            finished_at=u.now,
            error=None,
            data={"reason": reason[:500]},
        )
        if bad_before:
            _free_blocked(u, task)
        else:
            needs_ended(u, [(task.pk, TaskState.SKIPPED)])
        go_on(u)
        return task


def _free_blocked(u: RunUnit, task: Task) -> None:
    """A bad end became a good one: what it had blocked is counted afresh."""
    blocked = Task.objects.filter(needs__needs=task, state=TaskState.BLOCKED).distinct()
    reopen_tasks(u, list(blocked), "its need was skipped")


def _versioned(u: RunUnit, task_id: UUID, version: int) -> Task:
    task = Task.objects.get(pk=task_id)
    if task.version != version:
        raise StaleVersion(f"The task is at version {task.version}, not {version}; read it again.")
    if task.state not in TASK_EDITABLE:
        raise InvalidMove(f"A task that is {task.state.replace('_', ' ')} cannot be changed.")
    if u.run.state in RUN_ENDED - RUN_REOPENABLE:
        raise InvalidMove(f"The run is {u.run.state}, which is final; its tasks stay as they are.")
    return task


def edit_task(*, task_id: UUID, version: int, changes: Mapping[str, Any], actor: Actor) -> Task:
    """Change a task that has not ended well and is not being worked on.

    One that waits for a person and is given to another agent is asked no more, but worked on.
    """
    found = _found(task_id)
    permissions.require(actor, "edit_task", found.run.team_id)
    clean = read_changes(changes)
    with run_unit(found.run_id, actor) as u:
        task = _versioned(u, task_id, version)
        columns = dict(clean)
        if "backend" in clean:
            columns["queue"] = queue_of(u.kind, clean["backend"]).value
        Task.objects.filter(pk=task.pk).update(version=F("version") + 1, **columns)
        if u.run.state in RUN_ENDED:
            u.event("post.edited", task_id=task.pk, agent=task.role, data={"what": f"task {task.key}"})
        else:
            data = {"key": task.key, "fields": sorted(clean), "version": version + 1}
            u.event("task.edited", task_id=task.pk, agent=task.role, data=data)
            _take_question_back(u, task, clean)
        ring_for_rest(u)
    return Task.objects.get(pk=task_id)


def queue_of(kind: Kind, backend: Sequence[str]) -> Queue:
    """The pieces of a brief are short work, whoever makes them; elsewhere the agents decide."""
    return Queue.SHORT if kind.slots else queue_for(backend)


def _take_question_back(u: RunUnit, task: Task, changes: Mapping[str, Any]) -> None:
    if task.state != TaskState.WAITING or "backend" not in changes:
        return
    void_decisions(u, Q(task=task))
    move_task(u, task, TaskState.READY, "task.ready", ready_at=u.now, data={"why": "given to another agent"})
    settle_run(u)


def reassign_task(*, task_id: UUID, version: int, backend: str | Sequence[str], actor: Actor) -> Task:
    """Give a task to other agents: a spec, or a chain of them."""
    return edit_task(task_id=task_id, version=version, changes={"backend": backend}, actor=actor)


def split_task(*, task_id: UUID, version: int, parts: Sequence[Mapping[str, Any]], actor: Actor) -> Task:
    """Replace a task by two or more: they take its needs; its dependants need the last part, which needs the rest.

    Every part keeps the entry criteria, the last one the exit criteria: a split loosens no gate.
    """
    found = _found(task_id)
    permissions.require(actor, "split_task", found.run.team_id)
    clean = _read_parts(parts)
    with run_unit(found.run_id, actor) as u:
        task = _versioned(u, task_id, version)
        if u.kind.slots:
            raise InvalidMove("A piece of a brief is made and audited as a whole; it cannot be split.")
        if u.run.state in RUN_ENDED:
            reopen(u, f"{task.key} is split.")
        grow(u, _split(task, clean), by="split")
        go_on(u)
    return Task.objects.get(pk=task_id)


def _read_parts(parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The parts, typed; BadInput by field."""
    if not 2 <= len(parts) <= MOST_PARTS:
        raise BadInput(errors={"parts": [f"Give 2 to {MOST_PARTS} parts."]})
    errors: dict[str, str | Sequence[str]] = {}
    clean = []
    for i, part in enumerate(parts):
        given = dict(part) if isinstance(part, Mapping) else {}
        try:
            clean.append(read_changes({"title": "", **{k: v for k, v in given.items() if v is not None}}, PART))
        except BadInput as error:
            errors |= {f"parts[{i}].{name}": said for name, said in error.errors.items()}
    if errors:
        raise BadInput(errors=errors)
    return clean


def _split(task: Task, parts: Sequence[Mapping[str, Any]]) -> GraphChange:
    edges = Dependency.objects.filter(task=task).values_list("needs__key", "requires")
    needs = tuple(Need(key, Requires(requires)) for key, requires in edges)
    criteria = [
        CriterionSpec(c.phase, c.title, c.check_kind, c.spec, c.blocking) for c in Criterion.objects.filter(task=task)
    ]
    whole = TaskSpec(
        key=task.key,
        title=task.title,
        role=task.role,
        backend=tuple(task.backend),
        description=task.description,
        queue=Queue(task.queue),
        domain=task.domain.name if task.domain else "",
        priority=task.priority,
        inputs=task.inputs,
        needs=needs,
        criteria=tuple(c for c in criteria if c.phase == "entry"),
        max_attempts=task.max_attempts,
        timeout_s=task.timeout_s,
    )
    stem = f"{task.key[: MAX_KEY - 12]}-{task.version}"
    specs = [
        replace(
            whole,
            key=f"{stem}-{i}",
            title=part["title"],
            description=part.get("description") or task.description,
            inputs={**task.inputs, **part.get("inputs", {})},
        )
        for i, part in enumerate(parts, 1)
    ]
    specs[-1] = replace(
        specs[-1],
        needs=(*needs, *(Need(spec.key) for spec in specs[:-1])),
        criteria=tuple(criteria),
        supersedes=task.key,
    )
    return GraphChange(add=claims.in_turn(specs))
