"""The list of kinds: one file and one line each."""

from __future__ import annotations

from campaigns.kinds.base import Kind
from campaigns.kinds.coding import CodingKind
from campaigns.kinds.creative import CreativeKind
from conductor.lib.errors import BadInput

KINDS: dict[str, Kind] = {kind.name: kind for kind in (CreativeKind(), CodingKind())}


def get_kind(name: str) -> Kind:
    """The kind of that name; an unknown name is refused."""
    try:
        return KINDS[name]
    except KeyError:
        raise BadInput(errors={"kind": [f"Unknown kind {name!r}; known: {', '.join(sorted(KINDS))}."]}) from None
