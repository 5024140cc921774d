"""Limits by scope: the smallest that applies acts, a worker counts once, and who waits for a shared one is rung."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.kinds.base import TaskSpec
from campaigns.models import Domain, Limit, Run, Task, Team
from campaigns.states import AttemptState
from campaigns.transitions import neighbours
from campaigns.transitions.shapes import Finish
from conductor.lib import jobqueue
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, make_due, states
from tests.campaigns.races import race

pytestmark = pytest.mark.django_db


def limit(team: Team, scope: str, value: int, name: str = "") -> None:
    Limit.objects.create(team=team, scope=scope, name=name, value=value)


def tasks(count: int, prefix: str = "t", **more: Any) -> list[TaskSpec]:
    return [spec(f"{prefix}{n}", **more) for n in range(count)]


def at_work(*runs: Run) -> int:
    """How many of so many workers find something to do."""
    return sum(len(Hand(run).claims()) for run in runs)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str]]:
    """What was rung for, instead of ringing."""
    calls: list[tuple[Any, str]] = []
    monkeypatch.setattr(jobqueue, "ring", lambda run, queue, places: calls.append((run, queue)))
    return calls


def test_a_run_has_no_more_workers_than_its_setting(team: Team) -> None:
    run = begin(*tasks(4), team=team, max_workers=2)
    assert at_work(run, run, run) == 2


def test_the_run_limit_of_the_team_is_smaller(team: Team) -> None:
    limit(team, "run", 1)
    run = begin(*tasks(4), team=team, max_workers=3)
    assert at_work(run, run) == 1


def test_the_team_limit_counts_over_all_its_runs(team: Team) -> None:
    limit(team, "team", 2)
    one, two = begin(*tasks(2), team=team), begin(*tasks(2), team=team)
    assert at_work(one, two, one) == 2


def test_a_role_limit_holds_only_that_role_back(team: Team) -> None:
    limit(team, "role", 1, "worker")
    work = [TaskSpec(key=key, title=key, role="worker", priority=1) for key in ("w1", "w2")]
    run = begin(*work, spec("other"), team=team)
    first, second = Hand(run), Hand(run)
    first.claim("w1")
    second.claim("other")


def test_a_backend_limit_counts_the_first_backend_of_the_chain(team: Team) -> None:
    limit(team, "backend", 1, "scripted")
    run = begin(*tasks(2, backend=("scripted:ok", "builtin")), *tasks(1, "b"), team=team)
    assert {Hand(run).claim().key, Hand(run).claim().key} == {"t0", "b0"}


def test_a_domain_limit_counts_by_name_over_all_runs(team: Team) -> None:
    limit(team, "domain", 1, "web")
    one, two = (begin(*tasks(1, domain="web"), team=team) for _ in range(2))
    assert at_work(one, two) == 1


def test_the_cap_of_a_domain_of_the_plan_acts(team: Team) -> None:
    run = begin(*tasks(2, domain="web"), *tasks(1, "x", domain="db"), team=team)
    Domain.objects.filter(run=run, name="web").update(max_parallel=1)
    assert {Hand(run).claim().key, Hand(run).claim().key} == {"t0", "x0"}


def test_a_batch_counts_as_one_worker(team: Team) -> None:
    limit(team, "team", 1)
    run = begin(*tasks(5), team=team)
    assert len(Hand(run).claims(5)) == 5


def test_the_same_worker_may_go_on_within_its_own_place(team: Team) -> None:
    limit(team, "team", 1)
    run = begin(*tasks(3), team=team)
    hand = Hand(run)
    hand.work_off()
    assert set(states(run).values()) == {"completed"}


def test_another_team_is_not_held_back(team: Team) -> None:
    limit(team, "team", 1)
    other = Team.objects.create(name="Other", slug="other")
    assert at_work(begin(*tasks(1), team=team), begin(*tasks(1), team=other)) == 2


def test_a_place_is_free_again_when_its_worker_is_done(team: Team) -> None:
    limit(team, "team", 1)
    one, two = begin(*tasks(1), team=team), begin(*tasks(1), team=team)
    hand = Hand(one)
    claim = hand.claim()
    assert at_work(two) == 0
    hand.succeed(claim)
    assert at_work(two) == 1


def test_a_task_that_waits_for_its_time_is_not_claimed(team: Team) -> None:
    run = begin(spec("a", max_attempts=2), team=team)
    hand = Hand(run)
    hand.fail(hand.claim())
    assert hand.claims() == ()
    make_due(run)
    hand.claim("a")


def test_a_task_that_took_a_worker_down_is_claimed_alone(team: Team) -> None:
    run = begin(*tasks(3), team=team)
    hand = Hand(run)
    hand.vanish(*hand.claims(3))
    assert set(Task.objects.filter(run=run).values_list("solo", flat=True)) == {True}
    assert len(hand.claims(3)) == 1


@pytest.mark.django_db(transaction=True)
def test_freeing_a_shared_limit_rings_the_runs_that_wait(team: Team, rung: list[tuple[Any, str]]) -> None:
    limit(team, "team", 1)
    one, two = begin(*tasks(1), team=team), begin(*tasks(1), team=team)
    hand = Hand(one)
    claim = hand.claim()
    rung.clear()
    hand.succeed(claim)
    assert rung == [(two.pk, "short")]


@pytest.mark.django_db(transaction=True)
def test_nobody_else_is_rung_without_a_shared_limit(team: Team, rung: list[tuple[Any, str]]) -> None:
    limit(team, "run", 1)
    one, _ = begin(*tasks(1), team=team), begin(*tasks(1), team=team)
    hand = Hand(one)
    claim = hand.claim()
    rung.clear()
    hand.succeed(claim)
    assert rung == []


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_goes_on_frees_nothing(team: Team, rung: list[tuple[Any, str]]) -> None:
    limit(team, "team", 1)
    one, two = begin(*tasks(2), team=team), begin(*tasks(1), team=team)
    hand = Hand(one)
    claim = hand.claim()
    rung.clear()
    assert hand.turn(Finish(claim, AttemptState.SUCCEEDED), want={}).claims
    assert (two.pk, "short") not in rung


@pytest.mark.django_db(transaction=True)
def test_a_lost_lease_frees_its_place_too(team: Team, rung: list[tuple[Any, str]]) -> None:
    limit(team, "role", 1, "task")
    one, two = begin(*tasks(1), team=team), begin(*tasks(1), team=team)
    hand = Hand(one)
    claim = hand.claim()
    rung.clear()
    hand.vanish(claim)
    assert (two.pk, "short") in rung


def test_only_a_few_neighbours_are_rung_and_only_those_with_work(team: Team, rung: list[tuple[Any, str]]) -> None:
    limit(team, "team", 1)
    runs = [begin(*tasks(1), team=team) for _ in range(neighbours.FEW + 2)]
    Task.objects.filter(run=runs[0]).update(state="ready")
    Run.objects.filter(pk=runs[1].pk).update(state="paused")
    neighbours.ring_neighbours(team.pk, runs[0].pk)
    assert [run for run, _ in rung] == [run.pk for run in runs[2 : 2 + neighbours.FEW]]
    Run.objects.filter(pk=runs[1].pk).update(state="queued")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_runs_that_claim_at_once_keep_to_the_limit_they_share(team: Team) -> None:
    limit(team, "team", 2)
    hands = [Hand(begin(*tasks(2), team=team)) for _ in range(5)]
    results = race(*(hand.claims for hand in hands))
    assert sum(len(claims) for claims in results) == 2
