"""Words, sentences and terms in a text, always as exact character spans of the text itself.

Must not change a text: folding keeps, for every folded letter, the place it came from.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from agents.auditing.tokens import HIDDEN

Span: TypeAlias = tuple[int, int]

_HIDDEN = re.compile(f"[{HIDDEN}]")
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?:[.!?…]+[\"'\u201d\u2019)\]]*(?=\s|\Z))|\n+")
_UNSPACED = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_SUFFIXES: Final = ("ings", "ing", "edly", "ed", "ies", "es", "ly", "s")
STOP_WORDS: Final = frozenset(
    "a an and are as at be been but by can do does for from get had has have here how i if in into is it its just let "
    "may more most much my no not of on one only or other our out over own same so such than that the their them then "
    "there these they this those through to too under up us very was we were what when where which while who will with "
    "you your every all any about after also because before between both each even new now off per still some until "
    "der die das und ist ein eine einer eines dem den des mit von zu auf im in für nicht sich als auch es an "
    "werden aus er hat dass sie nach wird bei noch wie über so zum kann nur wir ich ihr sind oder "
    "aber vor zur bis mehr durch man".split()
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A text without case, width and invisible characters; places[i] is where letter i came from."""

    letters: str
    places: tuple[int, ...]

    def span(self, start: int, end: int, text: str) -> Span:
        """The span of the text that folded letters [start:end] came from, with marks that belong to its last letter."""
        last = self.places[end - 1] + 1
        while last < len(text) and unicodedata.combining(text[last]):
            last += 1
        return self.places[start], last


@lru_cache(maxsize=4096)
def _fold_letter(letter: str) -> str:
    if unicodedata.category(letter) == "Cf" or _HIDDEN.match(letter):
        return ""
    if letter.isspace():
        return " "
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", letter).casefold())


@lru_cache(maxsize=1024)
def fold(text: str) -> Folded:
    if text.isascii():
        return Folded(text.lower().translate(_SPACES), tuple(range(len(text))))
    letters = list(map(_fold_letter, text))
    if set(map(len, letters)) == {1}:
        return Folded("".join(letters), tuple(range(len(text))))
    places = (place for place, letter in enumerate(letters) for _ in letter)
    return Folded("".join(letters), tuple(places))


_SPACES: Final = {ord(space): " " for space in "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"}


@lru_cache(maxsize=1024)
def _pattern(term: str) -> tuple[tuple[str, ...], re.Pattern[str]] | None:
    """The term as whole words, any spacing; a term in a script without spaces may stand anywhere.

    With its words: where one of them is nowhere in a text, there is no need to look further.
    """
    parts = tuple(fold(term).letters.split())
    if not parts:
        return None
    first = parts[0][0]
    last = next((letter for letter in reversed(parts[-1]) if not unicodedata.combining(letter)), "")
    before = r"(?<!\w)" if _is_bounded(first) else ""
    after = r"(?![\w\u0300-\u036f])" if _is_bounded(last) else r"(?![\u0300-\u036f])"
    return parts, re.compile(before + " +".join(map(re.escape, parts)) + after)


def _is_bounded(letter: str) -> bool:
    return bool(letter) and (letter.isalnum() or letter == "_") and not _UNSPACED.match(letter)


def find_term(text: str, term: str) -> list[Span]:
    """Every place where the term stands, whatever its case, width, composition and invisible characters."""
    looked = _pattern(term)
    folded = fold(text)
    if looked is None or not all(part in folded.letters for part in looked[0]):
        return []
    return [folded.span(match.start(), match.end(), text) for match in looked[1].finditer(folded.letters)]


def holds_term(text: str, term: str) -> bool:
    looked = _pattern(term)
    letters = fold(text).letters
    return looked is not None and all(part in letters for part in looked[0]) and bool(looked[1].search(letters))


def sentences(text: str) -> list[Span]:
    """Spans of sentences and lines, without the space around them."""
    found: list[Span] = []
    start = 0
    for end in [*(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]:
        piece = text[start:end]
        if piece.strip():
            left = start + len(piece) - len(piece.lstrip())
            found.append((left, start + len(piece.rstrip())))
        start = end
    return found


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def count_words(text: str) -> int:
    return len(_WORD.findall(text))


def first_words(text: str, most: int) -> str:
    """The start of the text up to that many words."""
    ends = [match.end() for match in _WORD.finditer(text)]
    return text[: ends[most - 1]] if len(ends) > most else text


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A crude stem, the same for the forms of a word that a sentence is likely to use."""
    plain = fold(word).letters
    for suffix in _SUFFIXES:
        if plain.endswith(suffix) and len(plain) - len(suffix) >= 3:
            plain = plain[: -len(suffix)]
            break
    return plain[:-1] if plain.endswith(("e", "y", "i")) and len(plain) > 3 else plain


def stems(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning; of all words where none does."""
    found = words(text)
    telling = [word for word in found if word.casefold() not in STOP_WORDS]
    return frozenset(stem(word) for word in (telling or found))
