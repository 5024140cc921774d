"""Periodic checks that kinds register with the witness. A check decides by stored rows, so two witnesses make one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from campaigns.actions.checkpoints import save_checkpoint
from campaigns.kinds import snapshots
from campaigns.kinds.registry import KINDS
from campaigns.models import Run
from campaigns.permissions import Actor
from campaigns.states import RunState

Check = Callable[[Run, float, datetime, Actor], bool]


def checkpoint_overdue(run: Run, every_s: float, now: datetime, actor: Actor) -> bool:
    """A checkpoint by time: work was completed since the last one, and that was longer ago than the kind allows."""
    if not run.completed_since_checkpoint or not snapshots.every(run.settings, sum(run.counts.values())):
        return False
    last = run.checkpoints.order_by("-number").values_list("created_at", flat=True).first() or run.started_at
    if last is None or now - last < timedelta(seconds=every_s):
        return False
    save_checkpoint(run_id=run.pk, cause="time", reason="Time has passed since the last one.", actor=actor)
    return True


CHECKS: dict[str, Check] = {"checkpoint_overdue": checkpoint_overdue}


def due_checks(now: datetime, actor: Actor) -> int:
    """Make every registered check of every running run that is due; how many acted."""
    acted = 0
    for kind in KINDS.values():
        for check in kind.periodic:
            for run in Run.objects.filter(kind=kind.name, state=RunState.RUNNING)[:500]:
                acted += CHECKS[check.name](run, check.every_s, now, actor)
    return acted
