"""What becomes of a task whose attempt did not succeed: cancelled, handed back, tried again later, or failed.

failed and timed_out count towards max_attempts, lost (held alone) towards poison, released for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from campaigns.models import Attempt, Task
from campaigns.states import AttemptState, RunState, TaskState
from campaigns.transitions.moves import needs_ended
from campaigns.transitions.shapes import Fault
from campaigns.transitions.unit import RunUnit

POISON = 3
BACKOFF_S = 2.0
BACKOFF_MAX_S = 300.0
ERRORS_KEPT = 100


@dataclass(frozen=True, slots=True)
class BadEnd:
    """An attempt that did not succeed: of which task, how it ended, and why."""

    task: Task
    attempt_id: UUID
    state: AttemptState
    fault: Fault


def error_of(fault: Fault) -> dict[str, Any]:
    """How a fault is stored with attempts and tasks."""
    return {"code": fault.code, "message": fault.message[:2000], "kind": fault.kind}


def end_badly(u: RunUnit, bad: BadEnd) -> None:
    """End the attempt, which is running, and see to its task, which is in progress."""
    Attempt.objects.filter(pk=bad.attempt_id, state=AttemptState.RUNNING).update(
        state=bad.state.value, finished_at=u.now, error=error_of(bad.fault)
    )
    if bad.state == AttemptState.CANCELLED or u.run.state == RunState.CANCELLING:
        _settle_task(u, bad, TaskState.CANCELLED, "task.cancelled", {})
    elif bad.state == AttemptState.RELEASED:
        _hand_back(u, bad)
    elif bad.state == AttemptState.LOST:
        _lose(u, bad)
    else:
        _try_again_or_fail(u, bad)


def _hand_back(u: RunUnit, bad: BadEnd) -> None:
    if bad.fault.code == "budget_exceeded":
        _stop_for_budget(u)
    data = {"why": bad.fault.code}
    _settle_task(u, bad, TaskState.READY, "task.released", data, ready_at=u.now, error=error_of(bad.fault))


def _stop_for_budget(u: RunUnit) -> None:
    """No attempt starts any more; when the running ones have ended the run is budget_stopped."""
    if u.run.state in (RunState.QUEUED, RunState.RUNNING):
        u.set(end_state=RunState.BUDGET_STOPPED.value, end_code="budget_exceeded")
        u.move_run(RunState.PAUSING, "run.pausing", message="The budget is used up.", reason="budget")


def _lose(u: RunUnit, bad: BadEnd) -> None:
    """The worker vanished. A task held alone is charged with the crash; those of a batch are tried singly next."""
    alone = Attempt.objects.values_list("alone", flat=True).get(pk=bad.attempt_id)
    crashes = bad.task.crashes + bool(alone)
    if crashes >= POISON:
        words = f"It took its worker down {crashes} times and is not tried again."
        poison = Fault("poison", words, "fatal")
        _fail(u, BadEnd(bad.task, bad.attempt_id, bad.state, poison), crashes=crashes)
        return
    _settle_task(u, bad, TaskState.READY, "task.lost", {"crashes": crashes}, crashes=crashes, solo=True, ready_at=u.now)


def _try_again_or_fail(u: RunUnit, bad: BadEnd) -> None:
    fault = bad.fault
    failures = bad.task.failures + 1
    if fault.kind not in ("transient", "retriable") or failures >= bad.task.max_attempts:
        _fail(u, bad, failures=failures)
        return
    not_before = u.now + timedelta(seconds=fault.retry_after_s or backoff(failures, bad.attempt_id))
    data = {"code": fault.code, "kind": fault.kind, "not_before": not_before.isoformat()}
    changes = {"failures": failures, "not_before": not_before, "ready_at": u.now, "error": error_of(fault)}
    _settle_task(u, bad, TaskState.READY, "task.retrying", data, **changes)


def _fail(u: RunUnit, bad: BadEnd, **changes: Any) -> None:
    """No try is left. A person may still ask for another, whatever the fault."""
    task, fault = bad.task, bad.fault
    told = {
        "agent": task.slot or task.role,
        "task": task.key,
        "code": fault.code,
        "message": fault.message[:500],
        "time": u.now.isoformat(),
        "retryable": True,
    }
    u.set(errors=[*u.run.errors[-ERRORS_KEPT + 1 :], told])
    error = {**error_of(fault), "retryable": fault.kind != "fatal"}
    data = {"code": fault.code, "kind": fault.kind, "retryable": True}
    _settle_task(u, bad, TaskState.FAILED, "task.failed", data, error=error, **changes)


def _settle_task(u: RunUnit, bad: BadEnd, new: TaskState, type_: str, data: Mapping[str, Any], **changes: Any) -> None:
    """Move the task out of its attempt, in one event that tells both ends; then see to what waits for it."""
    if new != TaskState.READY:
        changes["finished_at"] = u.now
    task = bad.task
    Task.objects.filter(pk=task.pk, state=TaskState.IN_PROGRESS).update(state=new.value, **changes)
    u.shift(TaskState.IN_PROGRESS, new, 1)
    u.event(
        type_,
        task_id=task.pk,
        attempt_id=bad.attempt_id,
        agent=task.role,
        from_state=TaskState.IN_PROGRESS,
        to_state=new,
        message=bad.fault.message,
        data={"key": task.key, "attempt": bad.state.value, **data},
    )
    if new != TaskState.READY:
        needs_ended(u, [(task.pk, new)])


def backoff(failures: int, attempt_id: UUID) -> float:
    """Seconds until the next try: doubled each time, at most five minutes, with up to 20 % jitter by the id."""
    base = min(BACKOFF_S * 2 ** (failures - 1), BACKOFF_MAX_S)
    return float(base * (1 + (attempt_id.int % 1000) / 5000))
