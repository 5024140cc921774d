"""Start, pause, resume, cancel, retry: who may, what follows, twice, at once, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from campaigns.actions.runs import cancel_run, pause_run, resume_run, retry_run, start_run
from campaigns.models import Event, Run, Team
from campaigns.permissions import SYSTEM, Actor
from campaigns.states import Purpose, Role
from conductor.lib.clock import timing
from conductor.lib.errors import BadInput, Conflict, InvalidMove, NotFound
from conductor.lib.ids import new_id
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh, states, task
from tests.campaigns.people import People
from tests.campaigns.races import race
from tests.campaigns.rights import assert_refused
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db

Verb = Callable[[Run, Actor], Run]


def pause(run: Run, actor: Actor = SYSTEM) -> Run:
    return pause_run(run_id=run.pk, actor=actor)


def resume(run: Run, actor: Actor = SYSTEM) -> Run:
    return resume_run(run_id=run.pk, actor=actor)


def cancel(run: Run, actor: Actor = SYSTEM) -> Run:
    return cancel_run(run_id=run.pk, actor=actor)


def retry(run: Run, actor: Actor = SYSTEM) -> Run:
    return retry_run(run_id=run.pk, actor=actor)


def told(run: Run, prefix: str = "run.") -> list[str]:
    found = Event.objects.filter(stream_id=run.pk, type__startswith=prefix).order_by("seq")
    return list(found.values_list("type", flat=True))


def failed(team: Team, **settings: Any) -> Run:
    """A run whose one task has failed and blocked another."""
    run = begin(spec("a"), spec("b", "a"), team=team, **settings)
    hand = Hand(run)
    hand.fail(hand.claim("a"), kind="fatal")
    return fresh(run)


class TestRetry:
    def test_all_that_failed_is_tried_again_in_a_reopened_run(self, team: Team) -> None:
        run = failed(team)
        assert run.state == "failed"
        reopened = retry_run(run_id=run.pk, actor=SYSTEM)
        assert (reopened.state, reopened.outcome, reopened.finished_at) == ("running", None, None)
        assert states(run) == {"a": "ready", "b": "pending"}
        Hand(run).work_off()
        assert fresh(run).state == "completed"
        assert told(run) == ["run.accepted", "run.started", "run.failed", "run.reopened", "run.completed"]

    def test_tries_and_crashes_count_anew(self, team: Team) -> None:
        run = failed(team)
        retry_run(run_id=run.pk, actor=SYSTEM)
        again = task(run, "a")
        assert (again.failures, again.attempts, again.error) == (0, 1, None)

    def test_only_the_tasks_that_were_named(self, team: Team) -> None:
        run = begin(spec("a"), spec("b"), team=team)
        hand = Hand(run)
        for key in "ab":
            hand.fail(hand.claim(key), kind="fatal")
        retry_run(run_id=run.pk, tasks=[task(run, "b").pk], actor=SYSTEM)
        assert states(run) == {"a": "failed", "b": "ready"}

    def test_only_the_agents_that_were_named(self, team: Team) -> None:
        run = failed(team)
        with pytest.raises(BadInput, match="nobody"):
            retry_run(run_id=run.pk, agents=["nobody"], actor=SYSTEM)
        retry_run(run_id=run.pk, agents=["task"], actor=SYSTEM)
        assert states(run)["a"] == "ready"

    def test_while_it_runs_it_is_not_reopened(self, team: Team) -> None:
        run = begin(spec("a", priority=1), spec("b"), team=team)
        hand = Hand(run)
        hand.fail(hand.claim("a"), kind="fatal")
        retry_run(run_id=run.pk, actor=SYSTEM)
        assert "run.reopened" not in told(run)
        hand.work_off("a", "b")
        assert fresh(run).state == "completed"

    def test_a_second_time_there_is_nothing_to_retry(self, team: Team) -> None:
        run = failed(team)
        retry_run(run_id=run.pk, actor=SYSTEM)
        with pytest.raises(InvalidMove, match="no failed task"):
            retry_run(run_id=run.pk, actor=SYSTEM)

    def test_only_failed_tasks_are_retried(self, team: Team) -> None:
        run = begin(spec("a"), spec("b"), team=team)
        Hand(run).work_off("a")
        with pytest.raises(InvalidMove, match="a is completed"):
            retry_run(run_id=run.pk, tasks=[task(run, "a").pk], actor=SYSTEM)
        with pytest.raises(NotFound):
            retry_run(run_id=run.pk, tasks=[new_id()], actor=SYSTEM)

    def test_a_cancelled_run_is_final(self, team: Team) -> None:
        run = begin(spec("a", priority=1), spec("b"), team=team)
        hand = Hand(run)
        hand.fail(hand.claim("a"), kind="fatal")
        cancel_run(run_id=run.pk, actor=SYSTEM)
        with pytest.raises(InvalidMove, match="final"):
            retry_run(run_id=run.pk, actor=SYSTEM)

    def test_a_run_that_is_being_cancelled_is_not_retried(self, team: Team) -> None:
        run = begin(spec("a", priority=1), spec("b"), team=team)
        hand = Hand(run)
        hand.fail(hand.claim("a"), kind="fatal")
        hand.claim("b")
        cancel_run(run_id=run.pk, actor=SYSTEM)
        with pytest.raises(InvalidMove, match="being cancelled"):
            retry_run(run_id=run.pk, actor=SYSTEM)

    @pytest.mark.parametrize("purpose", [Purpose.FULL, Purpose.FORK, Purpose.RESTORE])
    def test_another_run_has_taken_its_place(self, team: Team, purpose: Purpose) -> None:
        run = failed(team)
        other = begin(spec("a"), team=team)
        Run.objects.filter(pk=other.pk).update(campaign=run.campaign, number=99, purpose=purpose)
        with pytest.raises(Conflict) as refused:
            retry_run(run_id=run.pk, actor=SYSTEM)
        assert refused.value.code == "already_running"
        assert fresh(run).state == "failed"
        Run.objects.filter(pk=other.pk).update(campaign=other.campaign, number=1, purpose=Purpose.FULL)

    def test_the_deadline_goes_on_where_it_stood(self, team: Team) -> None:
        run = failed(team)
        before = run.deadline_at
        Run.objects.filter(pk=run.pk).update(finished_at=run.finished_at - timedelta(hours=2))
        assert retry_run(run_id=run.pk, actor=SYSTEM).deadline_at >= before + timedelta(hours=2)

    def test_a_used_up_deadline_begins_anew(self, team: Team) -> None:
        run = failed(team)
        Run.objects.filter(pk=run.pk).update(deadline_at=run.finished_at)
        left = retry_run(run_id=run.pk, actor=SYSTEM).deadline_at - fresh(run).updated_at
        assert left > timedelta(seconds=timing().RUN_DEADLINE_S / 2)

    def test_who_may(self, people: People) -> None:
        run = failed(people.team)
        assert_refused(people, Role.OPERATOR, lambda actor: retry(run, actor))

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_of_a_retry_and_a_new_start_at_once_one_wins(self, people: People) -> None:
        campaign = make_campaign(people.team)
        run = start_run(campaign_id=campaign.pk, actor=SYSTEM)
        hand = Hand(run)
        while claims := hand.turn(want={}).claims:
            hand.fail(claims[0], kind="fatal")
        assert fresh(run).state == "failed"
        results = race(lambda: retry(run), lambda: start_run(campaign_id=campaign.pk, actor=SYSTEM))
        assert sorted(type(r).__name__ for r in results) == ["Conflict", "Run"]
        assert Run.objects.filter(finished_at__isnull=True).count() == 1
