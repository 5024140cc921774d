"""Attempts that work in a clone: prepare, run, prove, integrate."""

from datetime import datetime

from campaigns.permissions import Actor
from campaigns.transitions.shapes import Claim


def needs_clone(claim: Claim) -> bool:
    return False


def recover_landings(actor: Actor) -> int:
    return 0


def remove_old_clones(now: datetime) -> int:
    return 0
