"""Checkpoints of a run that is half done, for the tests of restoring and forking."""

from __future__ import annotations

from typing import Any

from campaigns.actions.checkpoints import restore_checkpoint, save_checkpoint
from campaigns.models import Checkpoint, Run, Team
from campaigns.permissions import SYSTEM, Actor
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh


def save(run: Run, actor: Actor = SYSTEM, **said: Any) -> Checkpoint:
    return save_checkpoint(run_id=run.pk, actor=actor, **said)


def restore(checkpoint: Checkpoint, actor: Actor = SYSTEM) -> Run:
    return restore_checkpoint(checkpoint_id=checkpoint.pk, actor=actor)


def half_done(team: Team, **settings: Any) -> tuple[Run, Hand]:
    """Three tasks in a row, the first of them done."""
    run = begin(spec("a"), spec("b", "a"), spec("c", "b"), team=team, **settings)
    hand = Hand(run)
    hand.succeed(hand.claim("a"), said="hello")
    return fresh(run), hand
