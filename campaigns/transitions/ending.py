"""How a run comes to rest: paused, or ended once, by the rule of its kind. Ends every unit that moved tasks."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from campaigns.kinds.base import End, EndFacts, TaskFact
from campaigns.models import AuditReport, Outbox
from campaigns.states import (
    RUN_OPEN,
    TASK_ENDED,
    AuditState,
    Mode,
    RunOutcome,
    RunState,
    SessionState,
    Stage,
    TaskState,
)
from campaigns.transitions import hot
from campaigns.transitions.decisions import void_decisions
from campaigns.transitions.moves import block_some, cancel_open_tasks
from campaigns.transitions.unit import RunUnit

AUDIT_ROLE = "audit"


def settle_run(u: RunUnit) -> None:
    """Bring the run to rest if nothing moves in it any more; else see to its deadline clock."""
    if u.run.state not in RUN_OPEN:
        return
    _announce_generation(u)
    busy = u.count(TaskState.IN_PROGRESS)
    if u.run.state == RunState.CANCELLING:
        if not busy:
            cancel_open_tasks(u)
            _end_cancelled(u)
    elif not u.open_tasks:
        end_run(u, u.kind.end(_facts(u)))
    elif u.run.state == RunState.PAUSING and not busy:
        _come_to_rest(u)
    elif not busy and not u.count(TaskState.READY) and u.count(TaskState.WAITING):
        u.stop_clock()
    elif u.run.clock_stopped_at and u.run.state == RunState.RUNNING:
        u.start_clock()


def _come_to_rest(u: RunUnit) -> None:
    if u.run.end_state == RunState.BUDGET_STOPPED:
        while block_some(u):  # After the end nothing moves, so what can no longer start is blocked before it.
            pass
        stopped = End(
            RunState.BUDGET_STOPPED, RunOutcome.PARTIAL if u.count(TaskState.COMPLETED) else RunOutcome.FAILED
        )
        end_run(u, stopped if u.open_tasks else u.kind.end(_facts(u)))
    else:
        u.move_run(RunState.PAUSED, "run.paused")
        u.end_session(SessionState.PAUSED)
        u.stop_clock()


def _end_cancelled(u: RunUnit) -> None:
    failed = u.run.end_state == RunState.FAILED
    end_run(u, End(RunState.FAILED, RunOutcome.FAILED) if failed else End(RunState.CANCELLED, RunOutcome.CANCELLED))


def end_run(u: RunUnit, end: End) -> None:
    """The end event, once per opening of the run."""
    if u.run.state in (RunState.PAUSING, RunState.PAUSED):
        void_decisions(u, Q())  # Whether to go on is no question any more.
    if u.kind.slots:
        u.set(stage=Stage.FAILED.value if end.state == RunState.BUDGET_STOPPED else Stage(end.state.value).value)
    if u.run.generation_ended_at is None:
        u.set(generation_ended_at=u.now)
    u.set(outcome=end.outcome.value, finished_at=u.now, audit_pending=end.audit_pending, clock_stopped_at=None)
    if end.audit_pending:
        _pend_audit(u)
    data: dict[str, Any] = {"outcome": end.outcome.value}
    if end.state == RunState.FAILED and u.run.end_code:
        data["code"] = u.run.end_code
    if end.state in (RunState.COMPLETED, RunState.PARTIALLY_COMPLETED):
        data["audit_pending"] = end.audit_pending
    if u.kind.uses_workspace and u.run.campaign.repository:
        Outbox.objects.create(topic="publish_branch", run_id=u.run.pk, created_at=u.now, not_before=u.now)
    u.end_session(SessionState(end.state.value))
    u.move_run(end.state, f"run.{end.state.value}", **data)


def _pend_audit(u: RunUnit) -> None:
    report = AuditReport.objects.create(run=u.run, state=AuditState.PENDING.value, created_at=u.now)
    u.event("audit.pending", to_state=AuditState.PENDING, data={"report": str(report.pk), "code": "audit_unavailable"})


def _slot_tasks(u: RunUnit) -> list[TaskFact]:
    """Tasks of a brief that still stand, makers and audits, in their order; few by nature."""
    return [TaskFact(*row) for row in hot.FACTS.rows(run=u.run.pk)]


def _facts(u: RunUnit) -> EndFacts:
    inherited = frozenset(u.run.settings.get("inherited", {}))
    if not u.kind.slots:
        return EndFacts(dict(u.run.counts), (), inherited)
    tasks = _slot_tasks(u)
    return EndFacts(
        dict(u.run.counts),
        tuple(t for t in tasks if t.role != AUDIT_ROLE),
        inherited,
        tuple(t for t in tasks if t.role == AUDIT_ROLE),
    )


def _announce_generation(u: RunUnit) -> None:
    """Say once that all makers have ended, where the kind announces it."""
    if not u.kind.slots or u.run.generation_ended_at is not None:
        return
    if u.run.state == RunState.CANCELLING or not any(u.count(state) for state in TASK_ENDED):
        return
    makers = [t for t in _slot_tasks(u) if t.role != AUDIT_ROLE]
    if makers and u.kind.generation_complete(Mode(u.run.mode), makers):
        u.set(generation_ended_at=u.now, stage=Stage.GENERATION_COMPLETE.value)
        u.event("run.generation_complete")
