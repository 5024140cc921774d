"""F46 (G4, G11): money over crashes. What may have been spent is in the books, and no limit is passed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.actions import budgets
from campaigns.models import Budget, Event, LedgerEntry
from campaigns.permissions import SYSTEM
from conductor.lib.clock import Timing
from tests.faults import scenes
from tests.faults.stack import Started, kill, patience_s, tries, wait_for_end, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.postgres]

UNIT = Decimal("0.000001")


def test_a_crash_during_a_paid_call_keeps_what_was_reserved_and_passes_no_limit(s: Started, t: Timing) -> None:
    """The first try dies with 150 reserved. Of 300 the second pays 100, and is refused its next 150: 250 are used."""
    s.script({"a": {"calls": 2, "micros": 100, "reserve_micros": 150, "pause": 600}})
    s.workers(1)
    s.witness()
    run = scenes.start(scenes.graph(scenes.task("a")))
    budgets.set_budget(scope="run", object_id=run.pk, limit=300 * UNIT, actor=SYSTEM)
    wait_until(lambda: s.heard("paid"), told=s.told)
    s.script({"a": {"calls": 2, "micros": 100, "reserve_micros": 150}})
    kill(s.heard("paid")[0]["pid"])
    most = 0

    def stopped() -> bool:
        nonlocal most
        most = max(most, Budget.objects.get().used_micros)
        run.refresh_from_db()
        return bool(run.finished_at)

    wait_until(stopped, patience_s(), told=s.told)
    assert (run.state, tries(run, "a")) == ("budget_stopped", ["lost", "released"])
    assert len(s.heard("paid")) == 2, "a call was made that the budget refused"
    wait_until(lambda: not Budget.objects.get().reserved_micros, 3 * patience_s(), told=s.told)
    assert most <= 300
    assert Budget.objects.get().spent_micros == 250
    unknown, known = LedgerEntry.objects.filter(kind="settle").order_by("known")
    assert [(e.micros, e.known) for e in (unknown, known)] == [(150, False), (100, True)]
    assert Event.objects.filter(stream_id=run.pk, type="budget.warned").count() == 1
    assert Event.objects.filter(stream_id=run.pk, type="budget.exhausted").count() == 1

    budgets.raise_budget(budget_id=Budget.objects.get().pk, limit=1000 * UNIT, actor=SYSTEM)
    wait_for_end(s, run)
    assert (run.state, tries(run, "a")) == ("completed", ["lost", "released", "succeeded"])
    assert Budget.objects.get().spent_micros == 150 + 100 + 2 * 100
    assert run.tasks.get().failures == 0


def test_many_agents_spending_at_once_stop_at_the_limit(s: Started) -> None:
    """Every call that the oracle heard of is in the books; together they keep within the team's limit."""
    s.script({"task": {"calls": 5, "micros": 7, "reserve_micros": 10, "pause": 0.02}})
    team = scenes.team()
    budgets.set_budget(scope="team", object_id=team.pk, limit=300 * UNIT, actor=SYSTEM)
    runs = [scenes.start(scenes.graph(*(scenes.task(f"t{n}") for n in range(6)))) for _ in range(3)]
    s.workers(4)
    s.witness()
    wait_for_end(s, *runs)
    budget = Budget.objects.get(scope="team")
    assert {run.state for run in runs} <= {"completed", "budget_stopped"}
    assert any(run.state == "budget_stopped" for run in runs)
    assert budget.reserved_micros == 0
    assert budget.spent_micros == 7 * len(s.heard("paid")) <= 300
    assert Event.objects.filter(type="budget.warned").count() == 1
