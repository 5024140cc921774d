"""Run, load and resume campaigns, save and find checkpoints, follow a run. Each is an action or two, without rules."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from campaigns.actions import campaigns as campaign_actions
from campaigns.actions import checkpoints as checkpoint_actions
from campaigns.actions import runs as run_actions
from campaigns.models import Campaign, Checkpoint, Run, Team
from campaigns.permissions import Actor
from campaigns.queries.events import events_after
from campaigns.states import RUN_ENDED, RUN_REOPENABLE, RunState
from conductor.lib.errors import BadInput, InvalidMove, NotFound, Unavailable
from conductor.sdk.people import local_actor
from conductor.sdk.workers import Working

POLL_S: Final = 0.2


def team(name: str = "") -> Team:
    """The team of that name or id; without one, the only team there is."""
    teams = Team.objects.order_by("created_at")
    if name:
        pk = _uuid(name)
        found = teams.filter(name=name).first() or (teams.filter(pk=pk).first() if pk else None)
        if found is None:
            raise NotFound(f"There is no team called {name!r}.")
        return found
    if len(some := list(teams[:2])) == 1:
        return some[0]
    if some:
        raise BadInput(errors={"team": "Say for which team; there are several."})
    raise NotFound("There is no team yet; `conductor up` makes the first one.")


def _uuid(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


def run_campaign(
    *,
    goal: str = "",
    brief: Mapping[str, Any] | None = None,
    brand: str = "",
    plan: Mapping[str, Any] | str | None = None,
    repository: str = "",
    kind: str = "",
    name: str = "",
    settings: Mapping[str, Any] | None = None,
    budget: Decimal | None = None,
    truncate: bool = False,
    mode: str | None = None,
    platforms: Sequence[str] | None = None,
    in_team: str = "",
    actor: Actor | None = None,
) -> Run:
    """File a campaign and start it: both or neither. A brief makes it creative, a plan (data or YAML text) coding."""
    actor = actor or local_actor()
    said: Any = plan or {}
    with transaction.atomic():
        campaign = campaign_actions.file_campaign(
            team_id=team(in_team).pk,
            kind=kind or ("creative" if brief else "coding"),
            name=name,
            goal=goal,
            brief=brief,
            brand=brand or None,
            repository=repository,
            plan=said,
            settings=settings,
            budget=budget,
            truncate=truncate,
            actor=actor,
        )
        return run_actions.start_run(campaign_id=campaign.pk, mode=mode, platforms=platforms, actor=actor)


def load_campaign(campaign_id: UUID) -> Campaign:
    """The campaign; NotFound if there is none, or if it was deleted."""
    found = Campaign.objects.filter(pk=campaign_id, deleted_at=None).first()
    if found is None:
        raise NotFound("There is no such campaign.")
    return found


def resume_campaign(campaign_id: UUID, *, from_checkpoint: UUID | None = None, actor: Actor | None = None) -> Run:
    """Its newest run goes on: a paused one is resumed, one that did not succeed is tried again where it failed.

    With a checkpoint, a child run begins from exactly what that holds.
    """
    actor = actor or local_actor()
    load_campaign(campaign_id)
    if from_checkpoint is not None:
        if not Checkpoint.objects.filter(pk=from_checkpoint, run__campaign=campaign_id).exists():
            raise NotFound("This campaign has no such checkpoint.")
        return checkpoint_actions.restore_checkpoint(checkpoint_id=from_checkpoint, actor=actor)
    run = Run.objects.filter(campaign=campaign_id).order_by("-number").first()
    if run is None:
        raise NotFound("This campaign has no run yet; start one.")
    if run.state in RUN_REOPENABLE and run.state != RunState.BUDGET_STOPPED:
        return run_actions.retry_run(run_id=run.pk, actor=actor)
    if run.state in RUN_ENDED:
        raise InvalidMove(f"Its last run is {run.state.replace('_', ' ')}; there is nothing to resume.")
    return run_actions.resume_run(run_id=run.pk, actor=actor)


def save_checkpoint(run_id: UUID, reason: str = "", *, actor: Actor | None = None) -> Checkpoint:
    """A full, signed snapshot of the run as it stands."""
    return checkpoint_actions.save_checkpoint(run_id=run_id, reason=reason, actor=actor or local_actor())


def latest_checkpoint(run_id: UUID) -> Checkpoint | None:
    """The last checkpoint of the run, verified: a damaged or forged one is refused by name."""
    found = Checkpoint.objects.filter(run=run_id).order_by("number").last()
    if found is not None:
        checkpoint_actions.load(found)
    return found


def events(run_id: UUID, after: int = 0) -> Iterator[dict[str, Any]]:
    """The events of the run after that number, in order, as far as they are there now."""
    while page := events_after("run", run_id, after):
        yield from page
        after = page[-1]["seq"]


def wait(run_id: UUID, timeout_s: float | None = None, *, working: Working | None = None) -> Run:
    """The run once it has ended or stands still (paused); Unavailable if that takes longer than allowed."""
    until = None if timeout_s is None else time.monotonic() + timeout_s
    while True:
        run = Run.objects.filter(pk=run_id).first()
        if run is None:
            raise NotFound("There is no such run.")
        if run.state in RUN_ENDED or run.state == RunState.PAUSED:
            return run
        if until is not None and time.monotonic() > until:
            raise Unavailable(f"The run is still {run.state} after {timeout_s:g} s.")
        if working is not None:
            working.tend()
        time.sleep(POLL_S)
