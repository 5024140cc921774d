"""Limits of length: what a platform accepts, what the brief allows. Must not cut anything."""

from __future__ import annotations

from typing import Final

from agents.auditing.findings import Brief, Family, Found, Rule, Skip, at
from agents.auditing.pieces import Piece
from agents.auditing.platforms import Platform, count, platform
from agents.auditing.words import count_words


def platform_limits(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Posts longer than their platform accepts; the span is what stands beyond the limit."""
    for piece in pieces:
        for text in piece.of_kind("post"):
            known = platform(text.group)
            if known is None:
                yield Skip("short_copy", f"The platform {text.group!r} is not known."[:300])
                continue
            length = count(text.text, known)
            if length > known.limit:
                why = f"{known.title} accepts {known.limit:,} characters; this post has {length:,}. {rule.why}"
                yield at(rule, text, (_cut(text.text, known), len(text.text)), why)


def _cut(text: str, on: Platform) -> int:
    """The longest start of the text that the platform accepts: counting never falls as text grows by a whole letter."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if count(text[:middle], on) <= on.limit:
            low = middle
        else:
            high = middle - 1
    return low


def word_limits(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Bodies with more words than the brief allows."""
    if brief.max_words is None:
        yield Skip(None, "The brief sets no limit of words.")
        return
    for piece in pieces:
        for text in piece.of_kind("body"):
            found = count_words(text.text)
            if found > brief.max_words:
                why = f"The brief allows {brief.max_words} words; this body has {found}. {rule.why}"
                yield at(rule, text, (0, len(text.text)), why)


PLATFORM_LIMITS: Final = Family("platform_limits", platform_limits, title="Limits of platforms", topic="limits")
WORD_LIMITS: Final = Family("word_limits", word_limits, title="Limit of words", topic="limits")
