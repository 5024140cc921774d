"""Retry, skip, edit, split and reassign a task. What ended well is never undone: what stands in for it is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from agents.invoke import how_it_runs
from campaigns import permissions
from campaigns.actions.runs import retry
from campaigns.kinds.base import GraphChange, Need, TaskSpec
from campaigns.models import Dependency, Task
from campaigns.permissions import Actor
from campaigns.states import RUN_ENDED, TASK_EDITABLE, TASK_RETRYABLE, Queue, Requires, TaskState
from campaigns.transitions.decisions import void_decisions
from campaigns.transitions.ending import settle_run
from campaigns.transitions.growth import grow
from campaigns.transitions.moves import move_task, needs_ended, reopen_tasks
from campaigns.transitions.opening import reopen
from campaigns.transitions.turn import ring_for_rest
from campaigns.transitions.unit import RunUnit, run_unit
from conductor.lib.errors import BadInput, InvalidMove, NotFound, StaleVersion

EDITABLE = ("title", "description", "priority", "inputs", "max_attempts", "timeout_s", "backend")


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
        settle_run(u)
        ring_for_rest(u)
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
    return task


def edit_task(*, task_id: UUID, version: int, changes: Mapping[str, Any], actor: Actor) -> Task:
    """Change a task that has not ended well and is not being worked on."""
    found = _found(task_id)
    permissions.require(actor, "edit_task", found.run.team_id)
    clean = checked_changes(changes)
    with run_unit(found.run_id, actor) as u:
        task = _versioned(u, task_id, version)
        Task.objects.filter(pk=task.pk).update(version=F("version") + 1, **clean)
        if u.run.state in RUN_ENDED:
            u.event("post.edited", task_id=task.pk, agent=task.role, data={"what": f"task {task.key}"})
        else:
            u.event(
                "task.edited",
                task_id=task.pk,
                agent=task.role,
                data={"key": task.key, "fields": sorted(clean), "version": version + 1},
            )
        ring_for_rest(u)
    return Task.objects.get(pk=task_id)


def reassign_task(*, task_id: UUID, version: int, backend: str | Sequence[str], actor: Actor) -> Task:
    """Give a task to other agents: a spec, or a chain of them."""
    return edit_task(task_id=task_id, version=version, changes={"backend": backend}, actor=actor)


def checked_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes, typed; BadInput by field for unknown names and bad values."""
    errors: dict[str, list[str]] = {}
    clean: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in EDITABLE:
            errors[name] = [f"This cannot be changed; what can: {', '.join(EDITABLE)}."]
            continue
        try:
            clean[name] = _checked(name, value)
        except BadInput as error:
            errors[name] = [error.message]
    if not changes:
        errors["changes"] = ["Say what to change."]
    if errors:
        raise BadInput(errors=errors)
    if "backend" in clean:
        clean["queue"] = queue_for(clean["backend"])
    return clean


def queue_for(backend: Sequence[str]) -> str:
    """Built-in makers are short work; shell, coding agents and the rest may take hours."""
    short = {"builtin", "human", "scripted", "llm"}
    return (Queue.SHORT if all(spec.split(":")[0] in short for spec in backend) else Queue.LONG).value


def _checked(name: str, value: Any) -> Any:
    if name == "title":
        if not isinstance(value, str) or not value.strip() or len(value) > 200:
            raise BadInput("Must be 1 to 200 characters.")
        return value.strip()
    if name == "description":
        if not isinstance(value, str) or len(value) > 20_000:
            raise BadInput("Must be text of at most 20,000 characters.")
        return value
    if name == "inputs":
        if not isinstance(value, Mapping):
            raise BadInput("Must be an object.")
        return dict(value)
    if name == "backend":
        chain = [value] if isinstance(value, str) else list(value) if isinstance(value, Sequence) else []
        how_it_runs(chain)
        return chain
    low, high = {"priority": (0, 100_000), "max_attempts": (1, 100), "timeout_s": (1, 7 * 86_400)}[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadInput(f"Must be a number from {low} to {high}.")
    return float(value) if name == "timeout_s" else int(value)


def split_task(*, task_id: UUID, version: int, parts: Sequence[Mapping[str, Any]], actor: Actor) -> Task:
    """Replace a task by two or more: they take its needs; its dependants need the last part, which needs the rest."""
    found = _found(task_id)
    permissions.require(actor, "split_task", found.run.team_id)
    titles = _part_titles(parts)
    with run_unit(found.run_id, actor) as u:
        task = _versioned(u, task_id, version)
        if u.run.state in RUN_ENDED:
            reopen(u, f"{task.key} is split.")
        grow(u, _split(task, titles, parts), by="split")
        settle_run(u)
        ring_for_rest(u)
    return Task.objects.get(pk=task_id)


def _part_titles(parts: Sequence[Mapping[str, Any]]) -> list[str]:
    if not 2 <= len(parts) <= 20:
        raise BadInput(errors={"parts": ["Give 2 to 20 parts."]})
    errors: dict[str, list[str]] = {}
    titles: list[str] = []
    for i, part in enumerate(parts):
        title = part.get("title") if isinstance(part, Mapping) else None
        if not isinstance(title, str) or not title.strip() or len(title) > 200:
            errors[f"parts[{i}].title"] = ["Must be 1 to 200 characters."]
        else:
            titles.append(title.strip())
    if errors:
        raise BadInput(errors=errors)
    return titles


def _split(task: Task, titles: Sequence[str], parts: Sequence[Mapping[str, Any]]) -> GraphChange:
    needs = tuple(
        Need(key, Requires(requires))
        for key, requires in Dependency.objects.filter(task=task).values_list("needs__key", "requires")
    )
    keys = [f"{task.key}-{task.version}-{i + 1}" for i in range(len(titles))]
    specs = []
    for i, (key, title, part) in enumerate(zip(keys, titles, parts, strict=True)):
        last = i == len(keys) - 1
        specs.append(
            TaskSpec(
                key=key,
                title=title,
                role=task.role,
                backend=tuple(task.backend),
                queue=Queue(task.queue),
                slot=task.slot,
                description=str(part.get("description") or task.description),
                domain=task.domain.name if task.domain else "",
                priority=task.priority,
                inputs={**task.inputs, **(part.get("inputs") or {})},
                needs=(*needs, *(Need(k) for k in keys[:-1])) if last else needs,
                max_attempts=task.max_attempts,
                timeout_s=task.timeout_s,
                supersedes=task.key if last else "",
            )
        )
    return GraphChange(add=tuple(specs))
