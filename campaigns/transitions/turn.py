"""The turn: the one hot transaction. Finish what is done, claim what may start, number the events, ring for more."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Sequence
from uuid import UUID

from campaigns.kinds import snapshots
from campaigns.permissions import Actor
from campaigns.states import RUN_CLAIMING, Queue, TaskState
from campaigns.transitions import hot
from campaigns.transitions.claim import Places, Want, claim
from campaigns.transitions.ending import settle_run
from campaigns.transitions.finish import finish
from campaigns.transitions.shapes import Finish, Turned
from campaigns.transitions.unit import RunUnit, run_unit


def turn(
    run_id: UUID, *, finishes: Sequence[Finish] = (), want: Want | None = None, arrived: bool = False, actor: Actor
) -> Turned:
    """Finish these attempts of the run and claim for the asking worker, in one short transaction.

    `arrived` says that the worker came by a ring, which is then no longer outstanding.
    """
    with run_unit(run_id, actor) as u:
        began = time.perf_counter()
        late = finish(u, finishes)
        if finishes:
            settle_run(u)
        if arrived and want is not None:
            _one_arrived(u, want.queue)
        claims, places = claim(u, want)
        if finishes or claims:
            ring_for_rest(u, places)
        if finishes:
            u.left_place = not claims
            u.set(write_ms=u.run.write_ms + math.ceil((time.perf_counter() - began) * 1000))
        every = snapshots.every(u.run.settings, sum(u.run.counts.values()))
        return Turned(
            claims=tuple(claims),
            state=u.run.state,
            blocks=u.blocks,
            checkpoint_due=bool(every) and u.run.completed_since_checkpoint >= every,
            more_ready=u.count(TaskState.READY) > 0,
            late=tuple(late),
            run=u.run,
        )


def something_to_do(run_id: UUID, queue: str) -> bool:
    """Whether a worker that came by a ring has reason to make a turn. If not, its ring is no longer outstanding.

    One statement decides and counts, so that whoever makes a task ready at the same moment either is seen here or sees
    that nobody is on the way.
    """
    looked = hot.READY_COUNT.rows(run=run_id)
    return bool(looked) and (bool(looked[0][0]) or not hot.PASS_BY[Queue(queue)].run(run=run_id))


def _one_arrived(u: RunUnit, queue: str) -> None:
    name = f"rings_{queue}"
    u.set(**{name: max(getattr(u.run, name) - 1, 0)})


def ring_first(u: RunUnit, queues: Collection[str]) -> None:
    """Ring once for a run that was just made: whoever comes rings for the rest.

    Several runs made at the same time so begin side by side, instead of the first taking every worker.
    """
    if u.run.state in RUN_CLAIMING and u.count(TaskState.READY):
        _ring(u, 1, queues)


def ring_for_rest(u: RunUnit, places: Places | None = None) -> None:
    """Ring as many places as the run can still use, beyond those rung and not yet arrived.

    Tasks that wait for a time are left to the witness, which rings when it has come.
    """
    if u.run.state not in RUN_CLAIMING or not u.count(TaskState.READY):
        return
    free = (places or Places(u, ())).free_here()
    if free <= min(u.run.rings_short, u.run.rings_long):
        return
    _ring(u, free, {queue for (queue,) in hot.READY_QUEUES.rows(run=u.run.pk, now=u.now)})


def _ring(u: RunUnit, free: int, queues: Collection[str]) -> None:
    for queue in queues:
        name = f"rings_{queue}"
        outstanding = getattr(u.run, name)
        usable = min(u.count(TaskState.READY), free) - outstanding
        if usable > 0:
            u.ring(queue, usable)
            u.set(**{name: outstanding + usable}, rung_at=u.now)
