"""Stores, branches and clones of coding runs: a bare store per campaign, a branch per run, a clone per attempt.

Git never runs in a clone once an agent could write to it; what comes back are objects, imported by the store.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from agents import contracts
from campaigns.engine.patience import patiently
from campaigns.models import Attempt, Run, Workspace
from campaigns.states import AttemptState
from campaigns.transitions.accept import database_now
from campaigns.transitions.shapes import Claim
from conductor.lib import git
from conductor.lib.errors import NotFound, StaleVersion
from conductor.lib.ids import new_id, short

log = logging.getLogger("conductor.worker")

CLONES_KEPT_S = 600


def store_of(run: Run) -> Path:
    """The campaign's bare store under CONDUCTOR_HOME."""
    return Path(settings.CONDUCTOR_HOME) / "repositories" / f"{run.campaign_id.hex}.git"


def _source_of(run: Run) -> git.Source:
    """The campaign's repository, judged anew each time: what a path leads to may have changed since it was typed."""
    return git.check_source(run.campaign.repository, roots=settings.REPOSITORY_ROOTS, closed=settings.REPOSITORY_CLOSED)


def branch_of(run: Run) -> str:
    """The run's branch: named from ids, so that it can neither clash nor mislead."""
    return str(git.branch_for(f"{short(run.campaign_id)}-{run.number}"))


def clones_folder() -> Path:
    folder = Path(settings.CONDUCTOR_HOME) / "clones"
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    return folder


def ensure_branch(run: Run) -> tuple[Path, str]:
    """The store with the run's branch in it: started from the checkpoint's commit, else from the repository's HEAD."""
    store, branch = store_of(run), branch_of(run)
    git.make_store(store)
    try:
        git.head(store, branch)
    except NotFound:
        base = run.settings.get("git_base") or git.mirror(_source_of(run), store)
        try:
            git.create_branch(store, branch, base)
        except StaleVersion:
            git.head(store, branch)  # another worker was first; its start is as good
    return store, branch


def repair(store: Path) -> None:
    """Remove what killed git processes left in the store; said in the log, since it should be rare."""
    if removed := git.repair(store):
        log.warning("left-overs of killed git processes removed", extra={"store": store.name, "removed": list(removed)})


def open_clone(run: Run, claim: Claim) -> contracts.Workspace:
    """The attempt's own clone at the head of the run's branch, and its row."""
    if claim.number > 1:  # the one before may have been killed in the middle of git's work
        repair(store_of(run))
    store, branch = ensure_branch(run)
    target = clones_folder() / str(claim.attempt_id)
    base = git.clone_for_attempt(store, branch, target)
    row = {"path": str(target), "host": socket.gethostname(), "branch": branch, "base_commit": base}
    patiently(lambda _: _note(claim, row))
    return contracts.Workspace(path=str(target), branch=branch, base_commit=base)


def _note(claim: Claim, row: Mapping[str, str]) -> None:
    Workspace.objects.get_or_create(
        attempt_id=claim.attempt_id, defaults={"pk": new_id(), "created_at": database_now(), **row}
    )


def close_clone(claim: Claim) -> None:
    """Remove the attempt's clones; again is fine."""
    for path in (clones_folder() / str(claim.attempt_id), proof_folder(claim)):
        git.remove_clone(path)
    open_ = Workspace.objects.filter(attempt=claim.attempt_id, removed_at__isnull=True)
    patiently(lambda _: open_.update(removed_at=database_now()))


def proof_folder(claim: Claim) -> Path:
    return clones_folder() / f"{claim.attempt_id}-proof"


def remove_old_clones(now: datetime) -> int:
    """Clones on this host whose attempt ended a while ago: their worker died before it could remove them."""
    since = now - timedelta(seconds=CLONES_KEPT_S)
    rows = Workspace.objects.filter(host=socket.gethostname(), removed_at__isnull=True, attempt__finished_at__lt=since)
    n = 0
    for row in rows.exclude(attempt__state=AttemptState.RUNNING)[:100]:
        for path in (Path(row.path), Path(f"{row.path}-proof")):
            git.remove_clone(path)
        Workspace.objects.filter(pk=row.pk).update(removed_at=now)
        n += 1
    return n


def publish(run: Run) -> str | None:
    """Copy the run's branch into the user's own repository as a ref, if that is on this machine; else None."""
    source = _source_of(run)
    if source.kind != "local" or not Attempt.objects.filter(run=run, merge__state="landed").exists():
        return None
    return str(git.publish(store_of(run), source, branch_of(run)))
