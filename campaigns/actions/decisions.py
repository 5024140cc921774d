"""Answer what waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from campaigns import permissions
from campaigns.actions import runs
from campaigns.kinds.base import TaskFact
from campaigns.models import Attempt, Decision, Task
from campaigns.permissions import Actor
from campaigns.states import AttemptState, DecisionState, RunState, TaskState
from campaigns.transitions.ending import settle_run
from campaigns.transitions.finish import finish
from campaigns.transitions.shapes import Claim, Finish
from campaigns.transitions.turn import ring_for_rest
from campaigns.transitions.unit import RunUnit, run_unit
from conductor.lib.errors import BadInput, Conflict, NotFound
from conductor.lib.ids import canonical_json, new_id

ANSWER_BYTES = 100_000


def answer_decision(*, decision_id: UUID, answer: Any, actor: Actor) -> Decision:
    """Answer an open decision; the run goes on from there. `answer` is one of its options, or an object if it has none.

    A task's decision also takes {"output": {…}, "summary": "…"}: what the person made.
    """
    found = Decision.objects.filter(pk=decision_id).only("run_id", "team_id").first()
    if found is None:
        raise NotFound("There is no such decision.")
    permissions.require(actor, "answer", found.team_id)
    with run_unit(found.run_id, actor) as u:
        decision = Decision.objects.get(pk=decision_id)
        if decision.state != DecisionState.OPEN:
            raise Conflict(f"This decision is {decision.state}.", code="already_answered")
        value = checked_answer(decision, answer)
        decision.state, decision.answer = DecisionState.ANSWERED.value, value
        decision.answered_by_id, decision.answered_at = actor.user_id, u.now
        decision.version += 1
        decision.save(update_fields=["state", "answer", "answered_by", "answered_at", "version"])
        u.event(
            "decision.answered", task_id=decision.task_id, from_state=DecisionState.OPEN, to_state=DecisionState.ANSWERED,
            data={"decision": str(decision.pk), "kind": decision.kind},
        )  # fmt: skip
        if decision.kind == "task":
            _complete_task(u, decision, value)
        elif u.run.state in (RunState.PAUSED, RunState.PAUSING):
            _checkpoint_answer(u, str(value.get("choice")))
        return decision


def checked_answer(decision: Decision, answer: Any) -> dict[str, Any]:
    """The answer as an object; BadInput if it is none of the options, no object, or too large."""
    if isinstance(answer, str):
        answer = {"choice": answer}
    if not isinstance(answer, Mapping):
        raise BadInput(errors={"answer": ["Must be an object, or one of the options."]})
    try:
        size = len(canonical_json(answer))
    except (ValueError, TypeError):
        raise BadInput(errors={"answer": ["Must be plain JSON without NaN or infinity."]}) from None
    if size > ANSWER_BYTES:
        raise BadInput(errors={"answer": [f"At most {ANSWER_BYTES} bytes; this has {size}."]}, code="too_long")
    if decision.options and answer.get("choice") not in decision.options:
        raise BadInput(errors={"answer": [f"Choose one of: {', '.join(decision.options)}."]})
    return dict(answer)


def _checkpoint_answer(u: RunUnit, choice: str) -> None:
    if choice == "continue":
        runs.resume(u)
    elif choice == "cancel":
        runs.cancel(u, "Decided at a checkpoint.")


def _complete_task(u: RunUnit, decision: Decision, value: dict[str, Any]) -> None:
    """A person's answer is an attempt of its own: born and succeeded in this transaction."""
    task = Task.objects.get(pk=decision.task_id)
    output = value.get("output", {k: v for k, v in value.items() if k != "summary"})
    if not isinstance(output, Mapping):
        raise BadInput(errors={"answer.output": ["Must be an object."]})
    products = u.kind.products(TaskFact(task.key, task.role, task.slot, task.state), output, task.inputs)
    attempt = Attempt.objects.create(
        pk=new_id(), task=task, run=u.run, number=task.attempts + 1, fence=task.fence + 1, spec="human", alone=True,
        lease_until=u.now, limit_at=u.now, started_at=u.now, state=AttemptState.RUNNING.value,
    )  # fmt: skip
    Task.objects.filter(pk=task.pk, state=TaskState.WAITING).update(
        state=TaskState.IN_PROGRESS.value, attempts=attempt.number, fence=attempt.fence, started_at=u.now
    )
    u.shift(TaskState.WAITING, TaskState.IN_PROGRESS, 1)
    u.event(
        "task.started", task_id=task.pk, attempt_id=attempt.pk, agent=task.role, from_state=TaskState.WAITING,
        to_state=TaskState.IN_PROGRESS, data={"key": task.key, "number": attempt.number, "fence": attempt.fence},
    )  # fmt: skip
    claim = Claim(
        run_id=u.run.pk, attempt_id=attempt.pk, task_id=task.pk, fence=attempt.fence, number=attempt.number, key=task.key,
        title=task.title, description=task.description, role=task.role, backend=("human",), slot=task.slot,
        domain_id=task.domain_id, inputs=task.inputs, timeout_s=task.timeout_s, limit_at=u.now, claimed_at=u.now, alone=True,
    )  # fmt: skip
    summary = str(value.get("summary") or value.get("choice") or "Done by a person.")[:2000]
    finish(u, [Finish(claim, AttemptState.SUCCEEDED, output=output, summary=summary, products=products)])
    settle_run(u)
    ring_for_rest(u)
