"""Graphs that grow while they run: a planner adds and sets aside tasks; what would break the graph fails by name."""

from __future__ import annotations

import pytest

from campaigns.graph import Need
from campaigns.kinds.base import CriterionSpec, GraphChange, TaskSpec
from campaigns.models import Criterion, Dependency, Event, Run, Team
from campaigns.states import Requires
from conductor.lib.errors import BadInput
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh, make_due, states, task

pytestmark = pytest.mark.django_db


def planned(run: Run, change: GraphChange, *, by: str = "plan") -> Hand:
    """A worker whose planner has just planned this."""
    hand = Hand(run)
    hand.succeed(hand.claim(by), graph=change)
    return hand


def test_a_planner_adds_tasks_that_run_then(team: Team) -> None:
    run = begin(spec("plan"), team=team)
    hand = planned(run, GraphChange(add=(spec("a", "plan"), spec("b", "a"))))
    assert states(run) == {"plan": "completed", "a": "ready", "b": "pending"}
    hand.work_off()
    assert fresh(run).state == "completed"


def test_what_was_planned_is_told(team: Team) -> None:
    run = begin(spec("plan"), spec("old", "plan"), team=team)
    planned(run, GraphChange(add=(spec("new", supersedes="old"),)))
    told = Event.objects.get(stream_id=run.pk, type="graph.grown")
    assert told.data == {"added": ["new"], "superseded": ["old"], "by": "plan"}


def test_a_task_stands_in_for_another_and_takes_its_dependants(team: Team) -> None:
    run = begin(spec("plan"), spec("old", "plan"), spec("end", "old"), team=team)
    hand = planned(run, GraphChange(add=(spec("new", supersedes="old"),)))
    assert states(run) == {"plan": "completed", "old": "superseded", "end": "pending", "new": "ready"}
    assert task(run, "new").supersedes == task(run, "old")
    hand.work_off("new", "end")
    assert fresh(run).outcome == "success"


def test_setting_aside_without_a_stand_in_must_be_said(team: Team) -> None:
    run = begin(spec("plan"), spec("old", "plan"), spec("end", "old"), team=team)
    planned(run, GraphChange(supersede=("old",), stand_ins=(("old", ()),)))
    assert states(run) == {"plan": "completed", "old": "superseded", "end": "ready"}


def test_further_needs_make_a_ready_task_wait(team: Team) -> None:
    run = begin(spec("plan", priority=1), spec("late"), team=team)
    hand = planned(run, GraphChange(add=(spec("first"),), edges=(("late", Need("first")),)))
    assert states(run)["late"] == "pending"
    hand.work_off("first", "late")


def test_an_end_need_may_be_added(team: Team) -> None:
    run = begin(spec("plan"), team=team)
    hand = planned(run, GraphChange(add=(spec("a"), spec("b", "a!"))))
    hand.fail(hand.claim("a"), kind="fatal")
    assert states(run)["b"] == "ready"
    assert Dependency.objects.get(task__key="b").requires == Requires.END


def test_growth_brings_criteria_and_domains(team: Team) -> None:
    wanted = CriterionSpec("exit", "It works", "command", {"argv": ["true"]})
    run = begin(spec("plan"), team=team)
    planned(run, GraphChange(add=(spec("a", domain="web", criteria=(wanted,)),)))
    assert Criterion.objects.get(task__key="a").title == "It works"
    assert task(run, "a").domain.name == "web"


def test_a_planner_may_set_a_waiting_question_aside(team: Team) -> None:
    run = begin(spec("ask", priority=1), spec("plan", priority=2), team=team)
    hand = Hand(run)
    hand.ask(hand.claim("ask"))
    planned(run, GraphChange(add=(spec("auto", supersedes="ask"),)))
    assert states(run)["ask"] == "superseded"
    assert run.decisions.get().state == "void"


def test_a_failed_task_gets_a_stand_in_and_what_it_blocked_waits_again(team: Team) -> None:
    run = begin(spec("a", priority=1), spec("b", "a"), spec("plan", priority=2), team=team)
    hand = Hand(run)
    hand.fail(hand.claim("a"), kind="fatal")
    assert states(run)["b"] == "blocked"
    planned(run, GraphChange(add=(spec("fix", supersedes="a"),)))
    assert states(run) == {"a": "superseded", "b": "pending", "plan": "completed", "fix": "ready"}
    hand.work_off("fix", "b")
    assert fresh(run).outcome == "success"


def test_a_task_that_needs_a_failed_one_is_blocked_at_once(team: Team) -> None:
    run = begin(spec("bad", priority=1), spec("plan", priority=2), team=team)
    hand = Hand(run)
    hand.fail(hand.claim("bad"), kind="fatal")
    planned(run, GraphChange(add=(spec("late", "bad"),)))
    assert states(run)["late"] == "blocked"


BAD = {
    "cycle": (GraphChange(add=(spec("a", "b"), spec("b", "a"))), "plan_cycle"),
    "unknown need": (GraphChange(add=(spec("a", "ghost"),)), "unknown_dependency"),
    "same key": (GraphChange(add=(spec("plan"),)), "plan_invalid"),
    "set aside what is done": (GraphChange(add=(spec("n"),), supersede=("done",)), "plan_invalid"),
    "set aside itself": (GraphChange(supersede=("plan",)), "plan_invalid"),
    "edge to nowhere": (GraphChange(edges=(("late", Need("ghost")),)), "plan_invalid"),
}


@pytest.mark.parametrize(("change", "code"), BAD.values(), ids=BAD)
def test_bad_growth_fails_the_attempt_by_name_and_changes_nothing(team: Team, change: GraphChange, code: str) -> None:
    run = begin(spec("done", priority=1), spec("plan", "done"), spec("late", "plan"), team=team)
    hand = Hand(run)
    hand.work_off("done")
    planned(run, change)
    assert states(run) == {"done": "completed", "plan": "failed", "late": "blocked"}
    assert task(run, "plan").error["code"] == code
    assert not Event.objects.filter(type="graph.grown").exists()


def test_a_bad_plan_may_be_planned_again(team: Team) -> None:
    run = begin(spec("plan", max_attempts=2), team=team)
    planned(run, GraphChange(add=(spec("a", "ghost"),)))
    assert states(run) == {"plan": "ready"}
    make_due(run)
    planned(run, GraphChange(add=(spec("a"),)))
    assert states(run) == {"plan": "completed", "a": "ready"}


@pytest.mark.parametrize(
    ("specs", "code"),
    [((spec("a", "b"), spec("b", "a")), "plan_cycle"), ((spec("a", "ghost"),), "unknown_dependency")],
)
def test_a_first_graph_that_is_broken_is_refused(team: Team, specs: tuple[TaskSpec, ...], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        begin(*specs, team=team)
    assert refused.value.code == code
    assert not Run.objects.exists()
