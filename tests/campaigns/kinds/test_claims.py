from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from campaigns import graph
from campaigns.graph import Need, Node
from campaigns.kinds.base import TaskSpec
from campaigns.kinds.claims import in_turn
from campaigns.states import Requires
from tests.campaigns.graphs import acyclic, spec


def claiming(key: str, *needs: str, files: tuple[str, ...] = ()) -> TaskSpec:
    return spec(key, *needs, inputs={"files": list(files)})


def test_claimants_of_a_file_go_one_after_another() -> None:
    one, two, three = in_turn([claiming("a", files=("x",)), claiming("b", files=("y",)), claiming("c", files=("x",))])
    assert (one.needs, two.needs) == ((), ())
    assert three.needs == (Need("a", Requires.END),)


def test_an_order_that_is_there_is_kept() -> None:
    first, second = in_turn([claiming("a", "b", files=("x",)), claiming("b", files=("x",))])
    assert first.needs == (Need("b"),)
    assert second.needs == ()


def test_without_claims_nothing_changes() -> None:
    tasks = (spec("a"), spec("b", "a"))
    assert in_turn(tasks) == tasks


def test_a_claim_beside_a_need_on_an_old_task() -> None:
    tasks = in_turn([claiming("a", "old", files=("x",)), claiming("b", files=("x", "x"))])
    assert tasks[0].needs == (Need("old"),)
    assert tasks[1].needs == (Need("a", Requires.END),)


@given(acyclic(), st.data())
def test_claims_never_make_a_circle_and_never_leave_two_claimants_side_by_side(
    nodes: list[Node], data: st.DataObject
) -> None:
    files = st.lists(st.sampled_from("xyz"), max_size=2)
    tasks = in_turn(
        [
            TaskSpec(n.key, n.key, "task", needs=n.needs, priority=n.priority, inputs={"files": data.draw(files)})
            for n in nodes
        ]
    )
    found = [graph.as_node(task, number) for number, task in enumerate(tasks)]
    graph.check(found)
    claims = {task.key: set(task.inputs["files"]) for task in tasks}
    for layer in graph.layers(found):
        claimed = [file for key in layer for file in claims[key]]
        assert len(claimed) == len(set(claimed))
