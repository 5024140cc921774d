"""Names of the brief that a text spells in another way: Larkspurr for Larkspur. Part of the agreement family.

Must not take another word for a misspelling: one letter differs, the word is long, and the brief does not hold it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from agents.auditing.context import touches
from agents.auditing.families.coverage import name_of
from agents.auditing.findings import Brief, Finding, Rule, at, replace
from agents.auditing.pieces import Text
from agents.auditing.tokens import normal, tokens
from agents.auditing.words import STOP_WORDS, Span

LEAST: Final = 6
_PRODUCT = re.compile(r"\s*([^\W\d_]+)(?:\s\w+){0,2}\s?[,:(\u2013\u2014-]")
_PERSON = re.compile(
    r"\b(?:Dr|Prof|Mr|Mrs|Ms|Herrn?|Frau)\.?\s(?:Dr\.?\s)?(?:[^\W\d_a-z][^\W\d_]+\s)?(?P<last>[^\W\d_a-z][^\W\d_]+)(?!\w)"
)
ALIKE: Final = 0.7
MOST_NAMES: Final = 100
_CHUNK = re.compile(r"\S+")
_ENDINGS: Final = ("s", "es", "n", "en", "e", "er")


def misspelt(rule: Rule, brief: Brief, texts: Iterable[Text]) -> Iterator[Finding]:
    texts = tuple(texts)
    yield from _surnames(rule, brief, texts)
    names = _names(brief)
    if not names:
        return
    known = frozenset(token.norm for fact in brief.facts for token in tokens(fact))
    for text in texts:
        skip = _addresses(text.text)
        for token in tokens(text.text):
            word = text.text[token.start : token.base_end]
            if len(word) < LEAST - 1 or not word[0].isupper() or token.base in known:
                continue
            meant = _meant(token.base, names)
            if meant is not None and not touches((token.start, token.end), skip):
                why = f"“{word}” looks like a misspelling of “{meant}”. {rule.why}"
                patch = replace(text, (token.start, token.base_end), meant)
                yield at(rule, text, (token.start, token.base_end), why, patch)


def _surnames(rule: Rule, brief: Brief, texts: Iterable[Text]) -> Iterator[Finding]:
    """A person who is called otherwise elsewhere: Dr Weber here, Dr Weaver there."""
    known = dict.fromkeys(match.group("last") for fact in brief.facts for match in _PERSON.finditer(fact))
    for text in texts:
        for match in _PERSON.finditer(text.text):
            name = match.group("last")
            other = next((one for one in known if _is_variant(name, one)), None)
            if other is not None and name not in known:
                why = f"“{name}” is called “{other}” elsewhere. {rule.why}"
                yield at(rule, text, match.span("last"), why)
            if len(known) < MOST_NAMES:
                known[name] = None


def _is_variant(one: str, other: str) -> bool:
    """Much the same, but not the same name with a genitive s."""
    if one == other or one[0] != other[0] or f"{one}s" == other or f"{other}s" == one:
        return False
    return min(len(one), len(other)) >= LEAST - 2 and SequenceMatcher(None, one, other).ratio() >= ALIKE


def _whole_name(brief: Brief) -> list[str]:
    """The words of a product that is nothing but names, such as Café Morgenrot or Larkspur Heat Pump."""
    words = name_of(brief.product).split()
    if not 1 <= len(words) <= 4 or not all(word[:1].isupper() or word[:1].isdigit() or word == "&" for word in words):
        return []
    return [word for word in words if len(word) >= LEAST and word.isalpha() and _is_name(word, brief)]


def _addresses(text: str) -> tuple[Span, ...]:
    """Links, addresses, mentions and hashtags, where names are written in other ways."""
    marks = [mark for mark in ("://", "@", "#", "www.") if mark in text]
    if not marks:
        return ()
    chunks = ((match.span(), match.group()) for match in _CHUNK.finditer(text))
    return tuple(span for span, said in chunks if any(mark in said for mark in marks))


def _names(brief: Brief) -> tuple[str, ...]:
    """The brand, and names within English facts: words with a capital in the middle of a sentence."""
    words = [word for word in re.findall(r"[^\W\d_]+", brief.brand) if len(word) >= LEAST]
    product = _PRODUCT.match(brief.product)
    if (
        product
        and len(product.group(1)) >= LEAST
        and product.group(1)[0].isupper()
        and _is_name(product.group(1), brief)
    ):
        words.append(product.group(1))
    words += _whole_name(brief)
    return tuple(dict.fromkeys(words))


def _is_name(word: str, brief: Brief) -> bool:
    """The first word of the product is a name unless the brief also writes it small."""
    small = word.casefold()
    return small not in STOP_WORDS and not any(
        match in fact for fact in brief.facts for match in (f" {small} ", f" {small}s ", f" {small},", f" {small}.")
    )


@lru_cache(maxsize=8192)
def _meant(word: str, names: tuple[str, ...]) -> str | None:
    for name in names:
        plain = normal(name)
        if word in (plain, *(plain + ending for ending in _ENDINGS)):
            return None
        if word[0] == plain[0] and _one_apart(word, plain):
            return name
    return None


def _one_apart(one: str, other: str) -> bool:
    """One letter more, less or other, or two neighbours swapped."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    place = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[place:] == long[place + 1 :]
    swapped = short[place : place + 2] == long[place : place + 2][::-1] and short[place + 2 :] == long[place + 2 :]
    return short[place + 1 :] == long[place + 1 :] or swapped
