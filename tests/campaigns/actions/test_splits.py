"""Retry, skip, edit, split and reassign a task: what follows, twice, at once, what is refused and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.actions.runs import start_run
from campaigns.actions.tasks import edit_task, skip_task, split_task
from campaigns.models import Criterion, Run, Task, Team
from campaigns.permissions import SYSTEM, Actor
from campaigns.states import Role
from conductor.lib.errors import BadInput, InvalidMove
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh, states, task
from tests.campaigns.people import People
from tests.campaigns.rights import assert_refused
from tests.factories import make_campaign, make_criterion

pytestmark = pytest.mark.django_db

PARTS = [{"title": "First half"}, {"title": "Second half"}]


def skip(run: Run, key: str, actor: Actor = SYSTEM, reason: str = "no need") -> Task:
    return skip_task(task_id=task(run, key).pk, reason=reason, actor=actor)


def edit(run: Run, key: str, actor: Actor = SYSTEM, /, **changes: Any) -> Task:
    found = task(run, key)
    return edit_task(task_id=found.pk, version=found.version, changes=changes, actor=actor)


def split(run: Run, key: str, parts: list[dict[str, Any]] = PARTS, actor: Actor = SYSTEM) -> Task:
    found = task(run, key)
    return split_task(task_id=found.pk, version=found.version, parts=parts, actor=actor)


def with_failure(team: Team) -> tuple[Run, Hand]:
    """One task failed and blocked another; a third is still ready."""
    run = begin(spec("a", priority=1), spec("b", "a"), spec("c"), team=team)
    hand = Hand(run)
    hand.fail(hand.claim("a"), kind="fatal")
    return run, hand


class TestSplit:
    def test_the_parts_take_its_needs_and_its_dependants_wait_for_the_last(self, team: Team) -> None:
        run = begin(spec("a"), spec("b", "a"), spec("c", "b"), team=team)
        assert split(run, "b").state == "superseded"
        assert states(run) == {"a": "ready", "b": "superseded", "c": "pending", "b-1-1": "pending", "b-1-2": "pending"}
        Hand(run).work_off("a", "b-1-1", "b-1-2", "c")
        assert fresh(run).outcome == "success"

    def test_parts_have_their_own_words_and_inputs(self, team: Team) -> None:
        run = begin(spec("a", inputs={"x": 1}), team=team)
        split(run, "a", [{"title": "One", "description": "do this", "inputs": {"y": 2}}, {"title": "Two"}])
        one, two = task(run, "a-1-1"), task(run, "a-1-2")
        assert (one.title, one.description, one.inputs) == ("One", "do this", {"x": 1, "y": 2})
        assert (two.title, two.inputs, two.supersedes) == ("Two", {"x": 1}, task(run, "a"))

    def test_no_gate_is_loosened(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        make_criterion(task(run, "a"), "May start", phase="entry")
        make_criterion(task(run, "a"), "Is good", phase="exit")
        split(run, "a")
        kept = list(
            Criterion.objects.exclude(task__key="a").order_by("task__key", "phase").values_list("task__key", "title")
        )
        assert kept == [("a-1-1", "May start"), ("a-1-2", "May start"), ("a-1-2", "Is good")]

    def test_parts_that_change_the_same_file_take_turns(self, team: Team) -> None:
        run = begin(spec("a", inputs={"files": ["x.py"]}), team=team)
        split(run, "a", [{"title": "1"}, {"title": "2"}, {"title": "3"}])
        assert [states(run)[f"a-1-{n}"] for n in (1, 2, 3)] == ["ready", "pending", "pending"]

    def test_a_failed_task_is_split_and_the_run_reopened(self, team: Team) -> None:
        run, hand = with_failure(team)
        hand.work_off("c")
        split(run, "a")
        assert states(run) == {
            "a": "superseded", "b": "pending", "c": "completed", "a-1-1": "ready", "a-1-2": "pending",
        }  # fmt: skip
        hand.work_off()
        assert fresh(run).state == "completed"

    def test_a_waiting_task_is_split_and_asks_no_more(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        hand = Hand(run)
        hand.ask(hand.claim())
        split(run, "a")
        assert run.decisions.get().state == "void"

    def test_a_long_key_is_shortened(self, team: Team) -> None:
        run = begin(spec("k" * 80), team=team)
        split(run, "k" * 80)
        assert Task.objects.filter(run=run, state="ready").count() == 1

    def test_a_part_can_be_split_again(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        split(run, "a")
        split(run, "a-1-1")
        Hand(run).work_off("a-1-1-1-1", "a-1-1-1-2", "a-1-2")
        assert fresh(run).state == "completed"

    def test_a_piece_of_a_brief_is_not_split(self, people: People) -> None:
        run = start_run(campaign_id=make_campaign(people.team).pk, actor=SYSTEM)
        with pytest.raises(InvalidMove, match="as a whole"):
            split(run, "copy")

    def test_twice_is_refused_the_second_time(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        split(run, "a")
        with pytest.raises(InvalidMove, match="superseded"):
            split(run, "a")

    @pytest.mark.parametrize(
        ("parts", "field"),
        [
            ([], "parts"),
            ([{"title": "one"}], "parts"),
            ([{"title": "one"}, {"title": " "}], "parts[1].title"),
            ([{"title": "one"}, "two"], "parts[1].title"),
            ([{"title": "one"}, {"title": "two", "inputs": [1]}], "parts[1].inputs"),
            ([{"title": "one", "backend": "shell"}, {"title": "two"}], "parts[0].backend"),
            ([{"title": str(n)} for n in range(21)], "parts"),
        ],
    )
    def test_bad_parts_are_refused_by_field(self, team: Team, parts: list[Any], field: str) -> None:
        run = begin(spec("a"), team=team)
        with pytest.raises(BadInput) as refused:
            split(run, "a", parts)
        assert set(refused.value.errors) == {field}
        assert states(run) == {"a": "ready"}

    def test_who_may(self, people: People) -> None:
        run = begin(spec("a"), team=people.team)
        assert_refused(people, Role.OPERATOR, lambda actor: split(run, "a", actor=actor))
