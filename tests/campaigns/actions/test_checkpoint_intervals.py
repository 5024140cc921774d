"""How often a run saves a checkpoint by itself: as was set, else ever more rarely as its graph grows."""

from __future__ import annotations

import pytest

from campaigns.actions.checkpoints import save_checkpoint
from campaigns.engine.sweeps import checkpoints_due
from campaigns.kinds.base import GraphChange
from campaigns.models import Team
from campaigns.permissions import SYSTEM
from campaigns.transitions.accept import database_now
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin

pytestmark = pytest.mark.django_db


def test_without_a_setting_they_become_rarer_as_the_graph_grows(team: Team) -> None:
    run = begin(spec("plan", priority=1), *(spec(f"t{n}") for n in range(5)), team=team, checkpoint_every=None)
    hand = Hand(run)
    further = GraphChange(add=tuple(spec(f"more{n}") for n in range(600)))
    assert not hand.succeed(hand.claim("plan"), graph=further).checkpoint_due
    due = [hand.succeed(claim).checkpoint_due for claim in hand.claims(6)]
    assert due == [False] * 5 + [True], "606 tasks: the seventh is the first"
    assert checkpoints_due(database_now(), SYSTEM) == 1
    assert run.checkpoints.get().completed == 7


def test_without_a_setting_a_small_graph_is_saved_every_five_tasks(team: Team) -> None:
    run = begin(*(spec(f"t{n}") for n in range(9)), team=team, checkpoint_every=None)
    hand = Hand(run)
    due = [hand.succeed(hand.claim()).checkpoint_due for _ in range(5)]
    assert due == [False] * 4 + [True]
    assert [save_checkpoint(run_id=run.pk, cause="tasks", actor=SYSTEM).number for _ in range(2)] == [1, 1]


def test_what_was_set_is_obeyed_in_a_graph_of_any_size(team: Team) -> None:
    run = begin(*(spec(f"t{n}") for n in range(600)), team=team, checkpoint_every=2)
    hand = Hand(run)
    assert [hand.succeed(hand.claim()).checkpoint_due for _ in range(2)] == [False, True]
