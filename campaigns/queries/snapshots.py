"""What a checkpoint of a run holds, read in a few queries. Plain data for `kinds.snapshots`; never writes."""

from __future__ import annotations

from typing import Any, Final

from campaigns.models import Artifact, ArtifactVersion, Criterion, Dependency, Merge, Run, Task, TaskOutput
from conductor.lib.statements import Statement, fields

_VERSIONS_MADE: Final = Statement(
    "select a.slot, v.id from campaigns_artifactversion v join campaigns_artifact a on a.id = v.artifact_id"
    " where v.run_id = %(run)s order by v.number",
    (*fields(Artifact, "slot"), *fields(ArtifactVersion, "id")),
)


def snapshot_of(run: Run) -> dict[str, Any]:
    """The full state of a run: tasks with needs, criteria and outputs, versions by slot, git commit, figures."""
    tasks = list(Task.objects.filter(run=run).select_related("domain").order_by("position"))
    keys = {t.pk: t.key for t in tasks}
    needs: dict[Any, list[list[str]]] = {}
    for task_id, needs_id, requires in Dependency.objects.filter(task__run=run).values_list(
        "task_id", "needs_id", "requires"
    ):
        needs.setdefault(task_id, []).append([keys[needs_id], requires])
    criteria: dict[Any, list[dict[str, Any]]] = {}
    for c in Criterion.objects.filter(task__run=run):
        row = {"phase": c.phase, "title": c.title, "check": c.check_kind, "spec": c.spec, "blocking": c.blocking}
        criteria.setdefault(c.task_id, []).append(row)
    outputs = {o.task_id: o for o in TaskOutput.objects.filter(task__run=run)}
    return {
        "run": str(run.pk),
        "campaign": str(run.campaign_id),
        "at_seq": run.last_event_seq,
        "mode": run.mode,
        "brief": run.brief,
        "settings": run.settings,
        "counts": run.counts,
        "versions": versions_by_slot(run),
        "git": git_of(run),
        "tasks": [_task(t, needs.get(t.pk, []), criteria.get(t.pk, []), outputs.get(t.pk)) for t in tasks],
    }


def _task(
    task: Task, needs: list[list[str]], criteria: list[dict[str, Any]], output: TaskOutput | None
) -> dict[str, Any]:
    return {
        "key": task.key,
        "title": task.title,
        "description": task.description,
        "role": task.role,
        "backend": task.backend,
        "queue": task.queue,
        "slot": task.slot,
        "domain": task.domain.name if task.domain else "",
        "priority": task.priority,
        "inputs": task.inputs,
        "state": task.state,
        "attempts": task.attempts,
        "failures": task.failures,
        "max_attempts": task.max_attempts,
        "timeout_s": task.timeout_s,
        "error": task.error,
        "needs": sorted(needs),
        "criteria": criteria,
        "output": output.output if output else None,
        "summary": output.summary if output else "",
    }


def versions_by_slot(run: Run) -> dict[str, str]:
    """The run's bundle: the version it made last for each slot, else the one it inherits; ids by slot."""
    bundle = dict(run.settings.get("inherited", {}))
    bundle.update({slot: str(pk) for slot, pk in _VERSIONS_MADE.rows(run=run.pk)})
    return bundle


def git_of(run: Run) -> dict[str, str]:
    """The campaign branch of a coding run and the commit it stands at, empty for other runs."""
    last = Merge.objects.filter(run=run, state="landed", branch__endswith="/main").order_by("-ended_at").first()
    if last is not None:
        return {"branch": last.branch, "commit": last.new_commit}
    base = run.settings.get("git_base")
    return {"branch": run.settings.get("branch", ""), "commit": base} if base else {}
