"""How an ended run is opened again: its end is taken back in an event, a new sitting begins, its clock goes on."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction

from campaigns.models import Run
from campaigns.states import RUN_REOPENABLE, AuditState, RunState
from campaigns.transitions.unit import RunUnit
from conductor.lib.clock import timing
from conductor.lib.errors import Conflict, InvalidMove


def reopen(u: RunUnit, reason: str) -> None:
    """The run runs again in a new session. InvalidMove if it is final, Conflict if another run took its place."""
    if u.run.state not in RUN_REOPENABLE:
        raise InvalidMove(f"A run that is {u.run.state.replace('_', ' ')} is final; start another.")
    _take_the_place(u)
    u.run.audits.filter(state=AuditState.PENDING).delete()
    u.set(
        outcome=None,
        finished_at=None,
        end_state="",
        end_code="",
        generation_ended_at=None,
        audit_pending=False,
        cancel_requested_at=None,
        rings_short=0,
        rings_long=0,
        deadline_at=u.now + _time_left(u),
    )
    u.move_run(RunState.RUNNING, "run.reopened", message=reason, reason=reason)
    u.open_session(started=True)


def _take_the_place(u: RunUnit) -> None:
    """The database decides whether another run of its kind is open: its constraint also sees one that is just made."""
    try:
        with transaction.atomic():
            Run.objects.filter(pk=u.run.pk).update(state=RunState.RUNNING.value)
    except IntegrityError:
        words = "Another run of this is active; wait for its end or cancel it."
        raise Conflict(words, code="already_running") from None


def _time_left(u: RunUnit) -> timedelta:
    """What was left of the deadline at the end; a run that had used it up gets it anew."""
    ended = u.run.finished_at or u.now
    left = u.run.deadline_at - ended
    if left > timedelta(0):
        return left
    return timedelta(seconds=float(u.run.settings.get("deadline_s") or timing().RUN_DEADLINE_S))
