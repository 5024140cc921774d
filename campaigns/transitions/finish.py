"""The finishing half of a turn: outcomes of attempts become task states, outputs, evidence, versions, reports.

Every write asks that the attempt is still running; a worker that lost its lease changes nothing but leaves a trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from campaigns.models import Task, TaskOutput
from campaigns.states import AttemptState, TaskState
from campaigns.transitions import hot
from campaigns.transitions.decisions import open_decision
from campaigns.transitions.evidence import store_evidence
from campaigns.transitions.failures import BadEnd, end_badly
from campaigns.transitions.growth import grow
from campaigns.transitions.merges import land
from campaigns.transitions.moves import needs_ended
from campaigns.transitions.pieces import store_reports, store_versions
from campaigns.transitions.shapes import Fault, Finish, Question
from campaigns.transitions.unit import RunUnit
from conductor.lib import bulk
from conductor.lib.errors import BadInput

#: An agent's own time is worth a row update only from here on; shorter ones are told by the attempt's times.
SLOW_MS = 10


def finish(u: RunUnit, finishes: Sequence[Finish]) -> list[UUID]:
    """Store what came of these attempts; tell which of them came too late."""
    if not finishes:
        return []
    late, stored = _late(u, finishes)
    live = [f for f in finishes if f.claim.attempt_id not in late and f.claim.attempt_id not in stored]
    good = [f for f in live if f.state == AttemptState.SUCCEEDED and f.question is None]
    refused = {f.claim.attempt_id: fault for f in good if (fault := _grow(u, f)) is not None}
    _complete(u, [f for f in good if f.claim.attempt_id not in refused])
    for f in live:
        if f.claim.attempt_id in refused:
            _end_badly(u, f, AttemptState.FAILED, refused[f.claim.attempt_id])
        elif f.question is not None:
            _wait(u, f, f.question)
        elif f.state != AttemptState.SUCCEEDED:
            _end_badly(u, f, f.state, f.fault or Fault("agent_failed", "The agent failed."))
    store_evidence(u, live)
    return sorted(late)


def _late(u: RunUnit, finishes: Sequence[Finish]) -> tuple[set[UUID], set[UUID]]:
    """Attempts that are no longer this worker's, and those of which this very outcome is stored (a repeated turn)."""
    wanted = {f.claim.attempt_id: _stored_as(f) for f in finishes}
    states: dict[UUID, str] = dict(hot.STATES_OF_ATTEMPTS.rows(ids=list(wanted)))
    late = {pk for pk, told in wanted.items() if states.get(pk) not in (AttemptState.RUNNING, *told)}
    stored = {pk for pk in wanted if pk not in late and states.get(pk) != AttemptState.RUNNING}
    for f in finishes:
        if f.claim.attempt_id in late:
            u.event(
                "post.late_result",
                task_id=f.claim.task_id,
                attempt_id=f.claim.attempt_id,
                agent=f.claim.role,
                message="The worker had lost its lease; its result was not taken.",
                data={"code": "lease_lost"},
            )
    return late, stored


def _stored_as(f: Finish) -> tuple[AttemptState, ...]:
    """How the attempt of such a finish may have ended: a question hands it back, and a plan may be refused."""
    if f.question is not None:
        return (AttemptState.RELEASED,)
    return (f.state, AttemptState.FAILED) if f.products.graph is not None else (f.state,)


def _grow(u: RunUnit, f: Finish) -> Fault | None:
    """Add what a planner planned; a plan that breaks the graph fails the attempt, by name."""
    if f.products.graph is None:
        return None
    try:
        grow(u, f.products.graph, by=f.claim.key)
    except BadInput as error:
        code = error.code if error.code.startswith(("plan", "unknown")) else "plan_invalid"
        return Fault(code, str(error), "retriable")
    return None


def _complete(u: RunUnit, good: Sequence[Finish]) -> None:
    if not good:
        return
    hot.COMPLETE_TASKS.run(ids=sorted(f.claim.task_id for f in good), now=u.now)
    _end_attempts(u, good, AttemptState.SUCCEEDED)
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
            "task.completed",
            task_id=f.claim.task_id,
            attempt_id=f.claim.attempt_id,
            agent=f.claim.role,
            from_state=TaskState.IN_PROGRESS,
            to_state=TaskState.COMPLETED,
            message=f.summary[:200],
            data={"key": f.claim.key, "attempt": AttemptState.SUCCEEDED.value},
        )
    land(u, good)
    store_versions(u, [f for f in good if f.products.version is not None])
    store_reports(u, good)
    needs_ended(u, [(f.claim.task_id, TaskState.COMPLETED) for f in good])


def _end_attempts(u: RunUnit, finishes: Sequence[Finish], state: AttemptState) -> None:
    """One statement for all; the agents' own times are written only where they are worth a row update."""
    hot.END_ATTEMPTS.run(ids=sorted(f.claim.attempt_id for f in finishes), state=state, now=u.now)
    _note_agents_time(finishes)


def _note_agents_time(finishes: Sequence[Finish]) -> None:
    for f in finishes:
        if f.agent_ms >= SLOW_MS:
            hot.NOTE_AGENTS_TIME.run(id=f.claim.attempt_id, ms=f.agent_ms)


def _wait(u: RunUnit, f: Finish, asked: Question) -> None:
    """The agent needs a person: the attempt is handed back and a decision is opened."""
    _end_attempts(u, [f], AttemptState.RELEASED)
    Task.objects.filter(pk=f.claim.task_id, state=TaskState.IN_PROGRESS).update(state=TaskState.WAITING.value)
    u.shift(TaskState.IN_PROGRESS, TaskState.WAITING, 1)
    decision = open_decision(
        u,
        kind="task",
        question=asked.question,
        options=asked.options,
        details=asked.details,
        task_id=f.claim.task_id,
    )
    u.event(
        "task.waiting",
        task_id=f.claim.task_id,
        attempt_id=f.claim.attempt_id,
        agent=f.claim.role,
        from_state=TaskState.IN_PROGRESS,
        to_state=TaskState.WAITING,
        message=asked.question,
        data={"key": f.claim.key, "attempt": AttemptState.RELEASED.value, "decision": str(decision.pk)},
    )


def _end_badly(u: RunUnit, f: Finish, state: AttemptState, fault: Fault) -> None:
    task = Task.objects.get(pk=f.claim.task_id)
    end_badly(u, BadEnd(task, f.claim.attempt_id, state, fault))
    _note_agents_time([f])
