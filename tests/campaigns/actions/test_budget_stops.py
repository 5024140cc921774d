"""Money: a chain of limits, reserved before and settled after; a warning at 80 %, a stop at 100 %, a raise goes on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from campaigns.actions.budgets import (
    raise_budget,
    reserve,
    set_budget,
    settle,
)
from campaigns.actions.runs import cancel_run, resume_run, start_run
from campaigns.models import Attempt, Budget, Domain, Event, Run, Team
from campaigns.permissions import SYSTEM, Actor
from campaigns.states import Role, RunState
from campaigns.transitions.shapes import Claim
from campaigns.transitions.unit import run_unit
from conductor.lib.errors import BadInput, BudgetExceeded, InvalidMove, NotFound, StaleVersion
from conductor.lib.ids import new_id
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh, states
from tests.campaigns.people import People
from tests.campaigns.races import race
from tests.campaigns.rights import assert_refused
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db

MILLION = 1_000_000


def working(team: Team, limit: str | None = "1", **settings: Any) -> tuple[Run, Hand, Claim]:
    """A run with two tasks and a budget, and a worker at the first."""
    run = begin(spec("a"), spec("b"), team=team, **settings)
    if limit is not None:
        budget(run, limit)
    hand = Hand(run)
    return run, hand, hand.claim("a")


def budget(run: Run, limit: str | None, scope: str = "run", actor: Actor = SYSTEM) -> Budget:
    owner = {"run": run.pk, "campaign": run.campaign_id, "team": run.team_id}[scope]
    return set_budget(scope=scope, object_id=owner, limit=None if limit is None else Decimal(limit), actor=actor)


def hold(run: Run, claim: Claim, micros: int, call: int = 1) -> None:
    reserve(run_id=run.pk, attempt_id=claim.attempt_id, call=call, micros=micros, actor=SYSTEM)


def pay(run: Run, claim: Claim, micros: int | None, call: int = 1) -> None:
    settle(run_id=run.pk, attempt_id=claim.attempt_id, call=call, micros=micros, actor=SYSTEM)


def books(scope: str = "run") -> tuple[int, int]:
    found = Budget.objects.get(scope=scope)
    return found.spent_micros, found.reserved_micros


def told(run: Run, type_: str) -> int:
    return Event.objects.filter(stream_id=run.pk, type=type_).count()


class TestStop:
    def stopped(self, team: Team, limit: str = "1") -> Run:
        """A run whose second call was refused."""
        run, hand, claim = working(team, limit)
        hold(run, claim, 900_000)
        pay(run, claim, 900_000)
        with pytest.raises(BudgetExceeded):
            hold(run, claim, 200_000, call=2)
        hand.release(claim, "budget_exceeded")
        return fresh(run)

    def test_a_refused_call_ends_the_run(self, team: Team) -> None:
        run = self.stopped(team)
        assert (run.state, run.outcome, run.end_code) == ("budget_stopped", "failed", "budget_exceeded")
        assert states(run) == {"a": "ready", "b": "ready"}
        assert Hand(run).claims() == ()

    def test_the_others_at_work_end_first(self, team: Team) -> None:
        run, hand, claim = working(team)
        other = Hand(run)
        at_work = other.claim("b")
        hand.release(claim, "budget_exceeded")
        assert fresh(run).state == "pausing"
        with pytest.raises(InvalidMove):
            resume_run(run_id=run.pk, actor=SYSTEM)
        other.succeed(at_work)
        assert (fresh(run).state, fresh(run).outcome) == ("budget_stopped", "partial")

    def test_what_a_failure_blocked_is_blocked_before_the_end(self, team: Team) -> None:
        run = begin(spec("a"), spec("b"), spec("c"), spec("d", "b"), team=team)
        hand, other = Hand(run), Hand(run)
        claim, at_work = hand.claim("a"), other.claim("b")
        hand.release(claim, "budget_exceeded")
        other.fail(at_work, kind="fatal")
        assert fresh(run).state == "budget_stopped"
        assert states(run) == {"a": "ready", "b": "failed", "c": "ready", "d": "blocked"}

    def test_if_all_else_is_blocked_too_the_run_has_failed(self, team: Team) -> None:
        run = begin(spec("a"), spec("b", "a"), team=team)
        hand = Hand(run)
        claim = hand.claim("a")
        with run_unit(run.pk, SYSTEM) as u:
            u.set(end_state="budget_stopped", end_code="budget_exceeded")
            u.move_run(RunState.PAUSING, "run.pausing", reason="budget")
        hand.fail(claim, kind="fatal")
        assert (fresh(run).state, states(run)) == ("failed", {"a": "failed", "b": "blocked"})

    def test_a_raise_opens_it_again(self, team: Team) -> None:
        run = self.stopped(team)
        raised = raise_budget(budget_id=Budget.objects.get().pk, limit=Decimal(5), version=1, actor=SYSTEM)
        assert (raised.limit_micros, raised.version) == (5 * MILLION, 2)
        assert fresh(run).state == "running"
        assert [e.type for e in Event.objects.filter(stream_id=run.pk, type__in=["run.reopened", "budget.raised"])] == [
            "run.reopened", "budget.raised",
        ]  # fmt: skip
        hand = Hand(run)
        claim = hand.claim("a")
        hold(run, claim, 200_000)
        hand.succeed(claim)

    def test_a_raise_while_it_is_about_to_stop_goes_on(self, team: Team) -> None:
        run, hand, claim = working(team)
        other = Hand(run)
        at_work = other.claim("b")
        hand.release(claim, "budget_exceeded")
        raise_budget(budget_id=Budget.objects.get().pk, limit=Decimal(5), actor=SYSTEM)
        assert (fresh(run).state, fresh(run).end_state) == ("running", "")
        other.succeed(at_work)
        hand.work_off("a")
        assert fresh(run).state == "completed"

    @pytest.mark.parametrize("scope", ["campaign", "team"])
    def test_a_wider_budget_opens_every_run_it_stopped(self, team: Team, scope: str) -> None:
        run, hand, claim = working(team, limit=None)
        wider = budget(run, "0.1", scope)
        with pytest.raises(BudgetExceeded):
            hold(run, claim, 200_000)
        hand.release(claim, "budget_exceeded")
        raise_budget(budget_id=wider.pk, limit=Decimal(1), actor=SYSTEM)
        assert fresh(run).state == "running"
        assert Event.objects.filter(stream=scope, type="budget.raised").count() == 1

    def test_a_domains_budget_opens_its_run(self, team: Team) -> None:
        run = begin(spec("a", domain="web"), team=team)
        own = set_budget(scope="domain", object_id=Domain.objects.get().pk, limit=Decimal("0.1"), actor=SYSTEM)
        hand = Hand(run)
        hand.release(hand.claim(), "budget_exceeded")
        raise_budget(budget_id=own.pk, limit=Decimal(1), actor=SYSTEM)
        assert fresh(run).state == "running"

    def test_another_run_has_taken_its_place(self, people: People) -> None:
        campaign = make_campaign(people.team)
        run = start_run(campaign_id=campaign.pk, actor=SYSTEM)
        own = budget(run, "1")
        hand = Hand(run)
        for claim in hand.turn(want={}).claims:
            hand.release(claim, "budget_exceeded")
        assert fresh(run).state == "budget_stopped"
        other = start_run(campaign_id=campaign.pk, actor=SYSTEM)
        raise_budget(budget_id=own.pk, limit=Decimal(5), actor=SYSTEM)
        assert (fresh(run).state, fresh(other).state) == ("budget_stopped", "queued")
        assert Event.objects.filter(stream_id=run.pk).latest("seq").type == "post.edited"

    def test_a_run_that_goes_on_anyway_is_only_told(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        raise_budget(budget_id=budget(run, "1").pk, limit=Decimal(2), actor=SYSTEM)
        assert (fresh(run).state, told(run, "budget.raised")) == ("queued", 1)

    def test_a_stopped_run_may_still_be_cancelled_only_while_it_is_open(self, team: Team) -> None:
        with pytest.raises(InvalidMove):
            cancel_run(run_id=self.stopped(team).pk, actor=SYSTEM)

    def test_not_more_is_refused(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        own = budget(run, "1")
        for limit in (Decimal(1), Decimal("0.5")):
            with pytest.raises(BadInput, match="more than the present 1"):
                raise_budget(budget_id=own.pk, limit=limit, actor=SYSTEM)

    def test_somebody_was_faster(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        own = budget(run, "1")
        with pytest.raises(StaleVersion):
            raise_budget(budget_id=own.pk, limit=Decimal(5), version=7, actor=SYSTEM)

    def test_who_may(self, people: People) -> None:
        run = begin(spec("a"), team=people.team)
        own = budget(run, "1")
        assert_refused(
            people, Role.OPERATOR, lambda actor: raise_budget(budget_id=own.pk, limit=Decimal(2), actor=actor)
        )
        with pytest.raises(NotFound):
            raise_budget(budget_id=new_id(), limit=Decimal(2), actor=SYSTEM)

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_of_two_raises_of_the_same_version_one_is_stale(self, team: Team) -> None:
        self.stopped(team)
        own = Budget.objects.get().pk
        results = race(
            *(lambda n=n: raise_budget(budget_id=own, limit=Decimal(n), version=1, actor=SYSTEM) for n in (5, 6))
        )
        assert sorted(type(r).__name__ for r in results) == ["Budget", "StaleVersion"]
        assert Attempt.objects.count() == 1
