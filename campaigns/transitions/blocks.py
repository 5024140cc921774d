"""Block what can no longer start, in batches outside the hot transaction; then see whether the run has ended."""

from __future__ import annotations

from uuid import UUID

from campaigns.permissions import Actor
from campaigns.states import RUN_ENDED
from campaigns.transitions.ending import settle_run
from campaigns.transitions.moves import block_some
from campaigns.transitions.turn import ring_for_rest
from campaigns.transitions.unit import run_unit


def block_dependants(run_id: UUID, *, actor: Actor) -> int:
    """Block every task of the run of which a success need ended badly; the number blocked. Safe to repeat."""
    total = 0
    while True:
        with run_unit(run_id, actor) as u:
            blocked = 0 if u.run.state in RUN_ENDED else block_some(u)
            if blocked or total:
                settle_run(u)
            if blocked:
                ring_for_rest(u)
        total += blocked
        if not blocked:
            return total
