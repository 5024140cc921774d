"""Start, pause, resume, cancel and retry a run. Each checks permission first, then moves, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from campaigns import permissions
from campaigns.kinds import brief as briefs
from campaigns.kinds.base import RunInput, TaskFact, TaskSpec
from campaigns.kinds.brands import into_brief
from campaigns.kinds.registry import get_kind
from campaigns.models import Campaign, Run, Task
from campaigns.permissions import Actor
from campaigns.queries import rulepacks
from campaigns.queries.brands import pinned_for
from campaigns.queries.model_keys import with_defaults
from campaigns.queries.preflight import no_choices, unreachable
from campaigns.states import (
    RUN_ENDED,
    RUN_PAUSABLE,
    TASK_RETRYABLE,
    CampaignState,
    Mode,
    Purpose,
    RunState,
    TaskState,
)
from campaigns.transitions import hot
from campaigns.transitions.accept import NewRun, accept
from campaigns.transitions.decisions import void_decisions
from campaigns.transitions.ending import settle_run
from campaigns.transitions.growth import grow
from campaigns.transitions.moves import block_some, cancel_open_tasks, reopen_tasks
from campaigns.transitions.opening import reopen
from campaigns.transitions.turn import ring_for_rest
from campaigns.transitions.unit import RunUnit, run_unit
from conductor.lib import statements
from conductor.lib.errors import BadInput, Conflict, InvalidMove, NotFound


def start_run(
    *, campaign_id: UUID, mode: str | None = None, platforms: Sequence[str] | None = None, actor: Actor
) -> Run:
    """Accept a full run of the campaign: planned, numbered, rung for. Conflict if one is active; BadInput by field."""
    with transaction.atomic():
        campaign = locked_campaign(campaign_id)
        permissions.require(actor, "start", campaign.team_id, owner_id=campaign.created_by_id)
        refuse_archived(campaign)
        kind = get_kind(campaign.kind)
        if not kind.slots and (beside := no_choices(mode, platforms)):
            raise BadInput(errors=beside)
        brief = dict(campaign.brief)
        if platforms is not None:
            brief["platforms"] = briefs.platforms(list(platforms))
        brand = pinned_for(campaign.brand_id)
        brief = into_brief(brief, brand.data) if brand else brief
        if clashes := briefs.clashes(brief):
            raise BadInput("The brief and its brand do not go together.", errors=clashes)
        missing = kind.missing(brief, campaign.plan, campaign.goal)
        if missing:
            raise BadInput("The campaign is not complete.", errors=missing, code="incomplete")
        settings = kind.check_settings(campaign.settings)
        if kind.slots:
            settings = with_defaults(campaign.team_id, settings)
        if mode is not None:
            settings["mode"] = known_mode(mode).value
        acting = kind.effective_settings(settings, brief, campaign.plan)
        chosen = Mode(acting.get("mode") or Mode.PARALLEL)
        specs = kind.plan(RunInput(brief, acting, campaign.plan, chosen, Purpose.FULL, seed=0))
        _refuse_unreachable(campaign.team_id, specs)
        pack = rulepacks.choose(campaign.team_id, acting["pack"]) if kind.slots else None
        return accept(NewRun(campaign, brief, settings, chosen, Purpose.FULL, brand=brand, pack=pack), actor=actor)


def _refuse_unreachable(team_id: UUID, specs: Sequence[TaskSpec]) -> None:
    unwell = unreachable(team_id, specs)
    if unwell:
        raise BadInput("Not every agent that this needs is well.", errors=unwell)


def locked_campaign(campaign_id: UUID) -> Campaign:
    """The campaign's row, locked; a deleted one does not exist."""
    for row in hot.LOCK_CAMPAIGN.rows(id=campaign_id):
        return statements.instance(Campaign, row)
    raise NotFound("There is no such campaign.")


def open_campaign(campaign_id: UUID) -> Campaign:
    """The campaign's row, locked, if it may have another run."""
    found = locked_campaign(campaign_id)
    refuse_archived(found)
    return found


def refuse_archived(campaign: Campaign) -> None:
    if campaign.state == CampaignState.ARCHIVED:
        raise Conflict("The campaign is archived; take it out of the archive first.")


def known_mode(mode: str) -> Mode:
    if mode not in set(Mode):
        raise BadInput(errors={"mode": [f"Unknown mode {mode!r}; known: {', '.join(Mode)}."]})
    return Mode(mode)


def _found(run_id: UUID) -> Run:
    """The run, for the question who may; what is decided by its state is read with its lock."""
    run = Run.objects.select_related("campaign").only("team_id", "campaign__created_by_id").filter(pk=run_id).first()
    if run is None:
        raise NotFound("There is no such run.")
    return run


def pause_run(*, run_id: UUID, reason: str = "", actor: Actor) -> Run:
    """No attempt starts any more; running ones finish; then the run stands still until it is resumed."""
    permissions.require(actor, "pause", _found(run_id).team_id)
    with run_unit(run_id, actor) as u:
        if u.run.state in (RunState.PAUSING, RunState.PAUSED):
            return u.run
        if u.run.state not in RUN_PAUSABLE:
            raise InvalidMove(f"A run that is {u.run.state.replace('_', ' ')} cannot be paused.")
        pause(u, reason)
        return u.run


def pause(u: RunUnit, reason: str) -> None:
    """The move itself, for whoever holds the unit (a person, or a checkpoint that waits for one)."""
    u.move_run(RunState.PAUSING, "run.pausing", message=reason, reason=reason[:500])
    settle_run(u)


def resume_run(*, run_id: UUID, actor: Actor) -> Run:
    """The run goes on in a new session. An open checkpoint question is answered by it."""
    permissions.require(actor, "resume", _found(run_id).team_id)
    with run_unit(run_id, actor) as u:
        if u.run.state in (RunState.RUNNING, RunState.QUEUED):
            return u.run
        if u.run.state not in (RunState.PAUSED, RunState.PAUSING) or u.run.end_state:
            raise InvalidMove(f"A run that is {u.run.state.replace('_', ' ')} cannot be resumed.")
        resume(u)
        return u.run


def resume(u: RunUnit) -> None:
    """The move itself, for whoever holds the unit."""
    void_decisions(u, Q(kind="checkpoint"))
    was_paused = u.run.state == RunState.PAUSED
    u.move_run(RunState.RUNNING, "run.resumed")
    u.start_clock()
    if was_paused:
        u.open_session(started=True)
    u.set(rings_short=0, rings_long=0, started_at=u.run.started_at or u.now)
    settle_run(u)
    ring_for_rest(u)


def cancel_run(*, run_id: UUID, reason: str = "", actor: Actor) -> Run:
    """Cancel what has not started, now; running agents are stopped by their workers; finished pieces stay."""
    found = _found(run_id)
    permissions.require(actor, "cancel", found.team_id, owner_id=found.campaign.created_by_id)
    with run_unit(run_id, actor) as u:
        if u.run.state in (RunState.CANCELLING, RunState.CANCELLED):
            return u.run
        if u.run.state in RUN_ENDED:
            raise InvalidMove(f"The run has ended ({u.run.state.replace('_', ' ')}); there is nothing to cancel.")
        cancel(u, reason)
        return u.run


def cancel(u: RunUnit, reason: str, *, end_state: RunState = RunState.CANCELLED, code: str = "cancelled") -> None:
    """The move itself: also for a passed deadline, which ends as failed."""
    u.set(cancel_requested_at=u.now, end_state=end_state.value, end_code=code)
    u.move_run(RunState.CANCELLING, "run.cancelling", message=reason, reason=reason[:500], code=code)
    u.start_clock()
    cancel_open_tasks(u)
    settle_run(u)


def retry_run(*, run_id: UUID, tasks: Sequence[UUID] = (), agents: Sequence[str] = (), actor: Actor) -> Run:
    """Try failed tasks again: these tasks, these agents (slots or roles), or all that failed. Reopens an ended run."""
    permissions.require(actor, "retry", _found(run_id).team_id)
    with run_unit(run_id, actor) as u:
        chosen = _chosen(u, tasks, agents)
        retry(u, chosen)
        return u.run


def _chosen(u: RunUnit, ids: Sequence[UUID], agents: Sequence[str]) -> list[Task]:
    rows = Task.objects.filter(run=u.run)
    if ids:
        found = list(rows.filter(pk__in=ids).order_by("pk"))
        missing = set(ids) - {t.pk for t in found}
        if missing:
            raise NotFound("There is no such task in this run.")
    else:
        found = list(rows.filter(state=TaskState.FAILED).order_by("pk"))
        if agents:
            known = set(rows.values_list("slot", flat=True)) | set(rows.values_list("role", flat=True))
            unknown = sorted(set(agents) - known)
            if unknown:
                raise BadInput(errors={"agents": [f"This run has no agent {name!r}." for name in unknown]})
            found = [t for t in found if t.slot in agents or t.role in agents]
    wrong = [t for t in found if t.state not in TASK_RETRYABLE]
    if wrong:
        raise InvalidMove(f"Task {wrong[0].key} is {wrong[0].state.replace('_', ' ')}; only failed tasks are retried.")
    if not found:
        raise InvalidMove("There is no failed task to retry.")
    return found


def retry(u: RunUnit, chosen: Sequence[Task]) -> None:
    """The move itself. What ended stays ended: an audit made before is followed by one that stands in for it."""
    if u.run.state in RUN_ENDED:
        reopen(u, f"{len(chosen)} tasks are tried again.")
    elif u.run.state == RunState.CANCELLING:
        raise InvalidMove("The run is being cancelled.")
    reopen_tasks(u, chosen, "retry")
    facts = [TaskFact(*row) for row in Task.objects.filter(run=u.run).values_list("key", "role", "slot", "state")]
    given = RunInput(
        brief=u.run.brief,
        settings=u.run.settings,
        plan={},
        mode=Mode(u.run.mode),
        purpose=Purpose(u.run.purpose),
        seed=int(u.run.settings.get("seed") or 0),
        inherited=u.run.settings.get("inherited", {}),
    )
    if u.kind.slots:
        change = u.kind.retry_changes(given, facts, [t.key for t in chosen])
        if change.add or change.edges or change.supersede:
            grow(u, change, by="retry")
    go_on(u)


def go_on(u: RunUnit) -> None:
    """After tasks were moved by hand: block what can no longer start, see whether the run has ended, ring for the rest.

    One batch is blocked here; the witness blocks what is left of a very large graph.
    """
    block_some(u)
    settle_run(u)
    ring_for_rest(u)
