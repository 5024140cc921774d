"""Turns the graph an agent proposes into a change of ours. Its wishes for tries and time are capped.

Must not trust the shape: an answer is data, and every fault in it is told by field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from agents.registry import role as known_role
from campaigns.kinds import claims
from campaigns.kinds.base import CriterionSpec, GraphChange, Need, TaskSpec
from campaigns.kinds.commands import read_commands
from campaigns.kinds.criteria import PHASES, command
from campaigns.kinds.limits import MAX_DOMAIN, MAX_KEY, MAX_TITLE, queue_for
from campaigns.kinds.settings import chain
from campaigns.states import Requires
from conductor.lib.errors import BadInput

PLANNING_ROLES: Final = frozenset({"planner", "subplanner", "recovery_planner", "drift_assessor"})
DEFAULT_ATTEMPTS: Final = 3
DEFAULT_SECONDS: Final = 900.0


def as_change(raw: object, defaults: Mapping[str, Any]) -> GraphChange:
    """The proposed growth; `defaults` are the run's: what is not asked for, and the most that is given."""
    if not isinstance(raw, Mapping):
        raise BadInput(code="plan_invalid", errors={"graph": "Must be an object with add, edges, supersede."})
    try:
        stand_ins = tuple((old["key"], tuple(old.get("by") or ())) for old in raw.get("supersede") or ())
        edges = tuple(
            (edge["task"], Need(edge["needs"], Requires(edge.get("requires", "success"))))
            for edge in raw.get("edges") or ()
        )
        add = tuple(_task(task, defaults, f"graph.add[{number}]") for number, task in enumerate(raw.get("add") or ()))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        words = f"Does not have the shape of a graph: {type(error).__name__} {error}."
        raise BadInput(code="plan_invalid", errors={"graph": words}) from error
    return GraphChange(
        add=claims.in_turn(add), edges=edges, supersede=tuple(key for key, _ in stand_ins), stand_ins=stand_ins
    )


def _task(raw: Mapping[str, Any], defaults: Mapping[str, Any], field: str) -> TaskSpec:
    errors: dict[str, str | Sequence[str]] = {}
    key, title, domain = raw["key"], raw["title"], raw.get("domain") or defaults.get("domain") or ""
    for name, text, most in (("key", key, MAX_KEY), ("title", title, MAX_TITLE), ("domain", domain, MAX_DOMAIN)):
        if len(text) > most:
            errors[f"{field}.{name}"] = f"Has {len(text):,} characters; the limit is {most:,}."
    inputs = dict(raw.get("inputs") or {})
    backend, role = ["human"], raw.get("role") or "worker"
    try:
        known_role(role)
        if raw.get("backend"):
            backend = chain(raw["backend"])
        elif "command" in inputs or "commands" in inputs:
            backend = ["shell"]
        if "command" in inputs or "commands" in inputs:
            inputs["commands"] = read_commands(inputs.pop("command", None) or inputs["commands"])
    except (BadInput, ValueError) as error:
        errors[field] = str(error)
    if errors:
        raise BadInput(code="plan_invalid", errors=errors)
    if raw.get("files"):
        inputs["files"] = list(raw["files"])
    if role in PLANNING_ROLES:
        inputs["defaults"] = dict(defaults)
    attempts = int(defaults.get("max_attempts") or DEFAULT_ATTEMPTS)
    return TaskSpec(
        key=key,
        title=title,
        role=role,
        backend=tuple(backend),
        description=raw.get("description") or "",
        queue=queue_for(backend),
        domain=domain,
        priority=999 if raw.get("priority") is None else int(raw["priority"]),
        inputs=inputs,
        needs=tuple(Need(need["key"], Requires(need.get("requires", "success"))) for need in raw.get("needs") or ()),
        criteria=_criteria(raw.get("criteria") or {}),
        max_attempts=min(int(raw.get("max_attempts") or attempts), attempts),
        timeout_s=_least(raw.get("timeout_s"), float(defaults.get("timeout") or DEFAULT_SECONDS)),
    )


def _least(wished: object, allowed: float) -> float:
    return min(float(wished), allowed) if isinstance(wished, int | float) and wished > 0 else allowed


def _criteria(raw: Mapping[str, Any]) -> tuple[CriterionSpec, ...]:
    """Proposed criteria are commands with an expected exit code."""
    return tuple(
        command(
            criterion["command"],
            title=criterion["description"],
            exit_code=int(criterion.get("expected_exit_code", 0)),
            timeout=float(criterion.get("timeout_s", 30.0)),
            message=criterion.get("error_message", ""),
            blocking=bool(criterion.get("blocking", True)),
            phase=phase,
        )
        for phase in PHASES
        for criterion in raw.get(phase) or ()
    )
