from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

import pytest
from hypothesis import given

from campaigns import graph
from campaigns.graph import Need, Node
from campaigns.graph.checks import cycles
from campaigns.states import TaskState
from conductor.lib.errors import BadInput
from tests.campaigns.graphs import acyclic, any_graph, layered, node

MANY = 100_000


def refused(nodes: Sequence[Node], field: str = "tasks") -> BadInput:
    with pytest.raises(BadInput) as caught:
        graph.check(nodes, field)
    return caught.value


def test_a_sound_graph_passes() -> None:
    graph.check([node("a"), node("b", "a"), node("c", "a", "b!")])


def test_nothing_is_a_graph() -> None:
    graph.check([])
    assert graph.layers([]) == ()
    assert graph.critical_path([], {}) == graph.CriticalPath((), 0.0)


def test_an_unknown_need_is_named_by_its_place() -> None:
    error = refused([node("a"), node("b", "a", "x")])
    assert error.code == "unknown_dependency"
    assert error.errors == {"tasks[1].needs[1]": ["No task called 'x'."]}


def test_a_cycle_is_named_in_order() -> None:
    error = refused([node("a", "c"), node("b", "a"), node("c", "b"), node("d", "a")], "plan.tasks")
    assert error.code == "plan_cycle"
    assert error.errors == {
        "plan.tasks[0].needs[0]": ["These tasks need each other in a circle: a → c → b → a."],
    }


def test_a_need_on_itself_is_a_cycle() -> None:
    error = refused([node("a", "a")])
    assert (error.code, list(error.errors)) == ("plan_cycle", ["tasks[0].needs[0]"])


def test_a_cycle_through_mere_ends_is_one_too() -> None:
    assert refused([node("a", "b!"), node("b", "a!")]).code == "plan_cycle"


def test_two_cycles_are_both_named() -> None:
    error = refused([node("a", "b"), node("b", "a"), node("c", "d"), node("d", "c")])
    assert len(error.errors) == 2


def test_a_long_cycle_is_told_shortly() -> None:
    ring = [node(f"t{i}", f"t{(i + 1) % 1000}") for i in range(1000)]
    (words,) = refused(ring).errors["tasks[0].needs[0]"]
    assert "(1000 tasks)" in words
    assert len(words) < 400


def test_a_key_twice_and_no_key_are_refused() -> None:
    error = refused([node("a"), node(""), node("a")])
    assert error.code == "plan_invalid"
    assert error.errors == {
        "tasks[1].key": ["A task needs a key."],
        "tasks[2].key": ["The key 'a' is already taken by tasks[0]."],
    }


def test_a_need_named_twice_is_refused() -> None:
    assert "named twice" in refused([node("a"), node("b", "a", "a")]).errors["tasks[1].needs[1]"][0]


def test_faults_of_several_kinds_have_the_general_code() -> None:
    assert refused([node("a"), node("a"), node("b", "x")]).code == "plan_invalid"


def test_a_thousand_faults_give_a_short_answer() -> None:
    assert len(refused([node(f"t{i}", "nowhere") for i in range(1000)]).errors) == graph.MAX_ERRORS


@given(any_graph())
def test_a_graph_is_refused_exactly_if_it_has_a_cycle(nodes: list[Node]) -> None:
    try:
        TopologicalSorter({n.key: [need.key for need in n.needs] for n in nodes}).prepare()
    except CycleError:
        assert refused(nodes).code == "plan_cycle"
    else:
        graph.check(nodes)


@given(any_graph())
def test_every_cycle_named_is_a_cycle(nodes: list[Node]) -> None:
    needs = {n.key: {need.key for need in n.needs} for n in nodes}
    for cycle in cycles(nodes):
        assert len(set(cycle)) == len(cycle)
        for here, there in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            assert there in needs[here]


def test_layers_follow_needs_and_order_by_priority_then_position() -> None:
    nodes = [
        node("late", "early", position=0),
        node("early", position=1),
        node("first", position=2, priority=1),
        node("also", position=3),
    ]
    assert graph.layers(nodes) == (("first", "early", "also"), ("late",))
    assert graph.order(nodes) == ("first", "early", "also", "late")


@given(acyclic())
def test_order_has_every_task_once_and_after_its_needs(nodes: list[Node]) -> None:
    order = graph.order(nodes)
    assert sorted(order) == sorted(n.key for n in nodes)
    place = {key: number for number, key in enumerate(order)}
    assert all(place[need.key] < place[n.key] for n in nodes for need in n.needs)


def test_the_critical_path_is_the_longest_in_time() -> None:
    nodes = [node("a"), node("b"), node("c", "a"), node("d", "b", "c")]
    path = graph.critical_path(nodes, {"a": 1, "b": 5, "c": 1, "d": 2})
    assert (path.keys, path.total) == (("b", "d"), 7)


@given(acyclic())
def test_the_critical_path_is_a_chain_of_needs_as_long_as_the_graph_is_deep(nodes: list[Node]) -> None:
    path = graph.critical_path(nodes, {n.key: 1.0 for n in nodes})
    assert path.total == len(path.keys) == len(graph.layers(nodes))
    by_key = {n.key: n for n in nodes}
    for before, after in zip(path.keys, path.keys[1:], strict=False):
        assert before in {need.key for need in by_key[after].needs}


def test_dependants_name_who_waits() -> None:
    assert graph.dependants([node("a"), node("b", "a"), node("c", "a!")]) == {"a": ("b", "c"), "b": (), "c": ()}


def test_success_and_end_are_met_differently() -> None:
    nodes = [node("a", state=TaskState.FAILED), node("b", "a"), node("c", "a!")]
    assert graph.needs_left(nodes) == {"a": 0, "b": 1, "c": 0}
    assert graph.ready_set(nodes) == ("c",)
    assert graph.doomed(nodes) == {"b": "a"}


def test_a_skipped_need_is_met() -> None:
    assert graph.ready_set([node("a", state=TaskState.SKIPPED), node("b", "a")]) == ("b",)


def test_states_given_apart_override_those_of_the_nodes() -> None:
    nodes = [node("a"), node("b", "a")]
    assert graph.ready_set(nodes) == ("a",)
    assert graph.ready_set(nodes, {"a": TaskState.COMPLETED}) == ("b",)
    assert graph.needs_left(nodes, {"a": TaskState.COMPLETED}) == {"a": 0, "b": 0}


def test_doom_spreads_over_successes_and_stops_at_ends() -> None:
    nodes = [node("a", state=TaskState.FAILED), node("b", "a"), node("c", "b"), node("d", "c!"), node("e", "d")]
    assert graph.doomed(nodes) == {"b": "a", "c": "b"}


def test_running_tasks_are_not_doomed() -> None:
    assert not graph.doomed([node("a", state=TaskState.FAILED), node("b", "a", state=TaskState.IN_PROGRESS)])


def test_a_hundred_thousand_tasks_are_checked_ordered_and_counted() -> None:
    nodes = layered(MANY)
    graph.check(nodes)
    assert len(graph.layers(nodes)) == MANY // 100
    assert graph.order(nodes)[0] == "t0"
    assert len(graph.ready_set(nodes)) == 100
    assert graph.critical_path(nodes, {n.key: 1.0 for n in nodes}).total == MANY // 100
    assert sum(graph.needs_left(nodes).values()) == 3 * (MANY - 100)
    assert len(graph.doomed(nodes, {"t0": TaskState.FAILED})) > MANY // 2


def test_a_chain_of_a_hundred_thousand_needs_no_recursion() -> None:
    chain = [Node("t0")] + [Node(f"t{i}", (Need(f"t{i - 1}"),)) for i in range(1, MANY)]
    graph.check(chain)
    assert len(graph.layers(chain)) == MANY
    assert len(graph.doomed(chain, {"t0": TaskState.CANCELLED})) == MANY - 1


def test_a_ring_of_a_hundred_thousand_is_named() -> None:
    ring = [Node(f"t{i}", (Need(f"t{(i + 1) % MANY}"),)) for i in range(MANY)]
    assert refused(ring).code == "plan_cycle"
