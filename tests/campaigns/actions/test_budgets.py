"""Money: a chain of limits, reserved before and settled after; a warning at 80 %, a stop at 100 %, a raise goes on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from campaigns.actions.budgets import (
    MOST_MICROS,
    raise_budget,
    reserve,
    set_budget,
    settle,
    settle_unknown,
    to_micros,
)
from campaigns.actions.runs import cancel_run
from campaigns.models import Budget, Domain, Event, LedgerEntry, Run, Team
from campaigns.permissions import SYSTEM, Actor
from campaigns.states import Role
from campaigns.transitions.shapes import Claim
from conductor.lib.errors import BadInput, BudgetExceeded, LeaseLost, NotFound
from conductor.lib.ids import new_id
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh
from tests.campaigns.people import People
from tests.campaigns.races import race
from tests.campaigns.rights import assert_refused

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


class TestAmounts:
    def test_money_is_exact_to_a_millionth(self) -> None:
        assert to_micros(Decimal("0.000001")) == 1
        assert to_micros(Decimal("12.5")) == 12_500_000

    @pytest.mark.parametrize("wrong", ["-1", "NaN", "Infinity", "0.0000001", str(MOST_MICROS)])
    def test_what_is_no_amount_is_refused(self, wrong: str) -> None:
        with pytest.raises(BadInput) as refused:
            to_micros(Decimal(wrong))
        assert set(refused.value.errors) == {"limit"}


class TestSet:
    @pytest.mark.parametrize(("scope", "stream"), [("run", "run"), ("campaign", "campaign"), ("team", "team")])
    def test_it_is_made_and_told_on_the_stream_of_its_owner(self, team: Team, scope: str, stream: str) -> None:
        run = begin(spec("a"), team=team)
        made = budget(run, "2.5", scope)
        assert (made.limit_micros, made.version) == (2_500_000, 1)
        event = Event.objects.get(type="budget.set")
        assert (event.stream, event.data["limit"], event.data["scope"]) == (stream, "2.5", scope)

    def test_a_domain_has_one_too(self, team: Team) -> None:
        run = begin(spec("a", domain="web"), team=team)
        set_budget(scope="domain", object_id=Domain.objects.get().pk, limit=Decimal(1), actor=SYSTEM)
        assert told(run, "budget.set") == 1

    def test_twice_changes_the_same_budget(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        first, second = budget(run, "1"), budget(run, "2")
        assert (first.pk, second.version, second.limit_micros) == (second.pk, 2, 2 * MILLION)

    def test_no_limit_is_a_limit_too(self, team: Team) -> None:
        run, _, claim = working(team, limit=None)
        budget(run, None)
        hold(run, claim, 10**12)
        assert books() == (0, 10**12)

    def test_zero_means_nothing_may_be_spent(self, team: Team) -> None:
        run, _, claim = working(team, limit="0")
        with pytest.raises(BudgetExceeded):
            hold(run, claim, 1)

    def test_less_than_what_is_used_is_refused(self, team: Team) -> None:
        run, _, claim = working(team)
        hold(run, claim, 600_000)
        with pytest.raises(BadInput, match="already spent"):
            budget(run, "0.5")

    def test_of_an_ended_run_it_is_told_after_the_end(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        cancel_run(run_id=run.pk, actor=SYSTEM)
        budget(run, "1")
        assert Event.objects.filter(stream_id=run.pk).latest("seq").type == "post.edited"

    @pytest.mark.parametrize("scope", ["galaxy", "run", "campaign", "team", "domain"])
    def test_what_does_not_exist_has_none(self, scope: str) -> None:
        with pytest.raises((NotFound, BadInput)):
            set_budget(scope=scope, object_id=new_id(), limit=None, actor=SYSTEM)

    def test_who_may(self, people: People) -> None:
        run = begin(spec("a"), team=people.team)
        assert_refused(people, Role.OPERATOR, lambda actor: budget(run, "1", actor=actor))

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_make_one(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        results = race(lambda: budget(run, "1"), lambda: budget(run, "2"))
        assert [type(r).__name__ for r in results] == ["Budget", "Budget"]
        assert Budget.objects.get().version == 2


class TestReserve:
    def test_it_is_held_on_every_level_of_the_chain(self, team: Team) -> None:
        run, _, claim = working(team)
        for scope in ("campaign", "team"):
            budget(run, "5", scope)
        hold(run, claim, 300_000)
        assert {b.scope: b.reserved_micros for b in Budget.objects.all()} == dict.fromkeys(
            ("run", "campaign", "team"), 300_000
        )

    def test_a_domain_is_the_last_level(self, team: Team) -> None:
        run = begin(spec("a", domain="web"), team=team)
        set_budget(scope="domain", object_id=Domain.objects.get().pk, limit=Decimal("0.1"), actor=SYSTEM)
        claim = Hand(run).claim()
        with pytest.raises(BudgetExceeded, match="domain"):
            hold(run, claim, 200_000)

    def test_one_level_that_refuses_undoes_all(self, team: Team) -> None:
        run, _, claim = working(team, limit="9")
        budget(run, "0.1", "team")
        with pytest.raises(BudgetExceeded, match="team"):
            hold(run, claim, 200_000)
        assert books("run") == books("team") == (0, 0)
        assert not LedgerEntry.objects.exists()
        assert Event.objects.get(type="budget.exhausted").data["scope"] == "team"

    def test_exactly_the_limit_is_allowed_and_no_millionth_more(self, team: Team) -> None:
        run, _, claim = working(team)
        hold(run, claim, MILLION)
        with pytest.raises(BudgetExceeded):
            hold(run, claim, 1, call=2)

    def test_the_same_call_reserves_once(self, team: Team) -> None:
        run, _, claim = working(team)
        hold(run, claim, 100)
        hold(run, claim, 100)
        assert books() == (0, 100)

    def test_without_a_budget_what_is_spent_is_booked_all_the_same(self, team: Team) -> None:
        run, _, claim = working(team, limit=None)
        hold(run, claim, 100)
        pay(run, claim, 70)
        assert books() == (70, 0)
        assert Budget.objects.get().limit_micros is None

    def test_nothing_less_than_nothing(self, team: Team) -> None:
        run, _, claim = working(team)
        with pytest.raises(BadInput):
            hold(run, claim, -1)

    def test_who_lost_the_lease_begins_no_call(self, team: Team) -> None:
        run, hand, claim = working(team)
        hand.vanish(claim)
        with pytest.raises(LeaseLost):
            hold(run, claim, 1)
        with pytest.raises(LeaseLost):
            reserve(run_id=run.pk, attempt_id=new_id(), call=1, micros=1, actor=SYSTEM)
        assert books() == (0, 0)

    def test_one_warning_at_four_fifths(self, team: Team) -> None:
        run, _, claim = working(team)
        hold(run, claim, 799_999)
        assert told(run, "budget.warned") == 0
        hold(run, claim, 1, call=2)
        hold(run, claim, 100_000, call=3)
        assert told(run, "budget.warned") == 1

    def test_a_raised_limit_may_warn_again(self, team: Team) -> None:
        run, _, claim = working(team)
        hold(run, claim, 900_000)
        raise_budget(budget_id=Budget.objects.get().pk, limit=Decimal(10), actor=SYSTEM)
        hold(run, claim, 8_000_000, call=2)
        assert told(run, "budget.warned") == 2

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_of_many_at_once_only_as_many_as_fit(self, team: Team) -> None:
        run, _, claim = working(team)
        results = race(*(lambda n=n: hold(run, claim, 300_000, call=n) for n in range(6)))
        assert results.count(None) == 3
        assert books() == (0, 900_000)

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_two_runs_at_once_keep_to_the_campaigns_team_budget(self, team: Team) -> None:
        ones = [working(team, limit=None) for _ in range(4)]
        budget(ones[0][0], "1", "team")
        results = race(*(lambda run=run, claim=claim: hold(run, claim, 400_000) for run, _, claim in ones))
        assert results.count(None) == 2
        assert books("team") == (0, 800_000)


class TestSettle:
    def test_what_was_not_spent_is_given_back(self, team: Team) -> None:
        run, _, claim = working(team)
        hold(run, claim, 500_000)
        pay(run, claim, 200_000)
        assert books() == (200_000, 0)
        assert dict(LedgerEntry.objects.values_list("kind", "micros")) == {
            "reserve": 500_000, "settle": 200_000, "release": 500_000,
        }  # fmt: skip

    def test_several_calls_are_booked_one_by_one(self, team: Team) -> None:
        run, _, claim = working(team)
        for call in (1, 2, 3):
            hold(run, claim, 100_000, call)
        pay(run, claim, 50_000, 2)
        assert books() == (50_000, 200_000)

    def test_twice_is_the_same_as_once(self, team: Team) -> None:
        run, _, claim = working(team)
        hold(run, claim, 100)
        pay(run, claim, 60)
        pay(run, claim, 99)
        assert books() == (60, 0)

    def test_what_was_never_reserved_is_not_settled(self, team: Team) -> None:
        run, _, claim = working(team)
        pay(run, claim, 100)
        assert not LedgerEntry.objects.exists()

    def test_an_unknown_cost_is_booked_in_full_and_marked(self, team: Team) -> None:
        run, _, claim = working(team)
        hold(run, claim, 500)
        pay(run, claim, None)
        assert books() == (500, 0)
        assert not LedgerEntry.objects.get(kind="settle").known

    def test_more_than_was_reserved_is_booked_in_full_and_warns(self, team: Team) -> None:
        run, _, claim = working(team)
        hold(run, claim, 500_000)
        pay(run, claim, 1_200_000)
        assert books() == (1_200_000, 0)
        assert told(run, "budget.warned") == 1

    def test_a_late_workers_spending_counts_too(self, team: Team) -> None:
        run, hand, claim = working(team)
        hold(run, claim, 500)
        hand.vanish(claim)
        pay(run, claim, 300)
        assert books() == (300, 0)

    def test_after_the_end_it_counts_without_an_event(self, team: Team) -> None:
        run, hand, claim = working(team)
        hold(run, claim, 900_000)
        hand.succeed(claim)
        hand.work_off("b")
        before = fresh(run).last_event_seq
        pay(run, claim, 2_000_000)
        assert (books(), fresh(run).last_event_seq) == ((2_000_000, 0), before)

    def test_reservations_of_ended_attempts_are_booked_as_unknown(self, team: Team) -> None:
        run, hand, claim = working(team)
        hold(run, claim, 500)
        hold(run, claim, 700, call=2)
        pay(run, claim, 100, call=2)
        assert settle_unknown(run_id=run.pk, actor=SYSTEM) == 0
        hand.vanish(claim)
        assert settle_unknown(run_id=run.pk, actor=SYSTEM) == 1
        assert settle_unknown(run_id=run.pk, actor=SYSTEM) == 0
        assert books() == (600, 0)
