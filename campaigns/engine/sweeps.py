"""What the witness looks for: each rule is a query that should find nothing, and its repair. All are safe to repeat.

Every repair is one small unit on one run, so that two witnesses, or a witness and the workers, do no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.db.models.functions import Coalesce

from campaigns.actions.audits import close_owed_audit, give_up_audit, request_audit
from campaigns.actions.budgets import settle_unknown
from campaigns.actions.checkpoints import save_checkpoint
from campaigns.actions.idempotency import forget_old_keys
from campaigns.actions.model_replies import forget_old_replies
from campaigns.actions.runs import cancel
from campaigns.engine import integrate, outbox, workspace
from campaigns.engine.patience import AWAY, only_locked
from campaigns.kinds import snapshots
from campaigns.models import Attempt, AuditReport, Dependency, LedgerEntry, Run, Task
from campaigns.permissions import Actor
from campaigns.states import (
    RUN_CLAIMING,
    RUN_OPEN,
    TASK_ENDED_BADLY,
    AttemptState,
    AuditState,
    Purpose,
    Requires,
    RunState,
    TaskState,
)
from campaigns.transitions.blocks import block_dependants
from campaigns.transitions.ending import settle_run
from campaigns.transitions.lost import expire_leases
from campaigns.transitions.turn import ring_for_rest
from campaigns.transitions.unit import run_unit
from conductor.lib.clock import Timing, timing
from conductor.lib.errors import ConductorError

log = logging.getLogger("conductor.witness")

BATCH = 500
AUDIT_WAIT_S = 30.0
AUDIT_TRIES = 5

Sweep = Callable[[datetime, Actor], int]


def _each(runs: Iterable[UUID], repair: Callable[[UUID], object]) -> int:
    """Repair run by run; one that cannot be repaired now is left for the next sweep, and said."""
    n = 0
    for run_id in runs:
        try:
            repair(run_id)
            n += 1
        except ConductorError as error:
            log.warning("sweep put off: %s", error.message, extra={"run": str(run_id), "code": error.code})
        except AWAY as error:
            if not only_locked(error):
                raise
            log.warning("sweep put off: the run is locked", extra={"run": str(run_id)})
        except Exception:  # one run that cannot be repaired must not keep the witness from all the others
            log.exception("sweep failed", extra={"run": str(run_id)})
    return n


def leases_over(now: datetime, actor: Actor) -> int:
    """Attempts whose lease has run out: lost."""
    runs = Attempt.objects.filter(state=AttemptState.RUNNING, lease_until__lt=now).values_list("run", flat=True)
    return _each(runs.order_by("run").distinct()[:BATCH], lambda run: expire_leases(run, actor=actor))


def unrung(now: datetime, actor: Actor) -> int:
    """Runs with ready tasks that nobody works on or was rung for lately: ring again."""
    since = now - timedelta(seconds=timing().RING_AGAIN_S)
    ready = Task.objects.filter(
        Q(not_before__isnull=True) | Q(not_before__lte=now), run=OuterRef("pk"), state=TaskState.READY
    )
    runs = (
        Run.objects.filter(Exists(ready), state__in=sorted(RUN_CLAIMING))
        .filter(Q(rung_at__isnull=True) | Q(rung_at__lt=since) | Q(rings_short=0, rings_long=0))
        .order_by("rung_at")
        .values_list("pk", flat=True)[:BATCH]
    )
    return _each(list(runs), lambda run: ring_again(run, actor))


def ring_again(run_id: UUID, actor: Actor) -> None:
    """Forget rings that did not arrive and ring for what the run can use now."""
    with run_unit(run_id, actor) as u:
        if u.run.state in RUN_CLAIMING:
            stale = u.run.rung_at is None or (u.now - u.run.rung_at).total_seconds() > timing().RING_AGAIN_S
            if stale:
                u.set(rings_short=0, rings_long=0)
            ring_for_rest(u)


def unblocked(now: datetime, actor: Actor) -> int:
    """Tasks waiting for something that ended badly: blocked."""
    bad = Dependency.objects.filter(
        task__state__in=[TaskState.PENDING, TaskState.READY],
        task__run__state__in=sorted(RUN_OPEN),
        requires=Requires.SUCCESS,
        needs__state__in=sorted(TASK_ENDED_BADLY),
    ).values_list("task__run", flat=True)
    return _each(bad.order_by("task__run").distinct()[:BATCH], lambda run: block_dependants(run, actor=actor))


def unfinished(now: datetime, actor: Actor) -> int:
    """Open runs in which nothing moves any more, and cancellations and pauses not completed: brought to rest."""
    live = Attempt.objects.filter(run=OuterRef("pk"), state=AttemptState.RUNNING)
    moving = Task.objects.filter(
        run=OuterRef("pk"), state__in=[TaskState.READY, TaskState.IN_PROGRESS, TaskState.WAITING]
    )
    stopping = Q(state__in=[RunState.CANCELLING, RunState.PAUSING])
    runs = (
        Run.objects.filter(~Exists(live), Q(~Exists(moving)) | stopping, state__in=sorted(RUN_OPEN))
        .exclude(state=RunState.PAUSED)
        .values_list("pk", flat=True)[:BATCH]
    )
    return _each(list(runs), lambda run: settle(run, actor))


def settle(run_id: UUID, actor: Actor) -> None:
    with run_unit(run_id, actor) as u:
        settle_run(u)


def overdue(now: datetime, actor: Actor) -> int:
    """Runs past their deadline whose clock does not stand: stopped, failed, code run_deadline."""
    runs = Run.objects.filter(
        state__in=sorted(RUN_OPEN - {RunState.CANCELLING}), deadline_at__lt=now, clock_stopped_at__isnull=True
    ).values_list("pk", flat=True)[:BATCH]
    return _each(list(runs), lambda run: _end_overdue(run, actor))


def _end_overdue(run_id: UUID, actor: Actor) -> None:
    with run_unit(run_id, actor) as u:
        if u.run.state in RUN_OPEN - {RunState.CANCELLING} and u.run.deadline_at < u.now and not u.run.clock_stopped_at:
            cancel(u, "The run passed its deadline.", end_state=RunState.FAILED, code="run_deadline")


def audits_owed(now: datetime, actor: Actor) -> int:
    """Ended runs whose audit is still owed: a child run audits them; after some tries, each later, it has failed."""
    tried = Q(children__purpose=Purpose.AUDIT, children__created_at__gt=F("finished_at"))
    busy = Run.objects.filter(
        Q(finished_at__isnull=True) | Q(state=RunState.COMPLETED),
        parent=OuterRef("pk"),
        purpose=Purpose.AUDIT,
        created_at__gt=OuterRef("finished_at"),
    )
    owed = Run.objects.filter(~Exists(busy), audit_pending=True, campaign__deleted_at__isnull=True).order_by()
    rows = owed.annotate(
        tries=Count("children", filter=tried),
        since=Coalesce(Max("children__finished_at", filter=tried), F("finished_at")),
    )
    due = rows.values_list("pk", "tries", "since")[:BATCH]
    tries_of = {pk: tries for pk, tries, since in due if now - since >= _audit_wait(tries)}

    def make_or_give_up(run_id: UUID) -> None:
        if tries_of[run_id] >= AUDIT_TRIES:
            give_up_audit(run_id=run_id, actor=actor)
        else:
            request_audit(run_id=run_id, actor=actor)

    return _each(tries_of, make_or_give_up)


def _audit_wait(tries: int) -> timedelta:
    """Doubled with every try; scaled as the other waits are."""
    return timedelta(seconds=AUDIT_WAIT_S * 2**tries * timing().SWEEP_S / Timing().SWEEP_S)


def audits_made(now: datetime, actor: Actor) -> int:
    """Runs whose owed audit has been made by a child run."""
    made = AuditReport.objects.filter(
        run__parent=OuterRef("pk"), run__created_at__gt=OuterRef("finished_at"), state=AuditState.DONE
    )
    runs = Run.objects.filter(Exists(made), audit_pending=True).values_list("pk", flat=True)[:BATCH]
    return _each(list(runs), lambda run: close_owed_audit(run_id=run, actor=actor))


def checkpoints_due(now: datetime, actor: Actor) -> int:
    """Running runs that have completed enough tasks since their last checkpoint, whose worker died before saving it."""
    n = 0
    for run in Run.objects.filter(state__in=[RunState.RUNNING], completed_since_checkpoint__gt=0)[:BATCH]:
        every = snapshots.every(run.settings, sum(run.counts.values()))
        if every and run.completed_since_checkpoint >= every:
            n += _each([run.pk], lambda pk: save_checkpoint(run_id=pk, cause="tasks", actor=actor))
    return n


def unsettled(now: datetime, actor: Actor) -> int:
    """Reservations of attempts that have ended without a settlement: booked as spent, outcome unknown."""
    since = now - timedelta(seconds=2 * timing().LEASE_S)
    settled = LedgerEntry.objects.filter(call_key=OuterRef("call_key"), kind="settle")
    runs = (
        LedgerEntry.objects.filter(~Exists(settled), kind="reserve", created_at__lt=since)
        .exclude(attempt__state=AttemptState.RUNNING)
        .values_list("run", flat=True)
        .order_by("run")
        .distinct()[:BATCH]
    )
    return _each(list(runs), lambda run: settle_unknown(run_id=run, actor=actor))


def integrations(now: datetime, actor: Actor) -> int:
    """Landings left half-way by a worker that vanished: completed or abandoned, by what the branch says."""
    return _each(integrate.undecided_runs(BATCH), lambda run: integrate.recover(run, actor))


def clones(now: datetime, actor: Actor) -> int:
    """Clones of ended attempts on this host: removed."""
    return workspace.remove_old_clones(now)


def outbox_left(now: datetime, actor: Actor) -> int:
    """What should have left after a commit and did not: sent again."""
    return outbox.deliver_due(now, actor)


def keys_over(now: datetime, actor: Actor) -> int:
    """Idempotency keys older than they are kept: forgotten, a batch in every sweep."""
    return forget_old_keys(now=now, most=BATCH, actor=actor)


def replies_over(now: datetime, actor: Actor) -> int:
    """Answers of models that are older than answers are kept: forgotten."""
    return forget_old_replies(now)


SWEEPS: dict[str, Sweep] = {
    "leases_over": leases_over,
    "integrations": integrations,
    "unblocked": unblocked,
    "unfinished": unfinished,
    "overdue": overdue,
    "unrung": unrung,
    "audits_owed": audits_owed,
    "audits_made": audits_made,
    "checkpoints_due": checkpoints_due,
    "unsettled": unsettled,
    "outbox_left": outbox_left,
    "clones": clones,
    "keys_over": keys_over,
    "replies_over": replies_over,
}
