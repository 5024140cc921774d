"""The birth of a run: row, plan, session, first events and rings, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from campaigns.kinds.base import RunInput, TaskSpec
from campaigns.kinds.registry import get_kind
from campaigns.models import Artifact, Campaign, Run
from campaigns.permissions import Actor
from campaigns.states import CampaignState, Mode, Purpose, RunState
from campaigns.transitions.growth import Carried, plant
from campaigns.transitions.pieces import ensure_artifacts
from campaigns.transitions.turn import ring_for_rest
from campaigns.transitions.unit import RunUnit
from conductor.lib.clock import now as wall_now
from conductor.lib.clock import timing
from conductor.lib.errors import Conflict
from conductor.lib.ids import new_id


def database_now() -> datetime:
    """The database's clock; on SQLite, where the database is this process, our own."""
    if connection.vendor != "postgresql":
        return wall_now()
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        return cursor.fetchone()[0]


def accept(
    campaign: Campaign,
    *,
    brief: Mapping[str, Any],
    settings: Mapping[str, Any],
    mode: Mode,
    purpose: Purpose,
    actor: Actor,
    parent: Run | None = None,
    artifact: Artifact | None = None,
    note: str = "",
    inherited: Mapping[str, str] | None = None,
    specs: Sequence[TaskSpec] | None = None,
    carried: Mapping[str, Carried] | None = None,
) -> Run:
    """Accept a run of the campaign, whose row the caller has locked. Conflict (already_running) if another is active.

    `inherited` maps a slot to the id of the version that the run takes over; `specs` replaces the kind's own plan.
    """
    kind = get_kind(campaign.kind)
    now = database_now()
    Campaign.objects.filter(pk=campaign.pk).update(runs_count=F("runs_count") + 1, state=_active(campaign))
    pinned = kind.effective_settings(settings, brief, campaign.plan) if specs is None else dict(settings)
    if inherited:
        pinned["inherited"] = dict(inherited)
    if note:
        pinned["note"] = note
    run = Run(
        pk=new_id(), campaign=campaign, team_id=campaign.team_id, number=campaign.runs_count + 1, kind=campaign.kind,
        purpose=purpose.value, parent=parent, artifact=artifact, mode=mode.value, stage="queued" if kind.slots else "",
        brief=dict(brief), settings=pinned, max_parallel=kind.at_once(pinned),
        correlation=actor.correlation, created_at=now, updated_at=now,
        deadline_at=now + timedelta(seconds=float(pinned.get("deadline_s") or timing().RUN_DEADLINE_S)),
    )  # fmt: skip
    _insert(run)
    u = RunUnit(run, actor, now)
    if specs is None:
        specs = kind.plan(
            RunInput(
                brief=brief, settings=pinned, plan=campaign.plan, mode=mode, purpose=purpose, seed=pinned["seed"],
                slot=artifact.slot if artifact else "", note=note, inherited=inherited or {},
            )
        )  # fmt: skip
    u.event(
        "run.accepted",
        to_state=RunState.QUEUED,
        data={
            "number": run.number, "mode": mode.value, "purpose": purpose.value, "tasks": len(specs),
            "parent": str(parent.pk) if parent else None, "platforms": list(brief.get("platforms") or []),
        },
    )  # fmt: skip
    u.open_session()
    if kind.slots:
        ensure_artifacts(u, kind.slots)
    plant(u, specs, domains=kind.domains(campaign.plan), carried=carried)
    ring_for_rest(u)
    u.moved = True
    u.close()
    transaction.on_commit(u.leave, robust=True)
    return run


def _active(campaign: Campaign) -> str:
    return CampaignState.ACTIVE.value if campaign.state == CampaignState.DRAFT else campaign.state


def _insert(run: Run) -> None:
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError as error:
        if "run_one" not in str(error) and "unique" not in str(error).lower():
            raise
        raise Conflict(
            "A run of this is already active; wait for its end or cancel it.", code="already_running"
        ) from error


def active_run(campaign_id: UUID) -> Run | None:
    """The full run of the campaign that has not ended, if there is one."""
    return Run.objects.filter(
        campaign=campaign_id, purpose__in=[Purpose.FULL, Purpose.FORK, Purpose.RESTORE], finished_at__isnull=True
    ).first()
