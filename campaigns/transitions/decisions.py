"""Moves of decisions, and the attempt that a person's answer is: born and won in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from campaigns.models import Attempt, Decision, Task
from campaigns.states import AttemptState, DecisionState, TaskState
from campaigns.transitions.claim import claim_of
from campaigns.transitions.shapes import Claim
from campaigns.transitions.unit import RunUnit
from conductor.lib.ids import new_id


def open_decision(
    u: RunUnit,
    *,
    kind: str,
    question: str,
    options: Sequence[str],
    details: Mapping[str, Any],
    task_id: UUID | None = None,
) -> Decision:
    """Something waits for a person from now on."""
    decision = Decision.objects.create(
        team_id=u.run.team_id,
        run=u.run,
        task_id=task_id,
        kind=kind,
        question=question,
        options=list(options),
        details=dict(details),
        created_at=u.now,
    )
    u.event(
        "decision.opened",
        task_id=task_id,
        to_state=DecisionState.OPEN,
        message=question,
        data={"decision": str(decision.pk), "kind": kind},
    )
    return decision


def answer_open(u: RunUnit, decision: Decision, value: Mapping[str, Any]) -> None:
    """A person has answered; `decision` is open."""
    decision.state = DecisionState.ANSWERED.value
    decision.answer = dict(value)
    decision.answered_by_id = u.actor.user_id
    decision.answered_at = u.now
    decision.version += 1
    decision.save(update_fields=["state", "answer", "answered_by", "answered_at", "version"])
    u.event(
        "decision.answered",
        task_id=decision.task_id,
        from_state=DecisionState.OPEN,
        to_state=DecisionState.ANSWERED,
        data={"decision": str(decision.pk), "kind": decision.kind},
    )


def void_decisions(u: RunUnit, which: Q) -> None:
    """Open questions that no longer matter are closed, unanswered."""
    for decision in Decision.objects.filter(which, run=u.run, state=DecisionState.OPEN).order_by("pk"):
        Decision.objects.filter(pk=decision.pk).update(state=DecisionState.VOID.value)
        u.event(
            "decision.voided",
            task_id=decision.task_id,
            from_state=DecisionState.OPEN,
            to_state=DecisionState.VOID,
            data={"decision": str(decision.pk), "kind": decision.kind},
        )


def attempt_by_person(u: RunUnit, task: Task) -> Claim:
    """The attempt of a person at a waiting task: its answer is there, so it is finished in this same unit."""
    attempt = Attempt.objects.create(
        pk=new_id(),
        task=task,
        run=u.run,
        number=task.attempts + 1,
        fence=task.fence + 1,
        state=AttemptState.RUNNING.value,
        spec="human",
        lease_until=u.now,
        limit_at=u.now,
        started_at=u.now,
    )
    Task.objects.filter(pk=task.pk, state=TaskState.WAITING).update(
        state=TaskState.IN_PROGRESS.value, attempts=attempt.number, fence=attempt.fence, started_at=u.now
    )
    u.shift(TaskState.WAITING, TaskState.IN_PROGRESS, 1)
    u.event(
        "task.started",
        task_id=task.pk,
        attempt_id=attempt.pk,
        agent=task.role,
        from_state=TaskState.WAITING,
        to_state=TaskState.IN_PROGRESS,
        data={"key": task.key, "number": attempt.number, "fence": attempt.fence},
    )
    return claim_of(task, attempt, backend=("human",))
