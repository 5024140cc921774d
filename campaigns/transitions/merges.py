"""Moves of a landing: intended before the branch moves, landed with the finish of its attempt, or abandoned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from campaigns.models import Attempt, Merge
from campaigns.states import RUN_ENDED, AttemptState, MergeState
from campaigns.transitions.shapes import Claim, Finish
from campaigns.transitions.unit import RunUnit
from conductor.lib.errors import LeaseLost
from conductor.lib.ids import new_id


@dataclass(frozen=True, slots=True)
class Landing:
    """A branch that is to move from one commit to another, which brings `source` in."""

    branch: str
    old: str
    new: str
    source: str


def intend(u: RunUnit, claim: Claim, landing: Landing) -> UUID | None:
    """Record the intent if the attempt still holds; None while another landing on this branch is open."""
    if not Attempt.objects.filter(pk=claim.attempt_id, state=AttemptState.RUNNING, lease_until__gt=u.now).exists():
        raise LeaseLost("The attempt no longer belongs to this worker.")
    open_ = Merge.objects.filter(run=u.run, branch=landing.branch, state=MergeState.INTENDED)
    if open_.exclude(attempt=claim.attempt_id).exists():
        return None
    commits = {"old_commit": landing.old, "new_commit": landing.new, "source_commit": landing.source}
    merge, _ = Merge.objects.update_or_create(
        attempt_id=claim.attempt_id,
        defaults=commits,
        create_defaults={
            "pk": new_id(),
            "run": u.run,
            "branch": landing.branch,
            "created_at": u.now,
            **commits,
        },
    )
    u.event(
        "merge.intended",
        task_id=claim.task_id,
        attempt_id=claim.attempt_id,
        to_state=MergeState.INTENDED,
        data={"merge": str(merge.pk), "branch": landing.branch, "old": landing.old, "new": landing.new},
    )
    return merge.pk


def land(u: RunUnit, finishes: Sequence[Finish]) -> None:
    """The branch has moved for these attempts, which won."""
    for f in finishes:
        if f.merge_id is None:
            continue
        merge = Merge.objects.get(pk=f.merge_id)
        Merge.objects.filter(pk=merge.pk).update(state=MergeState.LANDED.value, ended_at=u.now)
        u.event(
            "merge.landed",
            task_id=f.claim.task_id,
            attempt_id=f.claim.attempt_id,
            from_state=MergeState.INTENDED,
            to_state=MergeState.LANDED,
            data={
                "merge": str(merge.pk),
                "branch": merge.branch,
                "old": merge.old_commit,
                "new": merge.new_commit,
            },
        )


def abandon(u: RunUnit, merge: Merge) -> None:
    """The landing is given up: its attempt is over without a finish, maybe with its run; the branch is as before."""
    Merge.objects.filter(pk=merge.pk).update(state=MergeState.ABANDONED.value, ended_at=u.now)
    u.event(
        "post.merge_abandoned" if u.run.state in RUN_ENDED else "merge.abandoned",
        task_id=merge.attempt.task_id,
        attempt_id=merge.attempt_id,
        from_state=MergeState.INTENDED,
        to_state=MergeState.ABANDONED,
        data={"merge": str(merge.pk), "branch": merge.branch},
    )
