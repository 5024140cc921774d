"""Attempts whose lease is over are lost: the task is ready again, or failed. Called by the witness only."""

from __future__ import annotations

from uuid import UUID

from campaigns.models import Attempt
from campaigns.permissions import Actor
from campaigns.states import RUN_CLAIMING, AttemptState
from campaigns.transitions.ending import settle_run
from campaigns.transitions.finish import after_bad_attempt
from campaigns.transitions.shapes import Fault
from campaigns.transitions.turn import ring_for_rest
from campaigns.transitions.unit import run_unit

VANISHED = Fault("worker_lost", "The worker stopped without a word; its lease ran out.", "transient")
TOO_LONG = Fault("agent_timeout", "The attempt passed its time limit and its worker did not end it.", "retriable")
BATCH = 200


def expire_leases(run_id: UUID, *, actor: Actor) -> list[UUID]:
    """Give up every attempt of the run whose lease has run out by the database's clock; tell which."""
    with run_unit(run_id, actor) as u:
        over = list(
            Attempt.objects.select_related("task")
            .filter(run=u.run, state=AttemptState.RUNNING, lease_until__lt=u.now)
            .order_by("task_id")[:BATCH]
        )
        for attempt in over:
            fault = TOO_LONG if attempt.limit_at <= u.now else VANISHED
            Attempt.objects.filter(pk=attempt.pk).update(
                state=AttemptState.LOST.value,
                finished_at=u.now,
                error={"code": fault.code, "message": fault.message, "kind": fault.kind},
            )
            after_bad_attempt(u, attempt.task, attempt.pk, AttemptState.LOST, fault)
        if over:
            settle_run(u)
            if u.run.state in RUN_CLAIMING:
                ring_for_rest(u)
        return [a.pk for a in over]
