from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import graph
from campaigns.graph import Graph, Node, apply_status, build_graph
from campaigns.states import TASK_OPEN, TaskState
from conductor.lib.errors import BadInput, InvalidMove, NotFound
from tests.campaigns.graphs import acyclic, layered, node, spec

DONE, RUNNING, READY = TaskState.COMPLETED, TaskState.IN_PROGRESS, TaskState.READY
PENDING, FAILED, BLOCKED = TaskState.PENDING, TaskState.FAILED, TaskState.BLOCKED


def finished(work: Graph, key: str, end: TaskState = DONE) -> Graph:
    return apply_status(apply_status(work, key, RUNNING), key, end)


def test_tasks_without_needs_are_ready_at_once() -> None:
    work = build_graph([node("a"), node("b", "a")])
    assert (work["a"].state, work["b"].state) == (READY, PENDING)


def test_a_graph_is_built_from_tasks_to_be() -> None:
    assert build_graph([spec("a"), spec("b", "a")])["b"].position == 1


def test_a_broken_graph_is_not_built() -> None:
    with pytest.raises(BadInput):
        build_graph([node("a", "b"), node("b", "a")])


def test_the_next_task_honours_needs_then_priority_then_position() -> None:
    nodes = [node("top", "low", priority=1), node("b", priority=5, position=1), node("a", priority=5, position=0)]
    work = build_graph([*nodes, node("low", priority=9, position=3)])
    assert (first := graph.next_task(work)) is not None
    assert first.key == "a"
    assert (best := graph.next_task(finished(work, "low"))) is not None
    assert best.key == "top"


def test_no_next_task_while_everything_runs_or_waits() -> None:
    work = apply_status(build_graph([node("a"), node("b", "a")]), "a", RUNNING)
    assert graph.next_task(work) is None
    assert graph.has_work_remaining(work)


def test_starting_counts_an_attempt() -> None:
    assert apply_status(build_graph([node("a")]), "a", RUNNING)["a"].attempts == 1


def test_completion_frees_dependants() -> None:
    assert finished(build_graph([node("a"), node("b", "a")]), "a")["b"].state == READY


def test_failure_blocks_all_that_need_success_and_frees_what_needs_the_end() -> None:
    work = finished(build_graph([node("a"), node("b", "a"), node("c", "b"), node("d", "a!")]), "a", FAILED)
    assert [work[key].state for key in "bcd"] == [BLOCKED, BLOCKED, READY]


def test_an_exhausted_failure_is_not_work_for_ever() -> None:
    work = finished(build_graph([node("a"), node("b", "a")]), "a", FAILED)
    assert not graph.has_work_remaining(work)


def test_a_retry_unblocks_what_the_failure_blocked() -> None:
    work = finished(build_graph([node("a"), node("b", "a"), node("c", "b")]), "a", FAILED)
    work = apply_status(work, "a", READY)
    assert [work[key].state for key in "abc"] == [READY, PENDING, PENDING]
    assert finished(work, "a")["a"].attempts == 2


def test_a_blocked_task_cannot_be_talked_into_being_ready() -> None:
    work = finished(build_graph([node("a"), node("b", "a")]), "a", FAILED)
    with pytest.raises(InvalidMove, match="'b' is blocked"):
        apply_status(work, "b", READY)


@pytest.mark.parametrize("status", ["completed", "failed", "nonsense"])
def test_a_move_the_table_does_not_have_is_refused(status: str) -> None:
    with pytest.raises(InvalidMove, match="'a' is ready"):
        apply_status(build_graph([node("a")]), "a", status)


def test_a_completed_task_is_final() -> None:
    with pytest.raises(InvalidMove):
        apply_status(finished(build_graph([node("a")]), "a"), "a", READY)


def test_an_unknown_task_is_not_found() -> None:
    with pytest.raises(NotFound):
        apply_status(build_graph([node("a")]), "x", RUNNING)


def test_applying_leaves_the_old_graph_alone() -> None:
    work = build_graph([node("a")])
    apply_status(work, "a", RUNNING)
    assert work["a"].state == READY


def test_several_moves_at_once_are_all_or_none() -> None:
    work = build_graph([node("a"), node("b")])
    assert graph.apply_statuses(work, {"a": RUNNING, "b": RUNNING})["b"].state == RUNNING
    with pytest.raises(InvalidMove):
        graph.apply_statuses(work, {"a": RUNNING, "b": DONE})


def test_may_start_says_why_not() -> None:
    work = apply_status(build_graph([node("a"), node("b"), node("c", "a", "b")]), "a", RUNNING)
    verdict = graph.can_start(work, "c")
    assert verdict.reasons == ("It needs 'a', which is in progress.", "It needs 'b', which is ready.")
    assert graph.can_start(work, "b").ok
    assert graph.can_start(work, "a").reasons == ("It is in progress.",)


def test_may_start_counts_entry_criteria() -> None:
    verdict = graph.can_start(build_graph([node("a")]), "a", failed_entry=("schema.sql exists",))
    assert verdict == graph.StartVerdict(False, ("Entry criterion not met: schema.sql exists",))


def test_work_by_domain_includes_tasks_without_one() -> None:
    work = build_graph([node("a", domain="web"), node("b", "a", domain="api"), node("c")])
    assert graph.domains_with_work(work) == ("web", "")
    assert graph.next_task_for_domain(work, "api") is None
    assert (loose := graph.next_task_for_domain(work, "")) is not None
    assert loose.key == "c"


def test_progress_never_says_all_before_all() -> None:
    nodes = [node(f"t{i}", state=DONE) for i in range(999)]
    told = graph.progress(build_graph([*nodes, node("last")]))
    assert (told.percent, told.completed, told.total) == (99, 999, 1000)


def test_progress_leaves_out_what_was_superseded_and_does_not_wait_for_what_was_skipped() -> None:
    states = {"a": DONE, "b": TaskState.SKIPPED, "c": TaskState.SUPERSEDED}
    told = graph.progress(build_graph([node(key, state=state) for key, state in states.items()]))
    assert (told.total, told.percent, told.domains[graph.UNASSIGNED].status) == (2, 100, "completed")


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ([DONE, DONE], "completed"),
        ([DONE, FAILED, BLOCKED], "failed"),
        ([FAILED, RUNNING], "running"),
        ([DONE, BLOCKED], "blocked"),
        ([FAILED, READY], "pending"),
        ([DONE, TaskState.WAITING], "running"),
    ],
)
def test_the_status_of_a_domain(states: list[TaskState], status: str) -> None:
    broken = node("x", state=FAILED, domain="elsewhere")
    nodes = [node(f"t{i}", *(["x"] if s == BLOCKED else []), state=s, domain="d") for i, s in enumerate(states)]
    assert graph.progress(build_graph([broken, *nodes])).domains["d"].status == status


def test_an_empty_graph_has_no_progress_and_no_work() -> None:
    work = build_graph([])
    assert graph.progress(work).percent == 0
    assert not graph.has_work_remaining(work)
    assert graph.next_task(work) is None


@given(acyclic(), st.data())
def test_random_work_always_comes_to_an_end(nodes: list[Node], data: st.DataObject) -> None:
    """Whatever fails: while work remains something is ready, needs are honoured, and at the end nothing is open."""
    work = build_graph(nodes)
    while (task := graph.next_task(work)) is not None:
        assert graph.can_start(work, task.key).ok
        work = finished(work, task.key, data.draw(st.sampled_from([DONE, FAILED])))
        pending = [n.key for n in work.nodes if n.state == PENDING]
        assert all(not graph.can_start(work, key).ok for key in pending)
    assert not [n.key for n in work.nodes if n.state in TASK_OPEN]
    assert not graph.has_work_remaining(work)
    assert graph.doomed(work.nodes) == {}


def test_a_hundred_thousand_tasks_are_worked_off_layer_by_layer() -> None:
    work = build_graph(layered(100_000, width=25_000))
    rounds = 0
    while ready := graph.ready_set(work.nodes):
        work = graph.apply_statuses(work, dict.fromkeys(ready, RUNNING))
        work = graph.apply_statuses(work, dict.fromkeys(ready, DONE))
        rounds += 1
    assert (rounds, graph.progress(work).percent) == (4, 100)
