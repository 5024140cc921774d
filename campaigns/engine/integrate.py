"""Land an attempt's commit on the run's branch: one landing at a time per branch, intended before the ref moves.

Git cannot join the transaction. The order is: intent row and intent ref, move (both refs or neither), and the finish
turn tells that it landed. A worker that was given up can no longer move the branch: its intent ref is gone.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from uuid import UUID

from django.db.models import QuerySet

from campaigns.engine import workspace
from campaigns.engine.patience import patiently
from campaigns.models import Merge
from campaigns.permissions import Actor
from campaigns.states import AttemptState, MergeState
from campaigns.transitions.merges import Landing, abandon, intend
from campaigns.transitions.shapes import Claim, Fault
from campaigns.transitions.unit import run_unit
from conductor.lib import git
from conductor.lib.clock import boot_seconds
from conductor.lib.errors import StaleVersion

log = logging.getLogger("conductor.worker")

WAIT_S = 120.0


def integrate(claim: Claim, store: Path, branch: str, commit: str, *, actor: Actor) -> tuple[UUID | None, Fault | None]:
    """Merge the commit into the branch. The id of the merge to be told by the finish, or why it could not be."""
    until = boot_seconds() + WAIT_S
    while boot_seconds() < until:
        old = git.head(store, branch)
        merged = git.merge_in_memory(store, old, commit)
        if isinstance(merged, git.MergeConflict):
            files = ", ".join(merged.files[:10])
            words = f"The change does not merge with what is on the branch: {files}."
            return None, Fault("merge_conflict", words, "retriable")
        if merged.commit == old:
            return None, None
        landing = Landing(branch, old, merged.commit, commit)
        merge_id = patiently(lambda _, landing=landing: _intend(claim, landing, actor))  # type: ignore[misc]
        if merge_id is None:
            time.sleep(0.2)
            patiently(lambda _: recover(claim.run_id, actor))
            continue
        git.record_intent(store, str(claim.attempt_id), merged.commit)
        try:
            git.land(store, str(claim.attempt_id), branch, old, merged.commit)
        except StaleVersion:
            told = {"run": str(claim.run_id), "merge": str(merge_id)}
            log.info("the branch moved meanwhile; merging anew", extra=told)
            continue
        return merge_id, None
    return None, Fault("merge_conflict", "The branch was busy for too long.", "transient")


def _intend(claim: Claim, landing: Landing, actor: Actor) -> UUID | None:
    with run_unit(claim.run_id, actor) as u:
        return intend(u, claim, landing)


def recover(run_id: UUID, actor: Actor) -> int:
    """Landings of this run whose attempt ended without a finish: given up for good, taken back where the ref moved."""
    ids = list(_undecided().filter(run=run_id).values_list("pk", flat=True))
    for merge_id in ids:
        _recover_one(run_id, merge_id, actor)
    return len(ids)


def _recover_one(run_id: UUID, merge_id: UUID, actor: Actor) -> None:
    with run_unit(run_id, actor) as u:
        merge = Merge.objects.select_related("attempt").filter(pk=merge_id, state=MergeState.INTENDED).first()
        if merge is None or merge.attempt.state == AttemptState.RUNNING:
            return
        store = workspace.store_of(u.run)
        workspace.repair(store)
        git.abandon(store, str(merge.attempt_id))
        if git.landed(store, merge.branch, merge.new_commit):
            git.take_back(store, merge.branch, merge.old_commit, merge.new_commit)
        abandon(u, merge)


def undecided_runs(most: int) -> list[UUID]:
    """Runs with such landings, for the witness."""
    return list(_undecided().values_list("run", flat=True).order_by("run").distinct()[:most])


def _undecided() -> QuerySet[Merge]:
    """Landings that were intended by attempts which are over."""
    return Merge.objects.filter(state=MergeState.INTENDED).exclude(attempt__state=AttemptState.RUNNING)
