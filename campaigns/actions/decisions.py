"""Answer what waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from agents import registry
from agents.contracts import AgentRequest
from agents.invoke import check_answer
from campaigns import permissions
from campaigns.actions import runs
from campaigns.models import ArtifactVersion, Attempt, Decision, Task
from campaigns.permissions import Actor
from campaigns.queries import rulepacks
from campaigns.queries.snapshots import versions_by_slot
from campaigns.states import AttemptState, DecisionState, RunState
from campaigns.transitions.claim import fact_of
from campaigns.transitions.decisions import answer_open, attempt_by_person
from campaigns.transitions.finish import finish
from campaigns.transitions.shapes import Claim, Finish
from campaigns.transitions.unit import RunUnit, run_unit
from conductor.lib.errors import BadInput, Conflict, NotFound
from conductor.lib.ids import canonical_json
from conductor.lib.text import is_storable

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
        answer_open(u, decision, value)
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
    if not is_storable(answer):
        raise BadInput(errors={"answer": ["Contains NUL or half a character, or is nested too deep."]})
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


def _refuse_if_failed(claim: Claim) -> None:
    """An answer that breaks the graph is no failed attempt of a person: it is refused, and the question stays."""
    error = Attempt.objects.values_list("error", flat=True).get(pk=claim.attempt_id)
    if error:
        raise BadInput(error["message"], code=error["code"], errors={"answer.output": error["message"]})


def _is_audit(task: Task) -> bool:
    return "slots" in task.inputs


def _as_request(u: RunUnit, task: Task) -> AgentRequest:
    """What was asked, for the check that an agent's answer would go through; an audit is of the bundle as it stands."""
    inputs = {"brief": u.run.brief, **task.inputs}
    if _is_audit(task):
        ids = versions_by_slot(u.run)
        rows = ArtifactVersion.objects.filter(pk__in=ids.values())
        held = {str(v.pk): {"content": v.content, "version": str(v.pk), "sha256": v.sha256} for v in rows}
        inputs |= {"pieces": {slot: held.get(ids.get(slot, "")) for slot in task.inputs["slots"]}}
        inputs |= {"pack": rulepacks.pinned_on(u.run)}
    return AgentRequest(
        attempt="", task=task.key, role=task.role, backend="human", instructions=task.description, inputs=inputs
    )


def _output_said(task: Task, value: Mapping[str, Any]) -> Any:
    """What the task is said to have made. Where its role asks for a summary, the person's words or choice are that."""
    if "output" in value:
        return value["output"]
    shape = registry.role(task.role).output
    if shape is None or "summary" not in shape.model_fields:
        return {name: said for name, said in value.items() if name != "summary"}
    said = {name: told for name, told in value.items() if name != "choice"}
    return {"summary": value["choice"], **said} if "choice" in value else said


def _complete_task(u: RunUnit, decision: Decision, value: dict[str, Any]) -> None:
    """A person's answer is an attempt of its own: born and succeeded in this transaction."""
    task = Task.objects.get(decisions=decision)
    output = _output_said(task, value)
    if not isinstance(output, Mapping):
        raise BadInput(errors={"answer.output": ["Must be an object."]})
    # Whoever asked, and with whatever schema: the answer becomes what the task makes, so the task's role judges it.
    output = check_answer(_as_request(u, task), output, "answer.output")
    products = u.kind.products(fact_of(task), output, task.inputs)
    claim = attempt_by_person(u, task)
    summary = str(value.get("summary") or value.get("choice") or "Done by a person.")[:2000]
    finish(u, [Finish(claim, AttemptState.SUCCEEDED, output=output, summary=summary, products=products)])
    _refuse_if_failed(claim)
    runs.go_on(u)
