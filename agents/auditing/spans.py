"""Moves the span of a finding to where its quote stands after a text was edited. Must not guess.

What was itself edited is gone: a finding about it has to be found again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from agents.auditing.words import Span

TELLING: Final = 8
"""A quote of at least so many characters that stands once before and once after is the same, wherever it went."""

_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    text: str


def moved(before: str, after: str, span: Span) -> Span | None:
    """Where the text of the span stands in after, unchanged; None where it was edited or removed.

    An empty span stays behind the word it follows, or before the word it precedes.
    """
    start, end = span
    if not 0 <= start <= end <= len(before):
        raise ValueError(f"The span {span} is not within a text of {len(before)} characters.")
    if before == after:
        return span
    followed = _followed(before, after, start, end)
    if followed is not None and after[followed[0] : followed[1]] == before[start:end]:
        return followed
    quote = before[start:end]
    if len(quote.strip()) >= TELLING and before.count(quote) == 1 and after.count(quote) == 1:
        place = after.index(quote)
        return place, place + len(quote)
    return None


def _followed(before: str, after: str, start: int, end: int) -> Span | None:
    old, new = _tokens(before), _tokens(after)
    kept = _kept(old, new)
    if start == end:
        place = _point(old, new, kept, start)
        return None if place is None else (place, place)
    touched = [number for number, token in enumerate(old) if token.start < end and token.end > start]
    if not touched:
        return _space(old, new, kept, start, end)
    first, last = touched[0], touched[-1]
    if any(number not in kept for number in touched):
        return None
    left = new[kept[first]].start + start - old[first].start
    right = new[kept[last]].end + end - old[last].end
    return (left, right) if 0 <= left <= right <= len(after) else None


def _space(old: list[_Token], new: list[_Token], kept: dict[int, int], start: int, end: int) -> Span | None:
    """A span of nothing but space: it stands where the word before it ends."""
    left = max((number for number, token in enumerate(old) if token.end <= start), default=None)
    if left is None:
        return start, end
    if left not in kept:
        return None
    shift = new[kept[left]].end - old[left].end
    return start + shift, end + shift


def _point(old: list[_Token], new: list[_Token], kept: dict[int, int], place: int) -> int | None:
    """A place to insert at. The end of the text stays the end, its beginning the beginning."""
    if place == 0:
        return 0
    left = max((number for number, token in enumerate(old) if token.start < place), default=None)
    if left is not None and left in kept:
        return new[kept[left]].start + min(place - old[left].start, old[left].end - old[left].start)
    right = min((number for number, token in enumerate(old) if token.start >= place), default=None)
    return new[kept[right]].start if right is not None and right in kept else None


def _tokens(text: str) -> list[_Token]:
    return [_Token(match.start(), match.end(), match.group()) for match in _TOKEN.finditer(text)]


def _kept(old: list[_Token], new: list[_Token]) -> dict[int, int]:
    """Which token became which; ends that are the same are not compared, since most edits are small.

    In long texts words that stand everywhere only extend a match and begin none (autojunk), or it would take minutes.
    """
    first = [token.text for token in old]
    second = [token.text for token in new]
    short = min(len(first), len(second))
    head = next((number for number in range(short) if first[number] != second[number]), short)
    tail = next((number for number in range(short - head) if first[-1 - number] != second[-1 - number]), short - head)
    kept = {number: number for number in range(head)}
    kept |= {len(first) - 1 - number: len(second) - 1 - number for number in range(tail)}
    middle = SequenceMatcher(None, first[head : len(first) - tail], second[head : len(second) - tail])
    for block in middle.get_matching_blocks():
        kept |= {head + block.a + number: head + block.b + number for number in range(block.size)}
    return kept
