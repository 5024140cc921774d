"""Puts the sentences of a body together by how much each is wanted. Must not exceed the limit, and must not pad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agents.auditing.words import count_words, first_words
from agents.builtin.facts import Facts

LAST_RESORT: Final = 10
LIST, REASONS = 50, 63
"""The paragraphs of which every entry is a line of its own."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with its place in the text, and how early it is wanted: 0 must, then 1, 2, 3 …"""

    text: str
    wanted: int
    paragraph: int


def compose(lines: Sequence[Line], lowest: int, target: int, most: int, facts: Facts) -> tuple[str, list[Line]]:
    """Sentences by how much they are wanted, until the target; never more words than `most`.

    What says a thing once more is used only where the text would be too short without it.
    """
    chosen: set[int] = set()
    left_out: list[Line] = []
    words = 0
    for wanted, place in sorted((line.wanted, place) for place, line in enumerate(lines)):
        size = count_words(lines[place].text)
        last = 0 if facts.note.size < 0 else min(target, lowest)
        if words >= (target if wanted < LAST_RESORT else last) and wanted > 2:
            continue
        if words + size <= most:
            chosen.add(place)
            words += size
        elif wanted <= 1:
            left_out.append(lines[place])
    if not chosen:
        return first_words(facts.name, most), left_out
    paragraphs: dict[int, list[str]] = {}
    for place in sorted(chosen):
        paragraphs.setdefault(lines[place].paragraph, []).append(lines[place].text)
    in_order = sorted(paragraphs.items())
    return "\n\n".join(("\n" if number in (LIST, REASONS) else " ").join(texts) for number, texts in in_order), left_out
