"""Tasks: lists, one with its attempts and evidence, the whole graph of a run. Never writes."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Prefetch, QuerySet

from campaigns.models import Attempt, Dependency, GateResult, Run, Task
from conductor.lib.clock import iso
from conductor.lib.money import as_text

#: Transcripts are shown by their end, where the fault usually is.
TRANSCRIPT: Final = 20_000


def visible(teams: QuerySet[Any, Any]) -> QuerySet[Task]:
    found = Task.objects.select_related("run", "domain").defer("run__brief", "run__settings", "run__errors")
    return found.filter(run__team__in=teams, run__campaign__deleted_at=None)


def row(task: Task) -> dict[str, Any]:
    """What a list shows of a task: its own columns, and the name of its domain."""
    return {
        "id": str(task.pk),
        "run": str(task.run_id),
        "key": task.key,
        "position": task.position,
        "title": task.title,
        "role": task.role,
        "backend": task.backend,
        "queue": task.queue,
        "slot": task.slot or None,
        "domain": task.domain.name if task.domain else None,
        "priority": task.priority,
        "state": task.state,
        "attempts": task.attempts,
        "failures": task.failures,
        "max_attempts": task.max_attempts,
        "error": task.error,
        "version": task.version,
        "ready_at": iso(task.ready_at),
        "started_at": iso(task.started_at),
        "finished_at": iso(task.finished_at),
        "not_before": iso(task.not_before),
    }


def as_json(task: Task) -> dict[str, Any]:
    """One task, whole: needs, dependants, criteria, attempts with evidence, its result, what it waits for."""
    needs = Dependency.objects.filter(task=task).values_list("needs_id", "needs__key", "needs__state", "requires")
    after = Dependency.objects.filter(needs=task).values_list("task_id", "task__key", "task__state", "requires")
    result = getattr(task, "result", None)
    decision = task.decisions.filter(state="open").values_list("pk", flat=True).first()
    return {
        **row(task),
        "description": task.description,
        "inputs": task.inputs,
        "timeout_s": task.timeout_s,
        "crashes": task.crashes,
        "estimate": as_text(task.estimate_micros),
        "supersedes": str(task.supersedes_id) if task.supersedes_id else None,
        "origin": str(task.origin) if task.origin else None,
        "needs": [_edge(*edge) for edge in needs],
        "dependants": [_edge(*edge) for edge in after],
        "criteria": [
            {
                "id": str(criterion.pk),
                "phase": criterion.phase,
                "title": criterion.title,
                "check": criterion.check_kind,
                "spec": criterion.spec,
                "blocking": criterion.blocking,
            }
            for criterion in task.criteria.all()
        ],
        "tries": [_attempt(attempt) for attempt in _attempts(task)],
        "output": result.output if result else None,
        "summary": result.summary if result else "",
        "decision": str(decision) if decision else None,
    }


def _edge(pk: Any, key: str, state: str, requires: str) -> dict[str, str]:
    return {"task": str(pk), "key": key, "state": state, "requires": requires}


def _attempts(task: Task) -> QuerySet[Attempt]:
    evidence = Prefetch("evidence", GateResult.objects.select_related("criterion"))
    return Attempt.objects.filter(task=task).prefetch_related(evidence, "invocations").order_by("number")


def _attempt(attempt: Attempt) -> dict[str, Any]:
    asked = attempt.invocations.all()
    return {
        "id": str(attempt.pk),
        "number": attempt.number,
        "state": attempt.state,
        "spec": attempt.spec,
        "worker": str(attempt.worker_id) if attempt.worker_id else None,
        "started_at": iso(attempt.started_at),
        "finished_at": iso(attempt.finished_at),
        "agent_ms": attempt.agent_ms,
        "error": attempt.error,
        "evidence": [evidence(result) for result in attempt.evidence.all()],
        "invocations": [
            {
                "spec": invocation.spec,
                "answered_by": invocation.answered_by,
                "prompt": invocation.prompt,
                "replayed": invocation.replayed,
                "ok": invocation.ok,
                "summary": invocation.summary,
                "transcript": invocation.transcript[-TRANSCRIPT:],
                "input_tokens": invocation.input_tokens,
                "output_tokens": invocation.output_tokens,
                "cost": None if invocation.cost_micros is None else as_text(invocation.cost_micros),
                "estimated": invocation.estimated,
                "duration_ms": invocation.duration_ms,
            }
            for invocation in asked
        ],
    }


def visible_evidence(teams: QuerySet[Any, Any]) -> QuerySet[GateResult]:
    found = GateResult.objects.select_related("criterion")
    return found.filter(criterion__task__run__team__in=teams, criterion__task__run__campaign__deleted_at=None)


def evidence(result: GateResult) -> dict[str, Any]:
    """One piece of evidence: what was run, what it said, on which tree."""
    return {
        "id": str(result.pk),
        "criterion": str(result.criterion_id),
        "task": str(result.criterion.task_id),
        "attempt": str(result.attempt_id),
        "title": result.criterion.title,
        "phase": result.criterion.phase,
        "blocking": result.criterion.blocking,
        "verdict": result.verdict,
        "command": result.command,
        "exit_code": result.exit_code,
        "message": result.message,
        "output": result.output,
        "output_hash": result.output_hash,
        "tree_hash": result.tree_hash,
        "duration_ms": result.duration_ms,
        "created_at": iso(result.created_at),
    }


def graph_of(run: Run) -> dict[str, Any]:
    """Every task and need of a run, small: two queries, no model instances."""
    columns = "pk", "key", "title", "role", "slot", "state", "priority", "position", "domain__name"
    nodes = Task.objects.filter(run=run).order_by("position").values_list(*columns)
    edges = Dependency.objects.filter(task__run=run).order_by("pk").values_list("needs_id", "task_id", "requires")
    return {
        "run": str(run.pk),
        "last_event": run.last_event_seq,
        "nodes": [
            {
                "id": str(pk),
                "key": key,
                "title": title,
                "role": role,
                "slot": slot or None,
                "state": state,
                "priority": priority,
                "position": position,
                "domain": domain,
            }
            for pk, key, title, role, slot, state, priority, position, domain in nodes
        ],
        "edges": [{"from": str(a), "to": str(b), "requires": requires} for a, b, requires in edges],
    }
