"""Save, restore and fork: a child run gets exactly what the checkpoint holds; what cannot be trusted is refused."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.actions.checkpoints import fork_run
from campaigns.actions.runs import pause_run, retry_run
from campaigns.models import Run, Team
from campaigns.permissions import SYSTEM, Actor
from campaigns.states import Purpose, Role
from conductor.lib.errors import BadInput, NotFound
from conductor.lib.ids import new_id
from tests.campaigns.actions.saved import half_done, save
from tests.campaigns.hands import Hand, fresh, make_due, states, task
from tests.campaigns.people import People
from tests.campaigns.races import race
from tests.campaigns.rights import assert_refused

pytestmark = pytest.mark.django_db


class TestFork:
    def fork(self, run: Run, actor: Actor = SYSTEM, **said: Any) -> Run:
        return fork_run(run_id=run.pk, actor=actor, **said)

    def test_from_now_it_carries_what_is_done(self, team: Team) -> None:
        run, _ = half_done(team)
        child = self.fork(run)
        assert (child.purpose, child.parent) == (Purpose.FORK, run)
        assert states(child) == {"a": "completed", "b": "ready", "c": "pending"}
        assert fresh(run).state == "cancelled"

    def test_from_a_checkpoint(self, team: Team) -> None:
        run, hand = half_done(team)
        saved = save(run)
        hand.work_off("b")
        assert states(self.fork(run, from_checkpoint=saved.pk))["b"] == "ready"

    def test_from_a_task_that_and_all_behind_it_is_done_again(self, team: Team) -> None:
        run, hand = half_done(team)
        hand.work_off("b")
        child = self.fork(run, from_task="b")
        assert states(child) == {"a": "completed", "b": "ready", "c": "pending"}

    def test_a_changed_task_and_all_behind_it_is_done_again(self, team: Team) -> None:
        run, hand = half_done(team)
        hand.work_off("b")
        child = self.fork(run, changes={"tasks": {"a": {"title": "Another"}}})
        assert states(child) == {"a": "ready", "b": "pending", "c": "pending"}
        assert task(child, "a").title == "Another"

    def test_a_task_given_to_another_kind_of_agent_changes_queue(self, team: Team) -> None:
        run, _ = half_done(team)
        child = self.fork(run, changes={"tasks": {"b": {"backend": "shell"}}})
        assert (task(child, "b").backend, task(child, "b").queue) == (["shell"], "long")

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"changes": {"colour": 1}}, "changes.colour"),
            ({"changes": {"tasks": [1]}}, "changes.tasks"),
            ({"changes": {"tasks": {"ghost": {"title": "x"}}}}, "changes.tasks.ghost"),
            ({"changes": {"tasks": {"a": {"key": "x"}}}}, "key"),
            ({"from_task": "ghost"}, "from_task"),
        ],
    )
    def test_bad_input_is_refused_by_field(self, team: Team, said: dict[str, Any], field: str) -> None:
        run, _ = half_done(team)
        with pytest.raises(BadInput) as refused:
            self.fork(run, **said)
        assert field in refused.value.errors
        assert fresh(run).state == "running"

    def test_a_checkpoint_of_another_run_is_not_found(self, team: Team) -> None:
        (one, _), (two, _) = half_done(team), half_done(team)
        saved = save(one)
        with pytest.raises(NotFound):
            self.fork(two, from_checkpoint=saved.pk)

    def test_a_paused_run_may_be_forked(self, team: Team) -> None:
        run, _ = half_done(team)
        pause_run(run_id=run.pk, actor=SYSTEM)
        assert self.fork(run).state == "queued"
        assert fresh(run).state == "cancelled"

    def test_a_forked_run_may_fail_and_be_retried(self, team: Team) -> None:
        run, _ = half_done(team)
        child = self.fork(run)
        hand = Hand(child)
        hand.fail(hand.claim("b"), kind="fatal")
        retry_run(run_id=child.pk, actor=SYSTEM)
        make_due(child)
        hand.work_off()
        assert fresh(child).state == "completed"

    def test_who_may(self, people: People) -> None:
        run, _ = half_done(people.team)
        assert_refused(people, Role.OPERATOR, lambda actor: self.fork(run, actor))
        with pytest.raises(NotFound):
            fork_run(run_id=new_id(), actor=SYSTEM)

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_a_task_that_is_done_before_the_fork_is_carried(self, team: Team) -> None:
        """Whichever comes first: what the old run holds as done, the child holds as done."""
        run, hand = half_done(team)
        claim = hand.claim("b")
        child, _ = race(lambda: self.fork(run), lambda: hand.succeed(claim))
        assert (states(run)["b"] == "completed") == (states(child)["b"] == "completed")
