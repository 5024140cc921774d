"""Deliver by topic what must happen outside after a commit: at least once; deleted when done; dead after some tries."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from campaigns.engine import integrate, workspace
from campaigns.models import Outbox, Run
from campaigns.permissions import Actor
from conductor.lib.errors import ConductorError

log = logging.getLogger("conductor.outbox")

TRIES = 5
CLAIM_S = 60
Topic = Callable[[UUID, Actor], object]


def publish_branch(run_id: UUID, actor: Actor) -> object:
    """The run's branch, as a ref in the user's own repository: without landings that its end left undecided."""
    integrate.recover(run_id, actor)
    return workspace.publish(Run.objects.select_related("campaign").get(pk=run_id))


TOPICS: dict[str, Topic] = {"publish_branch": publish_branch}


def deliver_due(now: datetime, actor: Actor, *, run_id: UUID | None = None) -> int:
    """Deliver every row that is due, or those of one run; how many were delivered."""
    due = Outbox.objects.filter(dead_at__isnull=True, not_before__lte=now)
    if run_id is not None:
        due = due.filter(run_id=run_id)
    return sum(_deliver(pk, now, actor) for pk in due.values_list("pk", flat=True)[:200])


def _deliver(pk: int, now: datetime, actor: Actor) -> bool:
    """Take the row for a while (whoever dies with it leaves it due again), do it, delete it."""
    with transaction.atomic():
        taken = Outbox.objects.filter(pk=pk, dead_at__isnull=True, not_before__lte=now).update(
            not_before=now + timedelta(seconds=CLAIM_S)
        )
    if not taken:
        return False
    row = Outbox.objects.get(pk=pk)
    try:
        if row.run_id is not None:
            TOPICS[row.topic](row.run_id, actor)
    except (ConductorError, OSError) as error:
        _put_off(row, now, str(error))
        return False
    row.delete()
    return True


def _put_off(row: Outbox, now: datetime, why: str) -> None:
    tries = row.tries + 1
    dead = now if tries >= TRIES else None
    log.warning("not delivered: %s", why, extra={"topic": row.topic, "run": str(row.run_id), "tries": tries})
    Outbox.objects.filter(pk=row.pk).update(
        tries=tries, dead_at=dead, last_error=why[:2000], not_before=now + timedelta(seconds=min(2**tries, 60))
    )
