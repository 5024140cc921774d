"""Attempts taken from their workers: lost when their lease is over, cancelled when their run is stopped at once.

The attempt is fenced off in the same unit: whatever its worker still brings comes too late.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from campaigns.models import Attempt
from campaigns.permissions import Actor
from campaigns.states import AttemptState
from campaigns.transitions.ending import settle_run
from campaigns.transitions.failures import BadEnd, end_badly
from campaigns.transitions.shapes import Fault
from campaigns.transitions.turn import ring_for_rest
from campaigns.transitions.unit import RunUnit, run_unit

VANISHED = Fault("worker_lost", "The worker stopped without a word; its lease ran out.", "transient")
TOO_LONG = Fault("agent_timeout", "The attempt passed its time limit and its worker did not end it.", "retriable")
STOPPED = Fault("cancelled", "The run was stopped.", "fatal")
BATCH = 200


def expire_leases(run_id: UUID, *, actor: Actor) -> list[UUID]:
    """Give up every attempt of the run whose lease has run out by the database's clock; tell which."""
    with run_unit(run_id, actor) as u:
        over = list(_live(u).filter(lease_until__lt=u.now)[:BATCH])
        for attempt in over:
            fault = TOO_LONG if attempt.limit_at <= u.now else VANISHED
            end_badly(u, BadEnd(attempt.task, attempt.pk, AttemptState.LOST, fault))
        if over:
            u.left_place = True
            settle_run(u)
            ring_for_rest(u)
        return [a.pk for a in over]


def cancel_live_attempts(u: RunUnit) -> None:
    """End every running attempt of a run that is being cancelled, without waiting for its worker."""
    for attempt in _live(u):
        u.left_place = True
        end_badly(u, BadEnd(attempt.task, attempt.pk, AttemptState.CANCELLED, STOPPED))


def _live(u: RunUnit) -> QuerySet[Attempt]:
    live = Attempt.objects.select_related("task").filter(run=u.run, state=AttemptState.RUNNING)
    return live.order_by("task_id")
