"""Which colours of a palette can be read on which: every pair with its contrast. Pure arithmetic.

Must not judge a drawing; it only says what two colours give.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agents.colours import AA, contrast

#: By WCAG 2: text of usual size; large text and drawings.
TEXT: Final = AA
LARGE: Final = 3.0
_HEX: Final = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\Z")


@dataclass(frozen=True, slots=True)
class Pair:
    """Text in one colour on a ground of another. `use` is "text", "large" or "none"."""

    ink: str
    ground: str
    ratio: float
    use: str


def hex_colour(said: str) -> str | None:
    """#rrggbb in small letters, or None for anything else."""
    found = _HEX.match(said.strip())
    if found is None:
        return None
    digits = found.group(1).lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def pair(ink: str, ground: str) -> Pair:
    ratio = contrast(ink, ground)
    return Pair(ink, ground, ratio, "text" if ratio >= TEXT else "large" if ratio >= LARGE else "none")


def grid(colours: Sequence[str]) -> tuple[tuple[Pair, ...], ...]:
    """A row per ground with a pair for each ink; a colour on itself is there too, with a ratio of 1."""
    return tuple(tuple(pair(ink, ground) for ink in colours) for ground in colours)
