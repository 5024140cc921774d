"""A text as a reader sees it: without what cannot be seen, marks stacked on letters, tags and entities of HTML; signs
that are drawn as letters are letters, and what an override turns around is turned.

Every character keeps the place it came from. Must not fold what a reader can tell apart: capitals, umlauts, accents.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from agents.auditing.tokens import HIDDEN

_HIDDEN = re.compile(f"[{HIDDEN}]")
_TURNED = re.compile("\u202e([^\u202c\u202e\n]{1,200})[\u202c\n]?")
_HTML = re.compile(r"</?[A-Za-z][^<>\n]{0,80}>|&#?[A-Za-z0-9]{2,10};")
#: Signs of which NFKC knows nothing, by their names in Unicode.
_DRAWN = re.compile(
    r"(?:NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL|REGIONAL INDICATOR SYMBOL|PARENTHESIZED LATIN (?:SMALL|CAPITAL))"
    r" LETTER ([A-Z])"
)
_BLANK: Final = "\u2800"


@dataclass(frozen=True, slots=True)
class Seen:
    """places[i] is where character i came from; spelled says that the text is another than it looks."""

    text: str
    places: tuple[int, ...]
    source: str

    @property
    def differs(self) -> bool:
        return self.text != self.source

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the source of characters start to end, with marks that belong to the last."""
        inside = self.places[start:end]
        last = max(inside) + 1
        while last < len(self.source) and unicodedata.category(self.source[last]) in ("Mn", "Me"):
            last += 1
        return min(inside), last

    def is_plain(self, start: int, end: int) -> bool:
        """Whether these characters stand so in the source."""
        left = self.places[start]
        return (
            self.places[end - 1] == left + end - 1 - start
            and self.source[left : left + end - start] == (self.text[start:end])
        )


@lru_cache(maxsize=512)
def see(text: str) -> Seen:
    if text.isascii() and _HTML.search(text) is None:
        return Seen(text, tuple(range(len(text))), text)
    kept = list(_composed(_letters(text)))
    return Seen("".join(letter for letter, _ in kept), tuple(place for _, place in kept), text)


def _letters(text: str) -> Iterator[tuple[str, int]]:
    """Characters in the order in which they are seen."""
    order: list[int] = []
    at = 0
    for match in _TURNED.finditer(text):
        order += [*range(at, match.start()), *reversed(range(match.start(1), match.end(1)))]
        at = match.end(1)
    order += range(at, len(text))
    held = {match.start(): match for match in _HTML.finditer(text)} if "<" in text or "&" in text else {}
    skip = -1
    for place in order:
        markup = held.get(place)
        if markup is not None:
            skip = markup.end()
            for letter in _meant(markup.group()):
                yield letter, place
        elif place >= skip and not _HIDDEN.match(text[place]):
            yield _drawn(text[place]), place


def _meant(markup: str) -> str:
    """What stands for an entity; a tag is not seen. What is no entity is itself."""
    if markup[0] == "<":
        return ""
    meant = html.unescape(markup)
    return "".join(letter for letter in meant if not _HIDDEN.match(letter))


@lru_cache(maxsize=4096)
def _drawn(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter == _BLANK:
        return " "
    named = _DRAWN.fullmatch(unicodedata.name(letter, ""))
    return named[1].lower() if named else letter


def _composed(letters: Iterator[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Marks go into the letter before them where Unicode has one for both; what is left of them is not kept."""
    held: tuple[str, int] | None = None
    for letter, place in letters:
        mark = not letter.isascii() and unicodedata.category(letter) in ("Mn", "Me")
        if mark and held is not None:
            both = unicodedata.normalize("NFC", held[0] + letter)
            held = (both, held[1]) if len(both) == 1 else held
            continue
        if held is not None:
            yield held
        held = None if mark else (letter, place)
    if held is not None:
        yield held
