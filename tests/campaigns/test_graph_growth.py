from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import graph
from campaigns.graph import Grown, Need, Node
from campaigns.kinds.base import GraphChange
from campaigns.states import TaskState
from conductor.lib.errors import BadInput
from tests.campaigns.graphs import END, acyclic, layered, node, spec

DONE, RUNNING, READY = TaskState.COMPLETED, TaskState.IN_PROGRESS, TaskState.READY
PENDING, FAILED, BLOCKED = TaskState.PENDING, TaskState.FAILED, TaskState.BLOCKED


def refused(nodes: list[Node], change: GraphChange) -> BadInput:
    with pytest.raises(BadInput) as caught:
        graph.apply_change(nodes, change)
    return caught.value


def needs_of(grown: Grown, key: str) -> set[str]:
    return {need.key for n in grown.nodes if n.key == key for need in n.needs}


def state_of(grown: Grown, key: str) -> str:
    return next(n.state for n in grown.nodes if n.key == key)


def test_new_tasks_come_after_the_old_ones_with_their_states() -> None:
    nodes = [node("a", state=DONE, position=4), node("b", state=RUNNING, position=7)]
    grown = graph.apply_change(nodes, GraphChange(add=(spec("c", "a"), spec("d", "b"), spec("e", "c"))))
    assert grown.added == ("c", "d", "e")
    assert grown.needs_left == {"c": 0, "d": 1, "e": 1}
    assert grown.states == {"c": READY, "d": PENDING, "e": PENDING}
    assert [n.position for n in grown.nodes] == [4, 7, 8, 9, 10]
    assert grown.edges_added == (("c", Need("a")), ("d", Need("b")), ("e", Need("c")))


def test_a_new_task_whose_need_ended_badly_is_blocked() -> None:
    grown = graph.apply_change([node("a", state=FAILED)], GraphChange(add=(spec("b", "a"), spec("c", "a!"))))
    assert grown.states == {"b": BLOCKED, "c": READY}


def test_the_old_nodes_are_left_as_they_were() -> None:
    nodes = [node("a", state=READY), node("b", "a")]
    graph.apply_change(nodes, GraphChange(add=(spec("a2", supersedes="a"),), edges=(("b", Need("a2")),)))
    assert nodes == [node("a", state=READY), node("b", "a")]


def test_a_key_that_exists_or_is_added_twice_is_refused() -> None:
    error = refused([node("a")], GraphChange(add=(spec("a"), spec("b"), spec("b"), spec(""))))
    assert error.code == "plan_invalid"
    assert set(error.errors) == {"add[0].key", "add[2].key", "add[3].key"}


def test_a_need_that_does_not_exist_is_named_by_the_change() -> None:
    error = refused([node("a")], GraphChange(add=(spec("b", "a", "x"),)))
    assert (error.code, error.errors) == ("unknown_dependency", {"add[0].needs[1]": ["No task called 'x'."]})


def test_a_cycle_among_new_tasks_is_refused() -> None:
    assert refused([node("a")], GraphChange(add=(spec("b", "c"), spec("c", "b")))).code == "plan_cycle"


def test_an_edge_that_closes_a_circle_is_refused() -> None:
    error = refused([node("a"), node("b", "a")], GraphChange(edges=(("a", Need("b")),)))
    assert (error.code, list(error.errors)) == ("plan_cycle", ["edges"])


def test_an_edge_makes_a_ready_task_wait() -> None:
    nodes = [node("a", state=RUNNING), node("b", state=READY)]
    grown = graph.apply_change(nodes, GraphChange(edges=(("b", Need("a")),)))
    assert grown.states == {"b": PENDING}
    assert grown.edges_added == (("b", Need("a")),)


@pytest.mark.parametrize("state", [RUNNING, TaskState.WAITING, DONE, FAILED, TaskState.CANCELLED])
def test_a_task_that_has_begun_gets_no_new_needs(state: TaskState) -> None:
    error = refused([node("a"), node("b", state=state)], GraphChange(edges=(("b", Need("a")),)))
    assert "edges[0]" in error.errors


def test_edges_to_unknown_tasks_are_refused() -> None:
    change = GraphChange(edges=(("b", Need("x")), ("y", Need("a"))))
    assert set(refused([node("a"), node("b", "a")], change).errors) == {"edges[0]", "edges[1]"}


def test_an_edge_that_is_there_already_changes_nothing() -> None:
    nodes = [node("a"), node("b", "a")]
    edge = ("b", Need("a"))
    assert graph.apply_change(nodes, GraphChange(edges=(edge,))).edges_added == ()
    assert graph.apply_change([node("a"), node("b")], GraphChange(edges=(edge, edge))).edges_added == (edge,)
    assert "edges[0]" in refused(nodes, GraphChange(edges=(("b", Need("a", END)),))).errors


def test_dependants_follow_what_stands_in() -> None:
    nodes = [node("a", state=FAILED), node("b", "a", state=BLOCKED), node("c", "a!", state=RUNNING)]
    grown = graph.apply_change(nodes, GraphChange(add=(spec("a2", supersedes="a"),), supersede=("a",)))
    assert grown.superseded == ("a",)
    assert needs_of(grown, "b") == {"a2"}
    assert needs_of(grown, "c") == {"a"}
    assert grown.states == {"a2": READY, "b": PENDING}
    assert grown.edges_removed == (("b", "a"),)
    assert state_of(grown, "a") == TaskState.SUPERSEDED


def test_naming_what_it_stands_in_for_is_enough_to_set_it_aside() -> None:
    grown = graph.apply_change([node("a"), node("b", "a")], GraphChange(add=(spec("a2", supersedes="a"),)))
    assert grown.superseded == ("a",)
    assert needs_of(grown, "b") == {"a2"}


def test_a_split_task_is_followed_by_all_its_parts() -> None:
    change = GraphChange(add=(spec("a1", supersedes="a"), spec("a2", "a1", supersedes="a")))
    grown = graph.apply_change([node("a", state=READY), node("b", "a!")], change)
    assert needs_of(grown, "b") == {"a1", "a2"}
    assert {need for key, need in grown.edges_added if key == "b"} == {Need("a1", END), Need("a2", END)}


def test_a_completed_task_is_never_undone_and_keeps_its_dependants() -> None:
    nodes = [node("audit", state=DONE), node("b", "audit")]
    grown = graph.apply_change(nodes, GraphChange(add=(spec("audit-2", supersedes="audit"),)))
    assert grown.superseded == ()
    assert state_of(grown, "audit") == DONE
    assert needs_of(grown, "b") == {"audit"}


@pytest.mark.parametrize("state", [DONE, TaskState.SKIPPED, TaskState.CANCELLED, RUNNING, TaskState.SUPERSEDED])
def test_what_ended_or_runs_cannot_be_set_aside(state: TaskState) -> None:
    error = refused([node("a", state=state)], GraphChange(supersede=("a",)))
    assert "supersede[0]" in error.errors


def test_an_unknown_task_cannot_be_set_aside() -> None:
    change = GraphChange(add=(spec("b", supersedes="x"),), supersede=("y",))
    assert set(refused([node("a")], change).errors) == {"supersede[0]", "add[0].supersedes"}


def test_setting_aside_what_others_wait_for_needs_a_stand_in() -> None:
    error = refused([node("a"), node("b", "a")], GraphChange(supersede=("a",)))
    assert "nothing stands in" in error.errors["supersede"][0]


def test_setting_aside_without_a_stand_in_is_fine_where_nobody_waits() -> None:
    nodes = [node("a"), node("b", "a"), node("c", "a", state=RUNNING)]
    grown = graph.apply_change(nodes, GraphChange(supersede=("a", "b")))
    assert grown.superseded == ("a", "b")


def test_outright_removal_frees_the_dependants() -> None:
    nodes = [node("a"), node("b", "a")]
    grown = graph.apply_change(nodes, GraphChange(supersede=("a",), stand_ins=(("a", ()),)))
    assert needs_of(grown, "b") == set()
    assert grown.states == {"b": READY}


def test_an_old_task_can_stand_in() -> None:
    nodes = [node("a"), node("b", "a"), node("c", state=RUNNING)]
    grown = graph.apply_change(nodes, GraphChange(supersede=("a",), stand_ins=(("a", ("c",)),)))
    assert needs_of(grown, "b") == {"c"}


def test_one_task_can_stand_in_for_two() -> None:
    nodes = [node("a"), node("b"), node("c", "a", "b")]
    stand_ins = (("a", ("ab",)), ("b", ("ab",)))
    change = GraphChange(add=(spec("ab"),), supersede=("a", "b"), stand_ins=stand_ins)
    assert needs_of(graph.apply_change(nodes, change), "c") == {"ab"}


@pytest.mark.parametrize("other", ["x", "b"])
def test_what_is_unknown_or_set_aside_cannot_stand_in(other: str) -> None:
    change = GraphChange(supersede=("a", "b"), stand_ins=(("a", (other,)), ("b", ())))
    assert "stand_ins[0]" in refused([node("a"), node("b"), node("c", "a")], change).errors


def test_a_stand_in_for_a_task_that_stays_is_refused() -> None:
    assert "stand_ins[0]" in refused([node("a")], GraphChange(stand_ins=(("a", ()),))).errors


def test_a_new_task_cannot_need_what_is_set_aside() -> None:
    error = refused([node("a")], GraphChange(add=(spec("a2", "a", supersedes="a"),)))
    assert "add[0].needs[0]" in error.errors


def test_an_edge_cannot_touch_what_is_set_aside() -> None:
    nodes = [node("a"), node("b")]
    assert "edges[0]" in refused(nodes, GraphChange(edges=(("b", Need("a")),), supersede=("a",))).errors


def test_a_stand_in_that_needs_a_dependant_is_a_circle() -> None:
    error = refused([node("a"), node("b", "a")], GraphChange(add=(spec("a2", "b", supersedes="a"),)))
    assert error.code == "plan_cycle"


@given(acyclic(), st.data())
def test_growth_keeps_a_sound_graph_with_true_counts(nodes: list[Node], data: st.DataObject) -> None:
    """Add, connect and set aside at random: what is accepted is sound, and every count it tells is right."""
    keys = [n.key for n in nodes]
    add = tuple(
        spec(f"new{i}", *data.draw(st.sets(st.sampled_from(keys), max_size=2)))
        for i in range(data.draw(st.integers(0, 3)))
    )
    aside = data.draw(st.lists(st.sampled_from(keys), unique=True, max_size=2))
    stand_ins = tuple((key, tuple(s.key for s in add)) for key in aside)
    edges = data.draw(st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(keys).map(Need)), max_size=2))
    try:
        grown = graph.apply_change(nodes, GraphChange(add, tuple(edges), tuple(aside), stand_ins))
    except BadInput:  # what is refused, and why, other tests say
        return
    graph.check(grown.nodes)
    left = graph.needs_left(grown.nodes)
    assert all(left[key] == count for key, count in grown.needs_left.items())
    waiting = [n for n in grown.nodes if n.state in (PENDING, READY, BLOCKED)]
    assert not [n.key for n in waiting for need in n.needs if need.key in aside]


def test_a_graph_of_a_hundred_thousand_grows() -> None:
    nodes = layered(100_000)
    add = tuple(spec(f"new{i}", f"t{i}") for i in range(1_000))
    change = GraphChange(add=(*add, spec("t50000b", supersedes="t50000")))
    grown = graph.apply_change(nodes, change)
    assert len(grown.nodes) == 101_001
    assert len(grown.edges_removed) == 3
