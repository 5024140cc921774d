"""Build the requests of claimed attempts: brief or task, outputs of needs, pieces to audit, criteria, limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from agents.contracts import AgentRequest, Limits, Workspace
from campaigns.kinds.base import Kind
from campaigns.models import Criterion, Run
from campaigns.queries import rulepacks
from campaigns.queries.snapshots import versions_by_slot
from campaigns.transitions import hot
from campaigns.transitions.shapes import Claim
from conductor.lib import statements
from conductor.lib.money import MICROS

OUTPUT_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Setting:
    """What all attempts of a run share, read once per place."""

    run: Run
    kind: Kind


@dataclass(frozen=True, slots=True)
class Gathered:
    """What these claims need beyond their own rows."""

    needs: Mapping[UUID, Mapping[str, Any]]
    pieces: Mapping[str, Any]
    criteria: Mapping[UUID, Sequence[Criterion]]
    pack: Mapping[str, Any] | None = None


def gather(setting: Setting, claims: Sequence[Claim]) -> Gathered:
    """A fixed number of queries for the whole batch."""
    ids = [c.task_id for c in claims]
    needs: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for task_id, key, output in hot.OUTPUTS_OF_NEEDS.rows(ids=ids):
        needs[task_id][key] = output
    criteria: dict[UUID, list[Criterion]] = defaultdict(list)
    if setting.kind.uses_workspace:
        for row in hot.CRITERIA.rows(ids=ids):
            criterion = statements.instance(Criterion, row)
            criteria[criterion.task_id].append(criterion)
    return Gathered(needs, _pieces(setting, claims), criteria, _pack(setting, claims))


def _pack(setting: Setting, claims: Sequence[Claim]) -> Mapping[str, Any] | None:
    """The rules that the run was started with, for claims that audit; None means those of the house."""
    if not any("slots" in c.inputs for c in claims):
        return None
    return rulepacks.pinned_on(setting.run)


def _pieces(setting: Setting, claims: Sequence[Claim]) -> dict[str, Any]:
    """The bundle as it stands, for the claims that read pieces (audits) or a former version (regenerating)."""
    if not any("slots" in c.inputs or "previous" in c.inputs for c in claims):
        return {}
    by_slot = versions_by_slot(setting.run)
    rows = hot.PIECES.rows(ids=[UUID(pk) for pk in by_slot.values()])
    found = {str(pk): {"content": content, "version": str(pk), "sha256": sha256} for pk, sha256, content in rows}
    return {slot: found.get(pk) for slot, pk in by_slot.items()}


def _limits(run: Run, claim: Claim) -> Limits:
    """The time of the task, and what the run allows one attempt of tokens and money."""
    allowed = run.settings.get("per_attempt") or {}
    money = allowed.get("money")
    return Limits(
        seconds=claim.timeout_s,
        tokens=allowed.get("tokens"),
        money_micros=None if money is None else int(Decimal(money) * MICROS),
        output_bytes=OUTPUT_BYTES,
    )


def request_for(setting: Setting, claim: Claim, gathered: Gathered, workspace: Workspace | None) -> AgentRequest:
    """The request of one claim."""
    run = setting.run
    inputs: dict[str, Any] = {**claim.inputs, "needs": gathered.needs.get(claim.task_id, {})}
    if run.brief:
        inputs["brief"] = run.brief
    if "slots" in claim.inputs:
        if gathered.pack is not None:
            inputs["pack"] = gathered.pack
        inputs["pieces"] = {slot: gathered.pieces.get(slot) for slot in claim.inputs["slots"]}
    if claim.inputs.get("previous"):
        piece = gathered.pieces.get(claim.slot)
        inputs["previous"] = piece["content"] if piece else None
    return AgentRequest(
        attempt=str(claim.attempt_id),
        task=claim.key,
        role=claim.role,
        backend=claim.backend[0] if claim.backend else "",
        instructions=claim.description or claim.title,
        inputs=inputs,
        limits=_limits(run, claim),
        workspace=workspace,
        context={
            "goal": run.campaign.goal,
            "run": str(run.pk),
            "number": claim.number,
            "last_error": claim.last_error,
            "criteria": [c.title for c in gathered.criteria.get(claim.task_id, ())],
        },
        seed=int(run.settings.get("seed") or 0),
    )
