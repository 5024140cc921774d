"""JSON merge patch: how a change of a stored structure is read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merged(old: Any, new: Any) -> Any:
    """Objects level by level, null takes a name away, anything else replaces."""
    if not isinstance(new, Mapping):
        return new if new is not None else {}
    kept = dict(old) if isinstance(old, Mapping) else {}
    for name, value in new.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = merged(kept.get(name), value) if isinstance(value, Mapping) else value
    return kept
