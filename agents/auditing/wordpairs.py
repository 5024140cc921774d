"""Word pairs of short texts: how much two headlines say the same in the same order. Must not judge meaning."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TypeAlias

from agents.auditing.words import words

Pair: TypeAlias = tuple[str, str]


def word_pairs(text: str) -> frozenset[Pair]:
    """Each two words that follow each other, without case."""
    found = [word.casefold() for word in words(text)]
    return frozenset(pairwise(found))


def shared(one: str, other: str) -> float:
    """The share of the shorter text's word pairs that the other one has too; 0 where a text is a single word."""
    here, there = word_pairs(one), word_pairs(other)
    return len(here & there) / min(len(here), len(there)) if here and there else 0.0


def too_alike(texts: list[str], most: float = 0.5) -> list[tuple[int, int]]:
    """Numbers of the texts of which two share at least that part of their word pairs."""
    return [
        (first, second)
        for first, second in combinations(range(len(texts)), 2)
        if shared(texts[first], texts[second]) >= most
    ]
