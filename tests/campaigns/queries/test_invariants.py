"""Every check is silent on sound data and fires on its planted fault."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from campaigns.actions import budgets
from campaigns.actions.checkpoints import save_checkpoint, signing_key
from campaigns.actions.runs import cancel_run, pause_run, resume_run, retry_run, start_run
from campaigns.actions.teams import create_team
from campaigns.models import Budget, Campaign, Run, Team
from campaigns.permissions import SYSTEM
from campaigns.queries.invariants import CHECKS, violations
from conductor.lib.clock import now
from conductor.lib.ids import new_id
from tests.campaigns.engine.drive import drive
from tests.campaigns.engine.test_place import BRIEF
from tests.campaigns.queries import plants
from tests.campaigns.queries.plants import PLANTS, World
from tests.kept import Kept

pytestmark = pytest.mark.django_db


def make_run(team: Team, name: str) -> Run:
    campaign = Campaign.objects.create(team=team, kind="creative", name=name, brief={**BRIEF, "product": name})
    return start_run(campaign_id=campaign.pk, actor=SYSTEM)


def make_world() -> World:
    team = create_team(name="Home", actor=SYSTEM)
    done = drive(make_run(team, "Larkspur"))
    waiting = make_run(team, "Foxglove")
    made = World(done, waiting)
    save_checkpoint(run_id=waiting.pk, actor=SYSTEM)
    Budget.objects.create(team=team, scope="run", run=waiting, limit_micros=1_000)
    return made


WORLD = Kept(make_world)


@pytest.fixture
def world(db: None) -> World:
    return WORLD.get()


def found(quiet_s: float = 0, **given: Any) -> list[str]:
    return [violation.check for violation in violations(quiet_s=quiet_s, **given)]


def test_sound_data_has_no_violation(world: World) -> None:
    assert violations(quiet_s=0, given=[world.done.pk, world.waiting.pk], signing_key=signing_key()) == []


def test_every_check_says_what_must_hold() -> None:
    assert all(check.__doc__ and check.__doc__.startswith("I") for check in CHECKS)


@pytest.mark.parametrize("mode", ["parallel", "sequential"])
def test_every_way_of_a_run_is_sound(team: Team, mode: str) -> None:
    campaign = Campaign.objects.create(
        team=team, kind="creative", name="x", brief=BRIEF, settings={"agents": {"short_copy": ["scripted:fail"]}}
    )
    run = drive(start_run(campaign_id=campaign.pk, mode=mode, actor=SYSTEM))
    assert violations(quiet_s=0) == []
    drive(retry_run(run_id=run.pk, actor=SYSTEM))
    assert violations(quiet_s=0) == []
    other = start_run(campaign_id=campaign.pk, mode=mode, actor=SYSTEM)
    pause_run(run_id=other.pk, actor=SYSTEM)
    assert violations(quiet_s=0) == []
    resume_run(run_id=other.pk, actor=SYSTEM)
    cancel_run(run_id=other.pk, actor=SYSTEM)
    assert violations(quiet_s=0) == []


def test_money_that_was_reserved_settled_and_overspent_is_sound(world: World) -> None:
    attempt = world.try_at(world.ready, lease_until=now() + timedelta(hours=1), state="running")
    budgets.reserve(run_id=world.waiting.pk, attempt_id=attempt.pk, call=1, micros=900, actor=SYSTEM)
    budgets.settle(run_id=world.waiting.pk, attempt_id=attempt.pk, call=1, micros=1_200, actor=SYSTEM)
    assert "I7" not in found()


@pytest.mark.parametrize(
    ("check", "plant"), PLANTS, ids=[f"{number}-{check}" for number, (check, _) in enumerate(PLANTS)]
)
def test_a_planted_fault_is_found(world: World, check: str, plant: Callable[[World], None]) -> None:
    plant(world)
    assert check in found(signing_key=signing_key())


def test_a_promised_run_that_does_not_exist_is_found(world: World) -> None:
    assert found(given=[world.done.pk, new_id()]) == ["I0"]


def test_without_the_key_a_damaged_checkpoint_is_still_found(world: World) -> None:
    plants.forged_checkpoint(world)
    assert found() == []
    plants.torn_checkpoint(world)
    assert found() == ["I15"]


LATELY = [
    plants.nothing_ready,
    plants.dead_need,
    plants.stuck_outbox,
    plants.live_and_ready,
    plants.undecided_landing,
]


@pytest.mark.parametrize("plant", LATELY)
def test_what_moved_lately_is_left_alone(world: World, plant: Callable[[World], None]) -> None:
    plant(world)
    live = {"I1", "I16", "I19", "I27"}
    assert live & set(found(quiet_s=1))
    assert not live & set(found(quiet_s=5 * 86_400))


@pytest.mark.django_db(transaction=True)
def test_it_looks_at_one_snapshot_and_leaves_nothing_open() -> None:
    assert violations() == []
    assert not connection.in_atomic_block
    Team.objects.create(name="After", slug="after")
