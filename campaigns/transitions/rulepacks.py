"""Moves of a rule pack: by compare-and-set, with the event in the same transaction. Called with its row locked.

Also the rules a run is started with: stored once by their digest, named in the run's settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns import events
from campaigns.models import PinnedPack, RulePack
from campaigns.permissions import Actor
from campaigns.states import PackState, may_move
from conductor.lib.clock import now
from conductor.lib.errors import Conflict, InvalidMove


def move_pack(
    pack: RulePack, new: PackState, type_: str, *, message: str, actor: Actor, data: Mapping[str, Any]
) -> None:
    """Move it, if the table allows it, and say so in an event on the team's stream."""
    old = pack.state
    if not may_move("rule_pack", old, new):
        raise InvalidMove(f"A rule pack that is {old} cannot become {new}.")
    if not RulePack.objects.filter(pk=pack.pk, state=old).update(state=new.value):
        raise Conflict(f"The rule pack is no longer {old}.")
    pack.state = new.value
    events.record_team(
        pack.team, type_, actor=actor, message=message, from_state=old, to_state=new.value, data=dict(data)
    )


def pin_pack(pinned: Mapping[str, Any]) -> dict[str, str]:
    """Keep the rules themselves, and give what the run's settings say of them: name, version and digest."""
    named = {part: str(pinned[part]) for part in ("name", "version", "sha256")}
    PinnedPack.objects.get_or_create(
        sha256=named["sha256"],
        defaults={"name": named["name"], "version": named["version"], "data": pinned["data"], "created_at": now()},
    )
    return named
