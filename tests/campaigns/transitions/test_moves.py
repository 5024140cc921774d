"""Moves of tasks: by compare-and-set, with what they mean for dependants; blocked ones are blocked by name."""

from __future__ import annotations

import pytest

from campaigns.models import Event, Run, Task, Team
from campaigns.permissions import SYSTEM
from campaigns.states import TaskState
from campaigns.transitions import moves
from campaigns.transitions.blocks import block_dependants
from campaigns.transitions.unit import run_unit
from conductor.lib.errors import Conflict, InvalidMove, NotFound
from conductor.lib.ids import new_id
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh, states, task

pytestmark = pytest.mark.django_db


def test_a_move_the_table_does_not_know_is_refused(team: Team) -> None:
    run = begin(spec("a"), team=team)
    with pytest.raises(InvalidMove, match="ready cannot become completed"), run_unit(run.pk, SYSTEM) as u:
        moves.move_task(u, task(run, "a"), TaskState.COMPLETED, "task.completed")
    assert states(run) == {"a": "ready"}


def test_a_move_from_a_state_that_has_passed_is_a_conflict(team: Team) -> None:
    run = begin(spec("a"), team=team)
    stale = task(run, "a")
    Hand(run).work_off("a")
    with pytest.raises(Conflict), run_unit(run.pk, SYSTEM) as u:
        moves.move_task(u, stale, TaskState.SKIPPED, "task.skipped")


def test_dependants_of_a_failure_are_blocked_by_name_all_the_way(team: Team) -> None:
    run = begin(spec("a"), spec("b", "a"), spec("c", "b"), spec("free"), team=team)
    hand = Hand(run)
    hand.fail(hand.claim("a"), kind="fatal")
    assert states(run) == {"a": "failed", "b": "blocked", "c": "blocked", "free": "ready"}
    named = dict(Event.objects.filter(type="task.blocked").values_list("data__key", "data__by"))
    assert named == {"b": "a", "c": "b"}


def test_blocking_works_in_batches(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "BLOCK_BATCH", 2)
    run = begin(spec("a"), *(spec(f"b{n}", "a") for n in range(5)), team=team)
    hand = Hand(run)
    hand.fail(hand.claim("a"), kind="fatal")
    assert list(states(run).values()).count("blocked") == 5
    assert fresh(run).state == "failed"


def test_blocking_again_finds_nothing(team: Team) -> None:
    run = begin(spec("a"), spec("b", "a"), spec("free"), team=team)
    hand = Hand(run)
    hand.fail(hand.claim("a"), kind="fatal")
    assert block_dependants(run.pk, actor=SYSTEM) == 0


def test_an_end_dependant_of_a_blocked_task_may_start(team: Team) -> None:
    run = begin(spec("a"), spec("b", "a"), spec("report", "b!"), team=team)
    hand = Hand(run)
    hand.fail(hand.claim("a"), kind="fatal")
    assert states(run)["report"] == "ready"


def test_a_unit_of_a_run_that_is_not_there_is_refused(team: Team) -> None:
    with pytest.raises(NotFound), run_unit(new_id(), SYSTEM):
        pass


def skip_and_break_off(run: Run) -> None:
    with run_unit(run.pk, SYSTEM) as u:
        moves.move_task(u, task(run, "a"), TaskState.SKIPPED, "task.skipped", data={"reason": "x"})
        raise RuntimeError


def test_what_is_raised_in_a_unit_undoes_all_of_it(team: Team) -> None:
    run = begin(spec("a"), team=team)
    with pytest.raises(RuntimeError):
        skip_and_break_off(run)
    assert states(run) == {"a": "ready"}
    assert not Event.objects.filter(type="task.skipped").exists()


def test_recounting_a_sound_graph_changes_nothing(team: Team) -> None:
    run = begin(spec("a"), spec("b", "a"), spec("c", "a!", "b"), team=team)
    hand = Hand(run)
    hand.work_off("a")
    before = list(Task.objects.order_by("pk").values_list("key", "state", "needs_left"))
    with run_unit(run.pk, SYSTEM) as u:
        moves.recount(u, [t.pk for t in Task.objects.all()])
    assert list(Task.objects.order_by("pk").values_list("key", "state", "needs_left")) == before
