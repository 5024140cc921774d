"""The finishing half of a turn: outcomes of attempts become task states, outputs, evidence, versions, reports.

Every write asks that the attempt is still running; a worker that lost its lease changes nothing but leaves a trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from campaigns.models import Attempt, Decision, GateResult, Invocation, Merge, Task, TaskOutput
from campaigns.states import AttemptState, DecisionState, MergeState, RunState, TaskState
from campaigns.transitions.growth import grow
from campaigns.transitions.moves import needs_ended
from campaigns.transitions.pieces import store_reports, store_versions
from campaigns.transitions.shapes import Fault, Finish
from campaigns.transitions.unit import RunUnit
from conductor.lib import bulk
from conductor.lib.errors import BadInput
from conductor.lib.ids import new_id

POISON = 3
BACKOFF_S = 2.0
BACKOFF_MAX_S = 300.0
ERRORS_KEPT = 100


def finish(u: RunUnit, finishes: Sequence[Finish]) -> list[UUID]:
    """Store what came of these attempts; tell which of them came too late."""
    if not finishes:
        return []
    late, stored = _late(u, finishes)
    live = [f for f in finishes if f.claim.attempt_id not in late and f.claim.attempt_id not in stored]
    for f in finishes:
        if f.claim.attempt_id in late:
            u.event(
                "post.late_result", task_id=f.claim.task_id, attempt_id=f.claim.attempt_id, agent=f.claim.role,
                message="The worker had lost its lease; its result was not taken.", data={"code": "lease_lost"},
            )  # fmt: skip
    good = [f for f in live if f.state == AttemptState.SUCCEEDED and f.question is None]
    grown = [f for f in good if f.products.graph is not None]
    refused = {f.claim.attempt_id: fault for f in grown if (fault := _grow(u, f)) is not None}
    _complete(u, [f for f in good if f.claim.attempt_id not in refused])
    for f in live:
        if f.claim.attempt_id in refused:
            _end_badly(u, f, AttemptState.FAILED, refused[f.claim.attempt_id])
        elif f.question is not None:
            _wait(u, f)
        elif f.state != AttemptState.SUCCEEDED:
            _end_badly(u, f, f.state, f.fault or Fault("agent_failed", "The agent failed."))
    _store_evidence(u, live)
    return sorted(late)


def _late(u: RunUnit, finishes: Sequence[Finish]) -> tuple[set[UUID], set[UUID]]:
    """Attempts that are no longer this worker's, and those of which this very outcome is already stored (a repeated turn)."""
    wanted = {f.claim.attempt_id: f.state for f in finishes}
    states = dict(Attempt.objects.filter(pk__in=list(wanted)).values_list("pk", "state"))
    late = {pk for pk, state in wanted.items() if states.get(pk) not in (AttemptState.RUNNING, state.value)}
    stored = {pk for pk in wanted if pk not in late and states.get(pk) != AttemptState.RUNNING}
    return late, stored


def _grow(u: RunUnit, f: Finish) -> Fault | None:
    """Add what a planner planned; a plan that breaks the graph fails the attempt, by name."""
    change = f.products.graph
    if change is None:
        return None
    try:
        grow(u, change, by=f.claim.key)
    except BadInput as error:
        return Fault(
            error.code if error.code.startswith(("plan", "unknown")) else "plan_invalid", str(error), "retriable"
        )
    return None


def _complete(u: RunUnit, good: Sequence[Finish]) -> None:
    if not good:
        return
    attempts = sorted(f.claim.attempt_id for f in good)
    tasks = sorted(f.claim.task_id for f in good)
    Task.objects.filter(pk__in=tasks).update(state=TaskState.COMPLETED.value, finished_at=u.now, error=None)
    _end_attempts(u, good, AttemptState.SUCCEEDED, attempts)
    u.shift(TaskState.IN_PROGRESS, TaskState.COMPLETED, len(good))
    u.set(completed_since_checkpoint=u.run.completed_since_checkpoint + len(good))
    bulk.insert(
        [
            TaskOutput(task_id=f.claim.task_id, attempt_id=f.claim.attempt_id, output=dict(f.output), summary=f.summary)
            for f in good
            if f.output or f.summary
        ]
    )
    for f in good:
        u.event(
            "task.completed", task_id=f.claim.task_id, attempt_id=f.claim.attempt_id, agent=f.claim.role,
            from_state=TaskState.IN_PROGRESS, to_state=TaskState.COMPLETED, message=f.summary[:200],
            data={"key": f.claim.key, "attempt": AttemptState.SUCCEEDED.value},
        )  # fmt: skip
    _land(u, good)
    versions = store_versions(u, [f for f in good if f.products.version is not None])
    store_reports(u, [f for f in good if f.products.report is not None], versions)
    needs_ended(u, [(f.claim.task_id, TaskState.COMPLETED) for f in good])


def _end_attempts(u: RunUnit, finishes: Sequence[Finish], state: AttemptState, ids: Sequence[UUID]) -> None:
    """One statement for all; the agents' own times are written only where they are worth a row update."""
    Attempt.objects.filter(pk__in=ids, state=AttemptState.RUNNING).update(state=state.value, finished_at=u.now)
    slow = [f for f in finishes if f.agent_ms >= 10]
    for f in slow:
        Attempt.objects.filter(pk=f.claim.attempt_id).update(agent_ms=f.agent_ms)


def _land(u: RunUnit, good: Sequence[Finish]) -> None:
    for f in good:
        if f.merge_id is None:
            continue
        merge = Merge.objects.get(pk=f.merge_id)
        Merge.objects.filter(pk=merge.pk).update(state=MergeState.LANDED.value, ended_at=u.now)
        u.event(
            "merge.landed", task_id=f.claim.task_id, attempt_id=f.claim.attempt_id, from_state=MergeState.INTENDED,
            to_state=MergeState.LANDED,
            data={"merge": str(merge.pk), "branch": merge.branch, "old": merge.old_commit, "new": merge.new_commit},
        )  # fmt: skip


def _wait(u: RunUnit, f: Finish) -> None:
    """The agent needs a person: the attempt is handed back and a decision is opened."""
    assert f.question is not None
    decision = Decision.objects.create(
        team_id=u.run.team_id, run=u.run, task_id=f.claim.task_id, kind="task", question=f.question.question,
        options=list(f.question.options), details=dict(f.question.details), created_at=u.now,
    )  # fmt: skip
    _end_attempts(u, [f], AttemptState.RELEASED, [f.claim.attempt_id])
    Task.objects.filter(pk=f.claim.task_id).update(state=TaskState.WAITING.value)
    u.shift(TaskState.IN_PROGRESS, TaskState.WAITING, 1)
    u.event(
        "task.waiting", task_id=f.claim.task_id, attempt_id=f.claim.attempt_id, agent=f.claim.role,
        from_state=TaskState.IN_PROGRESS, to_state=TaskState.WAITING, message=f.question.question,
        data={"key": f.claim.key, "attempt": AttemptState.RELEASED.value, "decision": str(decision.pk)},
    )  # fmt: skip
    u.event(
        "decision.opened", task_id=f.claim.task_id, to_state=DecisionState.OPEN, message=f.question.question,
        data={"decision": str(decision.pk), "kind": "task"},
    )  # fmt: skip


def _end_badly(u: RunUnit, f: Finish, state: AttemptState, fault: Fault) -> None:
    task = Task.objects.get(pk=f.claim.task_id)
    _end_attempts(u, [f], state, [f.claim.attempt_id])
    Attempt.objects.filter(pk=f.claim.attempt_id).update(error=_error_of(fault))
    after_bad_attempt(u, task, f.claim.attempt_id, state, fault)


def _error_of(fault: Fault) -> dict[str, Any]:
    return {"code": fault.code, "message": fault.message[:2000], "kind": fault.kind}


def after_bad_attempt(u: RunUnit, task: Task, attempt_id: UUID, state: AttemptState, fault: Fault) -> None:
    """What becomes of a task whose attempt ended in this state: cancelled, tried again, or failed.

    `task` is in progress. failed and timed_out count towards max_attempts, lost (held alone) towards poison.
    """
    if state == AttemptState.CANCELLED or u.run.state == RunState.CANCELLING:
        _settle_task(u, task, TaskState.CANCELLED, "task.cancelled", attempt_id, {"attempt": state.value})
        return
    if state == AttemptState.RELEASED:
        if fault.code == "budget_exceeded":
            stop_for_budget(u)
        _settle_task(
            u, task, TaskState.READY, "task.released", attempt_id, {"attempt": state.value, "why": fault.code},
            message=fault.message, ready_at=u.now, error=_error_of(fault),
        )  # fmt: skip
        return
    if state == AttemptState.LOST:
        _lost(u, task, attempt_id, fault)
        return
    failures = task.failures + 1
    if fault.kind in ("transient", "retriable") and failures < task.max_attempts:
        wait = fault.retry_after_s or _backoff(failures, attempt_id)
        not_before = u.now + timedelta(seconds=wait)
        _settle_task(
            u, task, TaskState.READY, "task.retrying", attempt_id,
            {"attempt": state.value, "code": fault.code, "kind": fault.kind, "not_before": not_before.isoformat()},
            message=fault.message, failures=failures, not_before=not_before, ready_at=u.now, error=_error_of(fault),
        )  # fmt: skip
        return
    _fail(u, task, attempt_id, state, fault, failures=failures)


def _lost(u: RunUnit, task: Task, attempt_id: UUID, fault: Fault) -> None:
    """The worker vanished. A task held alone is charged with the crash; those of a batch are tried singly next."""
    alone = Attempt.objects.values_list("alone", flat=True).get(pk=attempt_id)
    crashes = task.crashes + bool(alone)
    if crashes >= POISON:
        poison = Fault("poison", f"It took its worker down {crashes} times and is not tried again.", "fatal")
        _fail(u, task, attempt_id, AttemptState.LOST, poison, crashes=crashes)
        return
    _settle_task(
        u, task, TaskState.READY, "task.lost", attempt_id, {"attempt": AttemptState.LOST.value, "crashes": crashes},
        message=fault.message, crashes=crashes, solo=True, ready_at=u.now,
    )  # fmt: skip


def _fail(u: RunUnit, task: Task, attempt_id: UUID, state: AttemptState, fault: Fault, **changes: Any) -> None:
    error = {**_error_of(fault), "retryable": fault.kind != "fatal"}
    u.set(
        errors=[
            *u.run.errors[-ERRORS_KEPT + 1 :],
            {
                "agent": task.slot or task.role,
                "task": task.key,
                "code": fault.code,
                "message": fault.message[:500],
                "time": u.now.isoformat(),
                "retryable": True,
            },
        ]
    )
    _settle_task(
        u, task, TaskState.FAILED, "task.failed", attempt_id,
        {"attempt": state.value, "code": fault.code, "kind": fault.kind, "retryable": True},
        message=fault.message, finished_at=u.now, error=error, **changes,
    )  # fmt: skip


def _settle_task(
    u: RunUnit,
    task: Task,
    new: TaskState,
    type_: str,
    attempt_id: UUID,
    data: dict[str, Any],
    *,
    message: str = "",
    **changes: Any,
) -> None:
    if new != TaskState.READY:
        changes.setdefault("finished_at", u.now)
    Task.objects.filter(pk=task.pk, state=TaskState.IN_PROGRESS).update(state=new.value, **changes)
    u.shift(TaskState.IN_PROGRESS, new, 1)
    u.event(
        type_, task_id=task.pk, attempt_id=attempt_id, agent=task.role, from_state=TaskState.IN_PROGRESS, to_state=new,
        message=message, data={"key": task.key, **data},
    )  # fmt: skip
    if new != TaskState.READY:
        needs_ended(u, [(task.pk, new)])


def _backoff(failures: int, attempt_id: UUID) -> float:
    """Exponential, at most five minutes, with up to 20 % jitter drawn from the attempt's id."""
    base = min(BACKOFF_S * 2 ** (failures - 1), BACKOFF_MAX_S)
    return float(base * (1 + (attempt_id.int % 1000) / 5000))


def stop_for_budget(u: RunUnit) -> None:
    """No attempt starts any more; when the running ones have ended the run is budget_stopped."""
    if u.run.state in (RunState.QUEUED, RunState.RUNNING):
        u.set(end_state=RunState.BUDGET_STOPPED.value, end_code="budget_exceeded")
        u.move_run(RunState.PAUSING, "run.pausing", message="The budget is used up.", reason="budget")


def _store_evidence(u: RunUnit, finishes: Sequence[Finish]) -> None:
    rows, asked = [], []
    for f in finishes:
        for e in f.evidence:
            rows.append(
                GateResult(
                    pk=new_id(), criterion_id=e.criterion_id, attempt_id=f.claim.attempt_id, verdict=e.verdict,
                    command=list(e.command), exit_code=e.exit_code, message=e.message, output=e.output,
                    output_hash=e.output_hash, tree_hash=e.tree_hash, duration_ms=e.duration_ms, created_at=u.now,
                )
            )  # fmt: skip
            u.event(
                "gate.recorded", task_id=f.claim.task_id, attempt_id=f.claim.attempt_id, message=e.message,
                data={"criterion": str(e.criterion_id), "verdict": e.verdict, "exit_code": e.exit_code, "title": e.title},
            )  # fmt: skip
        if f.asked is not None:
            a = f.asked
            asked.append(
                Invocation(
                    pk=new_id(), attempt_id=f.claim.attempt_id, spec=a.spec, ok=a.ok, summary=a.summary,
                    transcript=a.transcript, input_tokens=a.input_tokens, output_tokens=a.output_tokens,
                    cost_micros=a.cost_micros, estimated=a.estimated, duration_ms=f.agent_ms, created_at=u.now,
                )
            )  # fmt: skip
    if rows:
        GateResult.objects.bulk_create(rows, batch_size=200)
    if asked:
        Invocation.objects.bulk_create(asked, batch_size=200)
