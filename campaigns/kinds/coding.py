"""The coding kind: a planned graph of tasks in git clones, with domains and criteria. Pure; the plan is read before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from campaigns.kinds import claims, plan_file, proposals
from campaigns.kinds.base import (
    End,
    EndFacts,
    GraphChange,
    Need,
    PeriodicCheck,
    Products,
    RunInput,
    TaskFact,
    TaskSpec,
)
from campaigns.kinds.criteria import PHASES, read_criterion
from campaigns.kinds.limits import queue_for
from campaigns.kinds.settings import HIGHEST_SAFE, LONGEST_RUN_S, MODEL_FIELDS, choice, read, refused, seconds, whole
from campaigns.states import Mode, Requires, RunOutcome, RunState, TaskState
from conductor.lib.ids import content_hash

DEFAULTS: Final[dict[str, Any]] = {
    "max_workers": 1,
    "checkpoint_every": None,  # see snapshots.every
    "autonomy": "auto",
    "git_mode": "campaign-branch",
    "merge_strategy": "merge",
    "max_attempts": 3,
    "task_timeout": 900.0,
}
_NOT_YET: Final = "is not available yet; the work of a coding campaign comes from its plan file"
_FIELDS: Final = {
    "max_workers": whole(1, 100),
    "checkpoint_every": whole(0, 100_000),
    "autonomy": choice("auto", "checkpoint"),
    "git_mode": choice(
        "campaign-branch",
        unbuilt={mode: f"{mode!r} is not available yet; use 'campaign-branch'." for mode in ("task-branch", "patches")},
    ),
    "merge_strategy": choice(
        "merge", unbuilt={way: f"{way!r} is not available yet; use 'merge'." for way in ("rebase", "squash")}
    ),
    "max_attempts": whole(1, 20),
    "task_timeout": seconds(1, 86_400),
    "deadline_s": seconds(1, LONGEST_RUN_S),
    "seed": whole(0, HIGHEST_SAFE),
    **MODEL_FIELDS,
    "planner": refused(f"Planning by an agent {_NOT_YET}."),
    "subplanner": refused(f"Planning by an agent {_NOT_YET}."),
    "workers": refused(f"A list of coding agents {_NOT_YET}, where each task names its own backend."),
    "fresh_start_every": refused("Starting coding agents afresh is not available yet: there are none to start."),
    "use_droid": refused("The droid command line is not available yet."),
}


class CodingKind:
    """See `Kind`."""

    name = "coding"
    max_parallel = 1
    max_attempts = 3
    slots: tuple[str, ...] = ()
    uses_workspace = True
    periodic: tuple[PeriodicCheck, ...] = (PeriodicCheck("checkpoint_overdue", 900.0),)

    def check_settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return read(settings, _FIELDS)

    def effective_settings(
        self, settings: Mapping[str, Any], brief: Mapping[str, Any], plan: Mapping[str, Any]
    ) -> dict[str, Any]:
        of_plan = {name: plan[name] for name in plan_file.PLAN_SETTINGS if plan.get(name) is not None}
        seed = int(content_hash(plan)[:12], 16)
        return {**DEFAULTS, "seed": seed, **of_plan, **self.check_settings(settings)}

    def at_once(self, settings: Mapping[str, Any]) -> int:
        return int(settings.get("max_workers") or self.max_parallel)

    def domains(self, plan: Mapping[str, Any]) -> dict[str, int | None]:
        found: dict[str, int | None] = {
            name: domain.get("max_parallel") for name, domain in (plan.get("domains") or {}).items()
        }
        for task in plan.get("tasks", ()):
            if task.get("domain"):
                found.setdefault(task["domain"], None)
        return found

    def read_plan(self, raw: object) -> dict[str, Any]:
        return plan_file.read(raw) if raw else {}

    def missing(self, brief: Mapping[str, Any], plan: Mapping[str, Any], goal: str) -> dict[str, list[str]]:
        lacking: dict[str, list[str]] = {}
        if not (goal.strip() or plan.get("goal")):
            lacking["goal"] = ["Say what the campaign is to achieve."]
        if not plan.get("tasks"):
            lacking["plan"] = ["Give a plan with at least one task."]
        return lacking

    def plan(self, given: RunInput) -> tuple[TaskSpec, ...]:
        return claims.in_turn([_task(raw, given.settings) for raw in given.plan.get("tasks", ())])

    def retry_changes(self, given: RunInput, tasks: Sequence[TaskFact], retried: Sequence[str]) -> GraphChange:
        """Nothing: the same tasks are tried again, and what they blocked follows."""
        return GraphChange()

    def products(self, task: TaskFact, output: Mapping[str, Any], inputs: Mapping[str, Any]) -> Products:
        """Any task may propose further work: a planner, a sub-planner, a worker that found more to do."""
        proposed = output.get("graph")
        if not proposed:
            return Products()
        return Products(graph=proposals.as_change(proposed, inputs.get("defaults") or {}))

    def stage_on_start(self, task: TaskFact, mode: Mode) -> str:
        return ""

    def generation_complete(self, mode: Mode, slots: Sequence[TaskFact]) -> bool:
        return False

    def end(self, facts: EndFacts) -> End:
        """Success only if every task that counts ended well and at least one was done."""
        counts = {state: n for state, n in facts.counts.items() if n and state != TaskState.SUPERSEDED}
        done = counts.get(TaskState.COMPLETED, 0)
        undone = sum(counts.values()) - done - counts.get(TaskState.SKIPPED, 0)
        if done and not undone:
            return End(RunState.COMPLETED, RunOutcome.SUCCESS)
        if done or (counts and not undone):  # all skipped: a decision, but nothing was done
            return End(RunState.PARTIALLY_COMPLETED, RunOutcome.PARTIAL)
        return End(RunState.FAILED, RunOutcome.FAILED)


def _task(raw: Mapping[str, Any], settings: Mapping[str, Any]) -> TaskSpec:
    """A task of a plan in its normal form, with the run's settings where it says nothing itself."""
    attempts = int(raw.get("max_attempts") or settings.get("max_attempts") or DEFAULTS["max_attempts"])
    timeout = float(raw.get("timeout") or settings.get("task_timeout") or DEFAULTS["task_timeout"])
    inputs = dict(raw.get("inputs") or {})
    for name, into in (("command", "commands"), ("question", "question"), ("options", "options"), ("files", "files")):
        if raw.get(name):
            inputs[into] = raw[name]
    if raw["role"] in proposals.PLANNING_ROLES:
        inputs["defaults"] = {"max_attempts": attempts, "timeout": timeout, "domain": raw.get("domain", "")}
    return TaskSpec(
        key=raw["key"],
        title=raw["title"],
        role=raw["role"],
        backend=tuple(raw["backend"]),
        description=raw.get("description", ""),
        queue=queue_for(raw["backend"]),
        domain=raw.get("domain", ""),
        priority=raw["priority"],
        inputs=inputs,
        needs=tuple(Need(need["task"], Requires(need["requires"])) for need in raw["needs"]),
        criteria=tuple(read_criterion(entry, phase) for phase in PHASES for entry in raw.get(phase, ())),
        max_attempts=attempts,
        timeout_s=timeout,
    )
