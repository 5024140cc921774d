"""Would a run of this campaign start, and what would it take? Looks at everything a start checks; changes nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Avg, DurationField, ExpressionWrapper, F

from agents import health
from agents.specs import access_of
from campaigns import graph
from campaigns.kinds import brief as briefs
from campaigns.kinds.base import RunInput, TaskSpec
from campaigns.kinds.registry import get_kind
from campaigns.models import Attempt, Campaign, Invocation, Run
from campaigns.queries import brands, model_keys, rulepacks
from campaigns.queries.campaigns import twins
from campaigns.states import AttemptState, CampaignState, Mode, Purpose
from conductor.lib.errors import BadInput

#: The mean of a role is taken over this many of its latest attempts.
REMEMBERED: Final = 200


@dataclass(frozen=True, slots=True)
class Estimate:
    """`seconds` from what such tasks took before, by the longest chain and by how many are worked on at once.

    `cost_micros` likewise, where models are asked. None where nothing is known.
    """

    seconds: float | None
    cost_micros: int | None
    tasks: int

    @property
    def ms(self) -> float | None:
        return None if self.seconds is None else self.seconds * 1_000


@dataclass(frozen=True, slots=True)
class AgentUse:
    """An agent that a task would be given, first choice first; `words` say what keeps it from working."""

    task: str
    agent: str
    ok: bool
    words: str


@dataclass(frozen=True, slots=True)
class Preflight:
    errors: dict[str, list[str]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    estimate: Estimate | None = None
    duplicate_of: UUID | None = None
    agents: tuple[AgentUse, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.errors


def preflight(campaign: Campaign, mode: str | None = None, platforms: Sequence[str] | None = None) -> Preflight:
    """Completeness, platforms, mode, plan, agents; `errors` by field, in words."""
    kind = get_kind(campaign.kind)
    errors: dict[str, list[str]] = {}
    brief = dict(campaign.brief)
    chosen = mode or campaign.settings.get("mode") or brief.get("mode") or Mode.PARALLEL.value
    if not kind.slots:
        errors.update(no_choices(mode, platforms))
    elif chosen not in set(Mode):
        errors["mode"] = [f"Must be one of: {', '.join(Mode)}."]
    if platforms is not None and kind.slots:
        try:
            brief["platforms"] = briefs.platforms(list(platforms))
        except BadInput as error:
            errors.update(error.errors)
            brief["platforms"] = brief.get("platforms") or ["?"]  # The fault is told already; it is not also missing.
    brief, cautions = _branded(campaign, brief, errors)
    errors.update(kind.missing(brief, campaign.plan, campaign.goal))
    specs: tuple[TaskSpec, ...] = ()
    at_once = 1
    if not errors:
        specs, at_once = _plan(campaign, brief, Mode(chosen), errors)
    used = _used(campaign.team_id, specs)
    warnings = [*cautions, *_gaps(used)]
    errors.update(unreachable(campaign.team_id, specs))
    if campaign.state == CampaignState.ARCHIVED:
        errors["state"] = ["The campaign is archived; take it out of the archive first."]
    if Run.objects.filter(campaign=campaign, finished_at__isnull=True, artifact=None).exists():
        warnings.append("A run of this campaign is active; another starts when it has ended.")
    twin = twins(campaign).first()
    if twin is not None:
        warnings.append(f"{twin.name!r} has the same content; this one runs separately.")
    estimate = _estimate(campaign, specs, at_once) if specs else None
    return Preflight(errors, tuple(warnings), estimate, twin.pk if twin else None, used)


def _branded(
    campaign: Campaign, brief: dict[str, Any], errors: dict[str, list[str]]
) -> tuple[dict[str, Any], list[str]]:
    """The brief with its brand, and what to take care of; why the brand may not be used goes to `errors`."""
    said: list[str] = []
    try:
        brand = brands.pinned_for(campaign.brand_id)
        if brand and campaign.brand and campaign.brand.has_draft:
            said.append(f"The brand {brand.name} has changes that are not published; version {brand.version} is used.")
    except BadInput as error:
        errors.update(error.errors)
    brief = brands.branded(brief, campaign.brand_id)
    errors.update(briefs.clashes(brief))
    return brief, said + briefs.cautions(brief)


def no_choices(mode: str | None, platforms: Sequence[str] | None) -> dict[str, list[str]]:
    """The choices of a creative run that were made for a run which has none of them, by name."""
    made = {"mode": mode, "platforms": platforms}
    return {name: ["Only a creative campaign has this."] for name, said in made.items() if said is not None}


def _plan(
    campaign: Campaign, brief: dict[str, Any], mode: Mode, errors: dict[str, list[str]]
) -> tuple[tuple[TaskSpec, ...], int]:
    """The tasks of a run, and how many of them are worked on at once; faults of the plan go to `errors`."""
    kind = get_kind(campaign.kind)
    given_settings = model_keys.with_defaults(campaign.team_id, campaign.settings) if kind.slots else campaign.settings
    try:
        settings = kind.effective_settings(given_settings, brief, campaign.plan)
        given = RunInput(brief, settings, campaign.plan, mode, Purpose.FULL, seed=0)
        specs = kind.plan(given)
        graph.check(_nodes(specs), "plan.tasks")
        if kind.slots:
            rulepacks.choose(campaign.team_id, settings["pack"])
    except BadInput as error:
        errors.update(error.errors or {"plan": [error.message]})
        return (), 1
    return specs, kind.at_once(settings)


def _nodes(specs: Sequence[TaskSpec]) -> list[graph.Node]:
    return [graph.as_node(spec, number) for number, spec in enumerate(specs)]


def unreachable(team_id: UUID, specs: Iterable[TaskSpec]) -> dict[str, list[str]]:
    """The chains of agents of which none is well, by name, with what is wrong. A start is refused for one of these."""
    errors: dict[str, list[str]] = {}
    for chain in dict.fromkeys(spec.backend for spec in specs):
        found = [(link, trouble(team_id, link)) for link in chain]
        if all(words for _, words in found):
            errors[f"agents.{', '.join(chain)}"] = [f"{link}: {words}" for link, words in found]
    return errors


def trouble(team_id: UUID, link: str) -> str:
    """What keeps this agent from working for this team, in words; "" if nothing is known to."""
    try:
        found = health.check(link)
        return model_keys.lacking(team_id, link) if found.ok else found.words.removeprefix(f"{link}: ")
    except BadInput as error:
        return error.message


def _used(team_id: UUID, specs: Iterable[TaskSpec]) -> tuple[AgentUse, ...]:
    """Every agent that a run would ask, in the order of its tasks and chains."""
    words = {link: trouble(team_id, link) for spec in specs for link in spec.backend}
    return tuple(AgentUse(spec.key, link, not words[link], words[link]) for spec in specs for link in spec.backend)


def _gaps(used: Iterable[AgentUse]) -> list[str]:
    """Agents that are not well in chains where another is."""
    by_task: dict[str, list[AgentUse]] = {}
    for use in used:
        by_task.setdefault(use.task, []).append(use)
    unwell = {use.agent for chain in by_task.values() if len(chain) > 1 for use in chain if not use.ok}
    return [f"{link} does not answer; its chain goes on without it." for link in sorted(unwell)]


def _estimate(campaign: Campaign, specs: Sequence[TaskSpec], at_once: int) -> Estimate:
    known = _seconds_by_role(campaign, {spec.role for spec in specs})
    cost = _cost(campaign, specs)
    if any(spec.role not in known for spec in specs):
        return Estimate(None, cost, len(specs))
    path = graph.critical_path(_nodes(specs), {spec.key: known[spec.role] for spec in specs})
    shared = sum(known[spec.role] for spec in specs) / at_once
    return Estimate(round(max(path.total, shared), 3), cost, len(specs))


def _cost(campaign: Campaign, specs: Sequence[TaskSpec]) -> int | None:
    """What is estimated for the tasks, and for those of models the mean of what such a call cost the team."""
    asking = [spec for spec in specs if access_of(spec.backend[0]) is not None]
    mean = {spec.role: _mean_cost(campaign, spec.role) for spec in asking}
    if None in mean.values():
        return None
    return sum(spec.estimate_micros for spec in specs) + sum(mean[spec.role] or 0 for spec in asking)


def _mean_cost(campaign: Campaign, role: str) -> int | None:
    said = Invocation.objects.filter(attempt__task__run__team=campaign.team_id, attempt__task__role=role)
    paid = said.filter(answered_by__startswith="llm:", cost_micros__isnull=False, replayed=False)
    latest = list(paid.order_by("-created_at").values_list("cost_micros", flat=True)[:REMEMBERED])
    return math.ceil(sum(latest) / len(latest)) if latest else None


def _seconds_by_role(campaign: Campaign, roles: set[str]) -> dict[str, float]:
    """The mean time of the team's latest successful attempts, by role."""
    recent = Attempt.objects.filter(
        task__run__team=campaign.team_id, task__role__in=roles, state=AttemptState.SUCCEEDED
    )
    latest = list(recent.order_by("-pk").values_list("pk", flat=True)[:REMEMBERED])
    lasted = ExpressionWrapper(F("finished_at") - F("started_at"), output_field=DurationField())
    rows = Attempt.objects.filter(pk__in=latest).order_by().values_list("task__role").annotate(mean=Avg(lasted))
    return {role: mean / timedelta(seconds=1) for role, mean in rows if mean is not None}
