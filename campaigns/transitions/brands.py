"""Moves of a brand: by compare-and-set, with the event on its team's stream. Called with the brand's row locked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F

from campaigns import events
from campaigns.models import Brand
from campaigns.permissions import Actor
from campaigns.states import BrandState, may_move
from conductor.lib.errors import Conflict, InvalidMove


def move_brand(
    brand: Brand, new: BrandState, type_: str, *, message: str, data: Mapping[str, Any], actor: Actor, **columns: Any
) -> None:
    """Move it, if the table allows it, write `columns` with it, and say so in an event."""
    old = brand.state
    if not may_move("brand", old, new):
        raise InvalidMove(f"A brand that is {old} cannot become {new}.")
    moved = Brand.objects.filter(pk=brand.pk, state=old).update(state=new.value, version=F("version") + 1, **columns)
    if not moved:
        raise Conflict(f"The brand is no longer {old}.")
    told = {"brand": str(brand.pk), "name": columns.get("name", brand.name), **data, "version": brand.version + 1}
    events.record_team(brand.team, type_, actor=actor, message=message, from_state=old, to_state=new.value, data=told)
