"""The birth of a run: row, plan, session, first events and rings, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from campaigns.kinds.base import Kind, RunInput, TaskSpec
from campaigns.kinds.brands import Pinned
from campaigns.kinds.registry import get_kind
from campaigns.models import Artifact, Campaign, Run
from campaigns.permissions import Actor
from campaigns.states import CampaignState, Mode, Purpose, RunState, Stage, TaskState
from campaigns.transitions import hot
from campaigns.transitions.campaigns import move_campaign
from campaigns.transitions.ending import settle_run
from campaigns.transitions.growth import Carried, plant
from campaigns.transitions.pieces import ensure_artifacts
from campaigns.transitions.rulepacks import pin_pack
from campaigns.transitions.turn import ring_first
from campaigns.transitions.unit import RunUnit
from conductor.lib import bulk
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
        found: datetime = cursor.fetchone()[0]
    return found


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to be. `inherited` maps a slot to the id of the version that the run takes over from its parent.

    `brand` is merged into `brief` already; a child run keeps that of its parent.
    `pack` is the rules of its audits ({name, version, sha256, data}); a child run without takes those of its parent.
    """

    campaign: Campaign
    brief: Mapping[str, Any]
    settings: Mapping[str, Any]
    mode: Mode
    purpose: Purpose
    parent: Run | None = None
    artifact: Artifact | None = None
    note: str = ""
    section: str = ""
    inherited: Mapping[str, str] = field(default_factory=dict)
    brand: Pinned | None = None
    pack: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class GivenPlan:
    """A plan that stands in for the kind's own, with the tasks that are carried over from another run."""

    specs: Sequence[TaskSpec]
    carried: Mapping[str, Carried]


def accept(new: NewRun, *, given: GivenPlan | None = None, actor: Actor) -> Run:
    """Accept a run of the campaign, whose row the caller has locked. Conflict (already_running) if one is active."""
    kind = get_kind(new.campaign.kind)
    now = database_now()
    _count(new.campaign, actor)
    run = _row(new, _pinned(kind, new, given), actor, now)
    _insert(run)
    u = RunUnit(run, actor, now)
    specs = given.specs if given else kind.plan(_planned_from(new, run))
    u.event(
        "run.accepted",
        to_state=RunState.QUEUED,
        data={
            "number": run.number,
            "mode": run.mode,
            "purpose": run.purpose,
            "tasks": len(specs),
            "parent": str(new.parent.pk) if new.parent else None,
            "platforms": list(new.brief.get("platforms") or []),
            **({"section": new.section} if new.section else {}),
            **({"brand": run.settings["brand"]} if "brand" in run.settings else {}),
        },
    )
    u.open_session(first=True)
    if kind.slots:
        ensure_artifacts(u, kind.slots)
    planted = plant(u, specs, domains=kind.domains(new.campaign.plan), carried=given.carried if given else None)
    settle_run(u)
    ring_first(u, {task.queue for task in planted if task.state == TaskState.READY})
    u.moved.append(run.state)
    u.close()
    transaction.on_commit(u.leave, robust=True)
    return run


def _count(campaign: Campaign, actor: Actor) -> None:
    """The campaign counts its run; its first one makes a draft active."""
    hot.COUNT_RUN.run(id=campaign.pk)
    if campaign.state == CampaignState.DRAFT:
        words = "Its first run was accepted."
        move_campaign(campaign, CampaignState.ACTIVE, "campaign.activated", message=words, actor=actor)


def _pinned(kind: Kind, new: NewRun, given: GivenPlan | None) -> dict[str, Any]:
    """The settings that act, as of now; those of a given plan were pinned when it was made."""
    pinned = dict(new.settings)
    if given is None:
        pinned = kind.effective_settings(new.settings, new.brief, new.campaign.plan)
    if new.inherited:
        pinned["inherited"] = dict(new.inherited)
    if given is None and kind.slots:
        pinned["pack"] = _pinned_pack(new, pinned)
    if new.note:
        pinned["note"] = new.note
    if new.section:
        pinned["section"] = new.section
    brand = new.brand.record if new.brand else new.parent and new.parent.settings.get("brand")
    if brand:
        pinned["brand"] = dict(brand)
    return pinned


def _brand_version(new: NewRun) -> UUID | None:
    if new.brand is not None:
        return new.brand.version_id
    return new.parent.brand_version_id if new.parent else None


def _pinned_pack(new: NewRun, pinned: Mapping[str, Any]) -> Any:
    """Which rules audit the pieces of this run: name, version and digest. The rules lie beside, once per digest."""
    if new.pack is not None:
        return pin_pack(new.pack)
    before = new.parent.settings.get("pack") if new.parent else None
    return dict(before) if isinstance(before, Mapping) else {"name": pinned.get("pack"), "version": "", "sha256": ""}


def _row(new: NewRun, pinned: dict[str, Any], actor: Actor, now: datetime) -> Run:
    campaign = new.campaign
    kind = get_kind(campaign.kind)
    deadline_s = float(pinned.get("deadline_s") or timing().RUN_DEADLINE_S)
    return Run(
        pk=new_id(),
        campaign=campaign,
        team_id=campaign.team_id,
        number=campaign.runs_count + 1,
        kind=campaign.kind,
        purpose=new.purpose.value,
        parent=new.parent,
        artifact=new.artifact,
        mode=new.mode.value,
        stage=Stage.QUEUED.value if kind.slots else "",
        brief=dict(new.brief),
        brand_version_id=_brand_version(new),
        settings=pinned,
        max_parallel=kind.at_once(pinned),
        correlation=actor.correlation or str(new_id()),
        created_at=now,
        updated_at=now,
        deadline_at=now + timedelta(seconds=deadline_s),
    )


def _planned_from(new: NewRun, run: Run) -> RunInput:
    return RunInput(
        brief=run.brief,
        settings=run.settings,
        plan=new.campaign.plan,
        mode=new.mode,
        purpose=new.purpose,
        seed=run.settings["seed"],
        slot=new.artifact.slot if new.artifact else "",
        note=new.note,
        section=new.section,
        inherited=new.inherited,
    )


def _insert(run: Run) -> None:
    try:
        with transaction.atomic():
            bulk.insert([run])
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
