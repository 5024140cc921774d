"""Sittings of a run: start, pause, resume, complete. A session belongs to its run and moves only with it."""

from __future__ import annotations

from uuid import UUID

from campaigns.actions import checkpoints as checkpoint_actions
from campaigns.actions import runs as run_actions
from campaigns.models import Checkpoint, Run, Session
from campaigns.permissions import Actor
from campaigns.states import RUN_ENDED, RunState
from campaigns.transitions.accept import active_run
from conductor.lib.errors import InvalidMove, NotFound
from conductor.sdk.campaigns import load_campaign, wait
from conductor.sdk.people import local_actor
from conductor.sdk.workers import Working


def start_session(campaign_id: UUID, *, actor: Actor | None = None) -> Session:
    """Begin a sitting: start a run of the campaign, or resume its paused one. Conflict while one goes on."""
    actor = actor or local_actor()
    load_campaign(campaign_id)
    run = active_run(campaign_id)
    if run is not None and run.state == RunState.PAUSED:
        return resume_session(run.pk, actor=actor)
    return _last(run_actions.start_run(campaign_id=campaign_id, actor=actor).pk)


def pause_session(run_id: UUID, reason: str = "", *, actor: Actor | None = None) -> Checkpoint:
    """Save a checkpoint, then let the run come to rest: attempts that run finish, no other starts."""
    actor = actor or local_actor()
    saved = checkpoint_actions.save_checkpoint(run_id=run_id, reason=reason, actor=actor)
    run_actions.pause_run(run_id=run_id, reason=reason, actor=actor)
    return saved


def resume_session(run_id: UUID, *, actor: Actor | None = None) -> Session:
    """The paused run goes on in its next sitting."""
    run_actions.resume_run(run_id=run_id, actor=actor or local_actor())
    return _last(run_id)


def complete_session(run_id: UUID, timeout_s: float | None = None, *, working: Working | None = None) -> Session:
    """Wait until the run has ended, and with it its last sitting. A paused run is refused: resume it first."""
    run = wait(run_id, timeout_s, working=working)
    if run.state not in RUN_ENDED:
        raise InvalidMove("The run is paused; resume it, then its session can be completed.")
    return _last(run_id)


def _last(run_id: UUID) -> Session:
    found = Session.objects.filter(run=run_id).order_by("number").last()
    if found is None:
        raise NotFound("There is no such run." if not Run.objects.filter(pk=run_id).exists() else "It has no session.")
    return found
