"""Variants that say the same again: headlines, posts of a platform and bodies that share their word pairs or openings.

Must not count what every variant has to say: disclaimers, required terms and hashtags are left out of the comparison,
and outside headlines the key messages in the brief's own words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from pydantic import Field

from agents.auditing.context import name_spans
from agents.auditing.families.coverage import name_of
from agents.auditing.families.habits import HASHTAG
from agents.auditing.findings import Brief, Family, Finding, Found, Options, Rule, Skip, at
from agents.auditing.meaning import telling
from agents.auditing.pieces import Kind, Piece, Text
from agents.auditing.words import words

_LINK: Final = re.compile(r"https?://\S+")
LONGER: Final = 3
"""So many times the least words of a headline a post or a body needs before it is compared."""


class Originality(Options):
    """`share` of the shorter text's word pairs, by kind; `same` share of the telling words of both, in any order.

    `opening` words are shared by `repeats` variants or more.
    """

    share: dict[Kind, float] = Field(default_factory=dict)
    least_words: int = Field(default=4, ge=2, le=50)
    same: float = Field(default=0.8, ge=0.5, le=1)
    opening: int = Field(default=3, ge=2, le=10)
    repeats: int = Field(default=3, ge=2, le=20)


def originality(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    options = rule.read(Originality)
    fixed = (*brief.disclaimers, *(term for term in brief.required_terms if len(term.split()) > 2))
    names = tuple(filter(None, (name_of(brief.product), brief.brand)))
    said = (*fixed, *(message.rstrip(".!? ") for message in brief.key_messages))
    groups: dict[tuple[str, str], list[Text]] = {}
    for piece in pieces:
        for text in piece.texts:
            if text.kind in options.share:
                groups.setdefault((text.kind, text.group if text.kind == "post" else ""), []).append(text)
    if not any(len(texts) > 1 for texts in groups.values()):
        yield Skip(None, "There are no variants to compare.")
        return
    for (kind, _), texts in groups.items():
        yield from _alike(rule, texts, options, (fixed if kind == "headline" else said, names))
        if kind != "body":
            yield from _openings(rule, texts, options, brief)


def _alike(
    rule: Rule, texts: Sequence[Text], options: Originality, common: tuple[tuple[str, ...], tuple[str, ...]]
) -> Iterator[Finding]:
    """Each variant against those before it; it is flagged once, for the nearest."""
    limit = options.share[texts[0].kind]
    said = [_said(text, *common) for text in texts]
    least = options.least_words if "headline" in texts[0].kind else options.least_words * LONGER
    pairs = [_pairs(text.text, *common, least) for text in texts]
    for number, text in enumerate(texts):
        mine = pairs[number]
        near = max(((_share(mine, pairs[n]), -n) for n in range(number) if pairs[n]), default=(0.0, 0), key=lambda e: e)
        same = next(
            (other for n, other in enumerate(texts[:number]) if _says_the_same(said[number], said[n], options)), None
        )
        if mine and near[0] >= limit:
            other = texts[-near[1]]
            why = f"{near[0]:.0%} of the word pairs are those of {other.path}. {rule.why}"
            yield at(rule, text, _trimmed(text.text), why)
        elif same is not None:
            yield at(
                rule, text, _trimmed(text.text), f"It says what {same.path} says, in nearly the same words. {rule.why}"
            )


@lru_cache(maxsize=2048)
def _pairs(text: str, fixed: tuple[str, ...], names: tuple[str, ...], least: int) -> frozenset[tuple[str, str]]:
    """The word pairs, without fixed wordings, and with a name as one word however many it has."""
    for wording in fixed:
        text = text.replace(wording, " ")
    for start, end in sorted(name_spans(text, names), reverse=True):
        text = f"{text[:start]}_{text[end:]}" if "_" not in text[start:end] else text
    found = [word.casefold() for word in words(HASHTAG.sub(" ", _LINK.sub(" ", text)))]
    return frozenset(pairwise(found)) if len(found) >= least else frozenset()


def _share(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> float:
    least = min(len(one), len(other))
    return len(one & other) / least if least else 0.0


def _said(text: Text, fixed: tuple[str, ...], names: tuple[str, ...]) -> frozenset[str]:
    """The telling words, without fixed wordings, names and hashtags."""
    plain = HASHTAG.sub(" ", text.text)
    for wording in (*fixed, *names):
        plain = plain.replace(wording, " ")
    return telling(plain, text.language)


def _says_the_same(one: frozenset[str], other: frozenset[str], options: Originality) -> bool:
    both = len(one | other)
    return min(len(one), len(other)) >= 2 and len(one & other) / both >= options.same


def _openings(rule: Rule, texts: Sequence[Text], options: Originality, brief: Brief) -> Iterator[Finding]:
    starts = [_opening(text.text, options.opening) for text in texts]
    counted = Counter(start for start in starts if start)
    seen: Counter[tuple[str, ...]] = Counter()
    for text, start in zip(texts, starts, strict=True):
        seen[start] += 1
        if start and counted[start] >= options.repeats and seen[start] == options.repeats:
            why = f"{counted[start]} variants open with “{' '.join(start)}”. {rule.why}"
            yield at(rule, text, _opening_span(text.text, options.opening), why, severity="low")


def _opening(text: str, count: int) -> tuple[str, ...]:
    found = tuple(word.casefold() for word in words(text)[:count])
    return found if len(found) == count else ()


def _opening_span(text: str, count: int) -> tuple[int, int]:
    start, place = _trimmed(text)[0], 0
    for word in words(text)[:count]:
        place = text.find(word, place) + len(word)
    return start, place


def _trimmed(text: str) -> tuple[int, int]:
    start = len(text) - len(text.lstrip())
    return start, max(start, len(text.rstrip()))


ORIGINALITY: Final = Family("originality", originality, Originality, "Originality of variants", topic="originality")
