"""Many terms looked for at once, in time that grows with the text and not with the terms.

A pack writes terms in a small notation, word by word: `tested|proven` is one of them, `heil*` any word that starts so,
`(very)` a word that may be left out. There are no regular expressions, so no term can be slow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from agents.auditing.forms import forms
from agents.auditing.tokens import Token, normal, tokens

Reach: TypeAlias = Literal["exact", "inflected"]
_HEAD: Final = 3
LEAST_STAR: Final = 3
"""A word with a star needs so many letters before it."""


@dataclass(frozen=True, slots=True)
class _Slot:
    words: frozenset[str]
    starts: tuple[str, ...] = ()
    optional: bool = False

    def takes(self, token: Token) -> bool:
        if token.norm in self.words or token.base in self.words:
            return True
        return any(token.norm.startswith(start) for start in self.starts)


@dataclass(frozen=True, slots=True)
class _Pattern:
    term: str
    slots: tuple[_Slot, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a term stands: characters start to end, tokens first to last (the last one included)."""

    term: str
    start: int
    end: int
    first: int
    last: int


class Lexicon:
    """Terms ready to be looked for."""

    def __init__(self, patterns: Iterable[_Pattern]) -> None:
        self._exact: dict[str, list[_Pattern]] = {}
        self._starts: dict[str, list[_Pattern]] = {}
        for pattern in patterns:
            for number, slot in enumerate(pattern.slots):
                rest = _Pattern(pattern.term, pattern.slots[number:])
                for word in slot.words:
                    self._exact.setdefault(word, []).append(rest)
                for start in slot.starts:
                    self._starts.setdefault(start[:_HEAD], []).append(rest)
                if not slot.optional:
                    break

    def __bool__(self) -> bool:
        return bool(self._exact or self._starts)

    def find(self, found: Sequence[Token]) -> list[Hit]:
        """Every place, from the left, the longest term first; places do not overlap."""
        exact, starts = self._exact, self._starts
        hits: list[Hit] = []
        free = 0
        for place, token in enumerate(found):
            # Nearly every word begins no term: that must cost next to nothing.
            begins = token.norm in exact or token.base in exact or token.norm[:_HEAD] in starts
            if not begins or place < free:
                continue
            last, term = self._longest(found, place)
            if last is not None:
                hits.append(Hit(term, token.start, _end(found[last], term), place, last))
                free = last + 1
        return hits

    def _longest(self, found: Sequence[Token], place: int) -> tuple[int | None, str]:
        token = found[place]
        candidates = self._exact.get(token.norm, [])
        if token.base != token.norm:
            candidates = candidates + self._exact.get(token.base, [])
        starting = self._starts.get(token.norm[:_HEAD])
        best, term = None, ""
        for pattern in candidates + starting if starting else candidates:
            last = _match(pattern.slots, found, place)
            if last is not None and (best is None or last > best):
                best, term = last, pattern.term
        return best, term


def _end(token: Token, term: str) -> int:
    """The end of the last token, without a possessive ending that is not part of the term."""
    return token.end if normal(term).endswith(token.norm[-2:]) else token.base_end


def _match(slots: Sequence[_Slot], found: Sequence[Token], place: int) -> int | None:
    """The last token of the longest match that starts at this place."""
    last: int | None = None
    for slot in slots:
        if place < len(found) and slot.takes(found[place]):
            last, place = place, place + 1
        elif not slot.optional:
            return None
    return last


@lru_cache(maxsize=512)
def lexicon(terms: tuple[str, ...], language: str = "", reach: Reach = "exact") -> Lexicon:
    """Terms as they stand: literal words, with their inflections if asked."""
    return Lexicon(pattern for term in terms if (pattern := _literal(term, language, reach)) is not None)


@lru_cache(maxsize=512)
def notation(terms: tuple[str, ...]) -> Lexicon:
    """Terms in the notation of packs."""
    return Lexicon(_noted(term) for term in terms)


def _literal(term: str, language: str, reach: Reach) -> _Pattern | None:
    slots = []
    for token in tokens(term):
        word = term[token.start : token.end]
        # A capital in an English term, or digits in any, tell a name: names have no forms.
        named = language != "de" and word[:1].isupper()
        found = forms(word, language) if reach == "inflected" and token.is_word and not named else frozenset[str]()
        slots.append(_Slot(frozenset((token.norm, *map(normal, found)))))
    return _Pattern(term, tuple(slots)) if slots else None


def _noted(term: str) -> _Pattern:
    slots: list[_Slot] = []
    for part in term.split():
        optional = part.startswith("(") and part.endswith(")") and len(part) > 2
        choices = [tokens(choice) for choice in (part[1:-1] if optional else part).split("|") if choice]
        if any(len([t for t in choice if t.norm != "*"]) != 1 for choice in choices):
            # Words with a hyphen or a sign in them are several tokens in a row; such a part has no choices.
            slots += [_Slot(frozenset((token.norm,)), (), optional) for token in tokens(part)]
            continue
        starts = tuple(choice[0].norm for choice in choices if len(choice) == 2)
        slots.append(_Slot(frozenset(choice[0].norm for choice in choices if len(choice) == 1), starts, optional))
    return _Pattern(term, tuple(slots))


def bad_notation(term: str) -> str:
    """What is wrong with a term in the notation of packs, or ""."""
    pattern = _noted(term)
    choices = [choice for part in term.split() if "|" in part for choice in part.strip("()").split("|")]
    if joined := [choice for choice in choices if choice and len([t for t in tokens(choice) if t.norm != "*"]) != 1]:
        return f"has {joined[0]!r} among choices of single words"
    if not any(not slot.optional for slot in pattern.slots):
        return "needs at least one word that may not be left out"
    if any(len(start) < LEAST_STAR for slot in pattern.slots for start in slot.starts):
        return f"a word with * needs at least {LEAST_STAR} letters before it"
    return ""
