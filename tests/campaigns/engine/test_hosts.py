"""What a running agent is lent: money for paid calls, a voice on the pages, and through the broker another model."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from agents import contracts
from campaigns.actions.budgets import set_budget
from campaigns.actions.runs import cancel_run
from campaigns.engine import brokers
from campaigns.engine.brokers import CountingHost, lent
from campaigns.engine.host import AttemptHost
from campaigns.engine.place import Station
from campaigns.models import LedgerEntry, Run, Team
from campaigns.permissions import SYSTEM
from campaigns.transitions.shapes import Claim
from conductor.lib import push
from conductor.lib.errors import BadInput, BudgetExceeded
from tests.campaigns.engine.drive import make_station
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin
from tests.conductor.lib.broker.hosts import call, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def station() -> Station:
    return make_station()


def host_of(station: Station, run: Run, **inputs: Any) -> tuple[AttemptHost, Hand]:
    """The host of the attempt at the run's only task, in this station's hands."""
    hand = Hand(run)
    hand.worker = station.worker
    claim = replace(hand.claim(), inputs=inputs)
    station.pulse.hold([claim])
    return AttemptHost(claim, station.pulse, station.actor()), hand


def kinds(run: Run) -> list[str]:
    return sorted(LedgerEntry.objects.filter(run=run).values_list("kind", flat=True))


class TestMoney:
    def test_a_call_is_reserved_before_and_settled_after_and_twice_is_once(self, team: Team, station: Station) -> None:
        run = begin(spec("a"), team=team)
        host, _ = host_of(station, run)
        for _ in range(2):
            host.reserve(1, 70)
        for _ in range(2):
            host.settle(1, 50)
        assert kinds(run) == ["release", "reserve", "settle"]
        assert run.budgets.get().spent_micros == 50

    def test_what_the_budget_refuses_is_not_called(self, team: Team, station: Station) -> None:
        run = begin(spec("a"), team=team)
        host, hand = host_of(station, run)
        set_budget(scope="run", object_id=run.pk, limit=Decimal(0), actor=SYSTEM)
        with pytest.raises(BudgetExceeded):
            host.reserve(1, 1)
        hand.release(host.claim, "budget_exceeded")

    def test_without_a_lease_no_paid_call_is_begun(self, team: Team, station: Station) -> None:
        run = begin(spec("a"), team=team)
        host, hand = host_of(station, run)
        hand.vanish(host.claim)
        with pytest.raises(contracts.LeaseLost):  # the database says so before a heartbeat has
            host.reserve(1, 70)
        station.pulse.let_go([host.claim])
        with pytest.raises(contracts.LeaseLost, match="no paid call is begun"):
            host.reserve(1, 70)
        assert kinds(run) == []


class TestVoice:
    def test_pages_get_all_that_was_written_but_not_more_often_than_they_can_read(
        self, team: Team, station: Station, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said: list[str] = []
        monkeypatch.setattr(push, "partial", lambda run, attempt, key, text: said.append(text))
        host, _ = host_of(station, begin(spec("a"), team=team))
        for _ in range(200):
            host.partial("x")
        assert 10 <= len(said) < 100
        assert said[0] == "x"
        assert said[-1] == "x" * len(said[-1])

    def test_it_hears_of_a_cancel_and_of_its_time(self, team: Team, station: Station) -> None:
        run = begin(spec("a", timeout_s=60.0), team=team)
        host, hand = host_of(station, run)
        assert not host.cancelled()
        assert 0 < host.remaining_s() <= 60
        cancel_run(run_id=run.pk, actor=SYSTEM)
        station.pulse._tick()
        assert host.cancelled()
        hand.release(host.claim)


class TestBroker:
    def ask(self, host: AttemptHost, claim: Claim, max_micros: int = 500, **request: Any) -> tuple[int, dict[str, Any]]:
        """One call through the real socket, as the sandboxed agent makes it."""

        class Lent:
            path = ""
            token = ""

        with lent(claim, host) as said:
            Lent.path, Lent.token = said["broker_socket"], said["broker_token"]
            return post(Lent, call(1, max_micros, **request))  # type: ignore[arg-type]

    def test_a_task_that_names_no_model_is_lent_none(self, team: Team, station: Station) -> None:
        host, _ = host_of(station, begin(spec("a"), team=team))
        with lent(host.claim, host) as said:
            assert said == {}

    def test_the_answer_of_the_named_model_and_its_price(self, team: Team, station: Station) -> None:
        run = begin(spec("a"), team=team)
        host, _ = host_of(station, run, model="scripted")
        script = {"output": {"said": "hello"}, "calls": 1, "micros": 70}
        status, answer = self.ask(host, host.claim, inputs={"script": script})
        assert (status, answer["response"], answer["cost_micros"]) == (200, {"said": "hello"}, 70)
        assert run.budgets.get().spent_micros == 70

    def test_a_model_that_wants_more_than_was_reserved_gets_nothing(self, team: Team, station: Station) -> None:
        run = begin(spec("a"), team=team)
        host, _ = host_of(station, run, model="scripted")
        status, _ = self.ask(host, host.claim, 100, inputs={"script": {"calls": 1, "micros": 101}})
        assert status >= 400
        assert run.budgets.get().spent_micros <= 100

    @pytest.mark.parametrize("mode", ["fail", "ask"])
    def test_a_model_that_fails_or_asks_for_a_person_is_an_error_of_the_call(
        self, team: Team, station: Station, mode: str
    ) -> None:
        host, _ = host_of(station, begin(spec("a"), team=team), model="scripted")
        status, problem = self.ask(host, host.claim, inputs={"script": {"mode": mode}})
        assert status >= 400
        assert "response" not in problem

    def test_a_price_that_is_not_known_stays_unknown(self, team: Team, station: Station) -> None:
        host, _ = host_of(station, begin(spec("a"), team=team))
        counting = CountingHost(host, 100)
        counting.reserve(1, 60)
        counting.settle(1, 60)
        with pytest.raises(BadInput):
            counting.reserve(2, 50)
        counting.settle(2, None)
        counting.settle(3, 1)
        assert counting.spent is None
        counting.reserve(4, 1_000)
        counting.partial("not shown")
        assert (counting.cancelled(), counting.remaining_s() > 0) == (False, True)


def test_the_answer_of_a_model_is_its_output(team: Team, station: Station) -> None:
    host, _ = host_of(station, begin(spec("a"), team=team))
    answer = brokers._ask(host.claim, "builtin", {"inputs": {"output": {"n": 1}}}, CountingHost(host, 0), 0)
    assert answer == {"n": 1}
