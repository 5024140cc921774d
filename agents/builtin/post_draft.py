"""A post in its blocks, and how they stand on a platform. Must not choose words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from agents.auditing.platforms import Platform
from agents.builtin.english import bare


@dataclass
class Draft:
    """A post in its blocks; what is optional is added while there is room."""

    opening: str
    points: list[str] = field(default_factory=list)
    listed: bool = False
    lone: str = ""
    """What opens instead where only one entry of a list finds room."""
    entry: Callable[[str], str] = bare
    terms: list[str] = field(default_factory=list)
    call: str = ""
    fine_print: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)
    """Emoji: for the opening, the points and the call."""

    def text(self, on: Platform) -> str:
        sign = [*self.signs, "", "", ""]
        listed = self.listed and len(self.points) > 1
        inner = "\n".join(f"\u2013 {self.entry(point)}" for point in self.points) if listed else " ".join(self.points)
        opening = self.lone if self.listed and self.lone and not listed else self.opening
        if opening != self.opening and inner != self.entry(inner):
            opening, inner = inner, ""  # the entry names the product itself
        blocks = [
            _signed(opening, sign[0]),
            _signed(inner, "" if listed else sign[1]) if inner else "",
            " ".join(self.terms),
            _signed(self.call, sign[2]) if self.call else "",
            " ".join(self.fine_print),
        ]
        tags = " ".join(self.tags)
        if on.hashtags_place == "line" and tags:
            last = max((place for place, block in enumerate(blocks) if block), default=0)
            blocks[last] = f"{blocks[last]} {tags}"
            tags = ""
        gap = "\n" if on.breaks == "single" else "\n\n"
        return gap.join(block for block in (*blocks, tags) if block)


def _signed(text: str, sign: str) -> str:
    return f"{text} {sign}" if sign else text
