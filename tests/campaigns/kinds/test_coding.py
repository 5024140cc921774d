from __future__ import annotations

from typing import Any

import pytest

from campaigns import graph
from campaigns.graph import Need, build_graph
from campaigns.kinds import plan_file
from campaigns.kinds.base import EndFacts, GraphChange, RunInput, TaskFact, TaskSpec
from campaigns.kinds.coding import CodingKind
from campaigns.kinds.registry import get_kind
from campaigns.states import Mode, Purpose, Queue, Requires, RunOutcome, RunState, TaskState
from conductor.lib.errors import BadInput

KIND = CodingKind()
PLAN = plan_file.parse("""
goal: Stock the shelf
checkpoint_every: 2
domains:
  shop: {max_parallel: 2}
tasks:
  - key: prices
    domain: shop
    command: [sh, -c, "echo {} > prices.json"]
    exit: [{check: file_exists, path: prices.json}]
    priority: 3
    timeout: 60
    files: [prices.json]
  - key: ask
    backend: human
    question: Ship it?
    options: [ship, wait]
    needs: [{task: prices, requires: end}]
  - key: replan
    role: planner
    backend: scripted
    max_attempts: 2
    inputs: {script: {mode: ok}}
    needs: [prices]
""")
PLANNER = TaskFact("replan", "planner", "", TaskState.IN_PROGRESS)


def planned(settings: dict[str, Any] | None = None) -> dict[str, TaskSpec]:
    acting = KIND.effective_settings(settings or {}, {}, PLAN)
    tasks = KIND.plan(RunInput({}, acting, PLAN, Mode.PARALLEL, Purpose.FULL, seed=1))
    return {task.key: task for task in tasks}


def grown(output: dict[str, Any], defaults: dict[str, Any] | None = None) -> GraphChange:
    change = KIND.products(PLANNER, {"graph": output}, {"defaults": defaults or {}}).graph
    assert change is not None
    return change


def test_the_registry_knows_the_kind() -> None:
    assert get_kind("coding").uses_workspace


def test_defaults_are_those_of_the_source() -> None:
    acting = KIND.effective_settings({}, {}, {})
    assert {name: acting[name] for name in ("max_workers", "checkpoint_every", "autonomy", "git_mode")} == {
        "max_workers": 1, "checkpoint_every": None, "autonomy": "auto", "git_mode": "campaign-branch",
    }  # fmt: skip
    assert KIND.at_once(acting) == 1


def test_the_plan_overrides_defaults_and_the_campaign_overrides_the_plan() -> None:
    assert KIND.effective_settings({}, {}, PLAN)["checkpoint_every"] == 2
    assert KIND.effective_settings({"checkpoint_every": 9}, {}, PLAN)["checkpoint_every"] == 9
    assert KIND.at_once(KIND.effective_settings({"max_workers": 4}, {}, PLAN)) == 4


def test_effective_settings_are_settings_themselves() -> None:
    acting = KIND.effective_settings({}, {}, PLAN)
    assert KIND.check_settings(acting) == acting


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("git_mode", "patches"), ("git_mode", "task-branch"), ("merge_strategy", "rebase"), ("planner", "builtin"),
        ("workers", ["shell"]), ("fresh_start_every", 10), ("use_droid", True), ("max_workers", "many"),
        ("max_workers", 0), ("autonomy", "wild"), ("checkpoint_every", -1), ("task_timeout", 0), ("speed", 9),
    ],
)  # fmt: skip
def test_a_setting_that_would_not_act_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(BadInput) as caught:
        KIND.check_settings({name: value})
    assert list(caught.value.errors) == [f"settings.{name}"]


def test_a_plan_becomes_tasks() -> None:
    task = planned()["prices"]
    assert (task.role, task.backend, task.queue) == ("worker", ("shell",), Queue.LONG)
    assert (task.domain, task.priority, task.timeout_s, task.max_attempts) == ("shop", 3, 60, 3)
    assert task.inputs == {"commands": [["sh", "-c", "echo {} > prices.json"]], "files": ["prices.json"]}
    assert [(c.phase, c.check, c.spec) for c in task.criteria] == [("exit", "file_exists", {"path": "prices.json"})]


def test_a_person_is_asked_on_the_long_queue() -> None:
    task = planned()["ask"]
    assert (task.role, task.backend, task.queue) == ("task", ("human",), Queue.LONG)
    assert task.inputs == {"question": "Ship it?", "options": ["ship", "wait"]}
    assert task.needs == (Need("prices", Requires.END),)


def test_quick_agents_stay_on_the_short_queue() -> None:
    assert planned()["replan"].queue == Queue.SHORT


def test_settings_reach_tasks_that_say_nothing_themselves() -> None:
    tasks = planned({"max_attempts": 5, "task_timeout": 33})
    assert (tasks["ask"].max_attempts, tasks["ask"].timeout_s) == (5, 33)
    assert (tasks["replan"].max_attempts, tasks["prices"].timeout_s) == (2, 60)


def test_domains_are_the_declared_and_the_used_ones() -> None:
    assert KIND.domains(PLAN) == {"shop": 2}
    loose = plan_file.parse("tasks:\n  - {key: a, command: 'true', domain: web}\n  - {key: b, command: 'true'}")
    assert KIND.domains(loose) == {"web": None}
    assert KIND.domains({}) == {}


def test_a_goal_and_a_plan_are_needed_to_start() -> None:
    assert set(KIND.missing({}, {}, " ")) == {"goal", "plan"}
    assert KIND.missing({}, PLAN, "") == {}


def test_no_plan_is_a_draft_and_a_plan_is_stored_in_its_normal_form() -> None:
    assert KIND.read_plan({}) == {}
    assert KIND.read_plan(PLAN) == PLAN


@pytest.mark.parametrize(
    ("counts", "state", "outcome"),
    [
        ({"completed": 3}, RunState.COMPLETED, RunOutcome.SUCCESS),
        ({"completed": 2, "skipped": 1, "superseded": 4}, RunState.COMPLETED, RunOutcome.SUCCESS),
        ({"completed": 2, "failed": 1}, RunState.PARTIALLY_COMPLETED, RunOutcome.PARTIAL),
        ({"completed": 2, "blocked": 1}, RunState.PARTIALLY_COMPLETED, RunOutcome.PARTIAL),
        ({"completed": 2, "cancelled": 1}, RunState.PARTIALLY_COMPLETED, RunOutcome.PARTIAL),
        ({"skipped": 2}, RunState.PARTIALLY_COMPLETED, RunOutcome.PARTIAL),
        ({"failed": 1, "blocked": 5, "completed": 0}, RunState.FAILED, RunOutcome.FAILED),
        ({}, RunState.FAILED, RunOutcome.FAILED),
    ],
)
def test_success_needs_every_task(counts: dict[str, int], state: RunState, outcome: RunOutcome) -> None:
    end = KIND.end(EndFacts(counts, (), frozenset()))
    assert (end.state, end.outcome, end.audit_pending) == (state, outcome, False)


def test_coding_runs_have_no_stages_and_retries_add_nothing() -> None:
    assert KIND.stage_on_start(PLANNER, Mode.PARALLEL) == ""
    assert not KIND.generation_complete(Mode.PARALLEL, [PLANNER])
    facts = [TaskFact("prices", "worker", "", TaskState.FAILED)]
    given = RunInput({}, {}, PLAN, Mode.PARALLEL, Purpose.FULL, seed=1)
    assert KIND.retry_changes(given, facts, ["prices"]) == GraphChange()


def test_a_planner_is_told_the_most_it_may_give() -> None:
    assert planned()["replan"].inputs["defaults"] == {"max_attempts": 2, "timeout": 900.0, "domain": ""}


def test_an_answer_without_a_graph_changes_nothing() -> None:
    assert KIND.products(PLANNER, {"summary": "done", "graph": None}, {}).graph is None


def test_a_proposed_graph_becomes_growth() -> None:
    change = grown(
        {
            "add": [
                {
                    "key": "labels",
                    "title": "Print labels",
                    "inputs": {"command": ["touch", "labels"]},
                    "needs": [{"key": "prices"}],
                    "criteria": {"exit": [{"description": "Labels", "command": ["test", "-f", "labels"]}]},
                    "domain": "shop",
                }
            ],
            "edges": [{"task": "labels", "needs": "ask", "requires": "end"}],
            "supersede": [{"key": "ask", "by": ["labels"]}],
        }
    )
    (task,) = change.add
    assert (task.backend, task.role, task.queue) == (("shell",), "worker", Queue.LONG)
    assert (task.inputs, task.needs, task.domain) == ({"commands": [["touch", "labels"]]}, (Need("prices"),), "shop")
    assert [(c.phase, c.title, c.spec["argv"]) for c in task.criteria] == [("exit", "Labels", ["test", "-f", "labels"])]
    assert change.edges == (("labels", Need("ask", Requires.END)),)
    assert (change.supersede, change.stand_ins) == (("ask",), (("ask", ("labels",)),))


def test_a_proposal_gets_no_more_than_the_run_gives() -> None:
    wish = {"key": "a", "title": "A", "max_attempts": 20, "timeout_s": 86_400}
    (task,) = grown({"add": [wish]}, {"max_attempts": 2, "timeout": 60.0}).add
    assert (task.max_attempts, task.timeout_s) == (2, 60)
    (less,) = grown({"add": [{**wish, "max_attempts": 1, "timeout_s": 5}]}, {"max_attempts": 2, "timeout": 60.0}).add
    assert (less.max_attempts, less.timeout_s) == (1, 5)


def test_proposed_work_that_nobody_can_do_is_for_a_person() -> None:
    (task,) = grown({"add": [{"key": "a", "title": "Call the printer"}]}).add
    assert task.backend == ("human",)


def test_a_proposed_planner_inherits_the_limits() -> None:
    (task,) = grown({"add": [{"key": "p", "title": "P", "role": "planner", "backend": "scripted"}]}, {"timeout": 9}).add
    assert (task.inputs["defaults"], task.timeout_s) == ({"timeout": 9}, 9)


@pytest.mark.parametrize(
    ("graph_said", "field"),
    [
        ([], None),
        ("nonsense", "graph"),
        ({"add": [{"title": "no key"}]}, "graph"),
        ({"add": [{"key": "a", "title": "A", "backend": "nobody"}]}, "graph.add[0]"),
        ({"add": [{"key": "a", "title": "A", "role": "wizard"}]}, "graph.add[0]"),
        ({"add": [{"key": "a" * 81, "title": "A"}]}, "graph.add[0].key"),
        ({"add": [{"key": "a", "title": "A", "inputs": {"command": "rm -rf / | cat"}}]}, "graph.add[0]"),
        ({"edges": [{"task": "a", "needs": "b", "requires": "luck"}]}, "graph"),
    ],
)
def test_a_proposal_of_no_use_is_refused_by_field(graph_said: Any, field: str | None) -> None:
    if field is None:
        assert KIND.products(PLANNER, {"graph": graph_said}, {}).graph is None
        return
    with pytest.raises(BadInput) as caught:
        KIND.products(PLANNER, {"graph": graph_said}, {})
    assert (caught.value.code, list(caught.value.errors)) == ("plan_invalid", [field])


def test_a_scripted_planner_grows_the_graph_it_is_in() -> None:
    work = build_graph(planned().values())
    change = grown({"add": [{"key": "labels", "title": "L", "needs": [{"key": "replan"}]}]})
    result = graph.apply_change(work.nodes, change)
    assert result.states == {"labels": TaskState.PENDING}
