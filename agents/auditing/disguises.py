"""Words that somebody disguised: sp@ces, s p a c e d, d.o.t.s, letters of other alphabets, repeeeated ones.

Gives other readings of a text as tokens; a hit in one counts only where it covers a disguised word. Must not touch what
is plainly meant otherwise: addresses, mentions, numbers, German umlauts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice, product
from typing import Final

from agents.auditing.tokens import Token, normal, tokens

MOST_READINGS: Final = 8
MOST_CHUNK: Final = 80
"""A longer run without a space is no word."""

_LEET: Final[dict[str, str]] = {
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "!": "i", "|": "il", "€": "e", "£": "l", "+": "t",
}  # fmt: skip
_LOOKALIKES: Final = str.maketrans(
    "авеіјкмнорстухѕԁɡһӏԛԝьпгАВЕЅІЈКМНОРСТУХԌαβεικνορτυχγηωΑΒΕΖΗΙΚΜΝΟΡΤΥΧıℓ",
    "abeijkmhopctyxsdghlqwbnrabesijkmhopctyxgabeiknoptuxynwabezhikmnoptyxil",
)
_INNER: Final = "._*\u00b7\u2022~^'\u2019`"
_CHUNK = re.compile(r"\S+")
_EDGES: Final = ".,;:?\"'()[]{}\u201c\u201d\u201e\u2018\u2019…«»<>*_~`#"
_PLAIN = re.compile(r"[(\"]?[A-Za-z]+(?:['\u2019-][A-Za-z]+)*[.,;:?!)\"]*|\d+[.,%]?")
_RUN = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_ADDRESS = re.compile(
    r"://|^www\.|^@|@[\w-]+\.\w|\.(?:com|org|net|io|de|eu|co|at|ch|info|shop|app|uk)\b", re.IGNORECASE
)
_SPACED = re.compile(
    r"(?<![^\W_])(?:[^\W_@$]|[@$])(?:[ ._*\u00b7\u2022/|\u2013-]{1,3}(?:[^\W_]|[@$!])){3,40}(?![^\W_])"
)
_STARRED = re.compile(r"[^\W\d_]+\*[^\W\d_]+")
_ONE = re.compile(r"[^\W_]|[@$!]")
_LATIN = re.compile(r"[a-z]")
_FOREIGN = re.compile(r"[\u0370-\u03ff\u0400-\u052f\u0131\u2113\u0261]")
_UMLAUTS: Final = frozenset("äöüß")
_LOAN_ENDS: Final = ("é", "ée", "és", "ées")


@lru_cache(maxsize=512)
def readings(text: str, language: str) -> tuple[tuple[tuple[Token, ...], frozenset[int]], ...]:
    """Other ways to read the text, each with the numbers of the tokens that were disguised. Empty for most texts."""
    found: dict[tuple[int, int], list[str]] = {}
    for match in _SPACED.finditer(text):
        letters = "".join(_ONE.findall(match.group()))
        if sum(letter.isalpha() for letter in letters) >= 3:
            found[match.span()] = _unmasked(letters, language) or [normal(letters)]
    for match in _CHUNK.finditer(text):
        chunk = match.group()
        if _PLAIN.fullmatch(chunk) and not _RUN.search(chunk):
            continue
        if len(chunk) <= MOST_CHUNK and not _ADDRESS.search(chunk):
            start = match.start() + len(chunk) - len(chunk.lstrip(_EDGES))
            end = match.start() + len(chunk.rstrip(_EDGES + "!"))
            for left, right in _hyphenated(text, start, end):
                if not any(a < right and left < b for a, b in found):
                    words = _unmasked(text[left:right], language)
                    if words:
                        found[left, right] = words
    if not found:
        return ()
    most = max(map(len, found.values()))
    return tuple(_reading(text, found, number) for number in range(min(most, MOST_READINGS)))


def _hyphenated(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of a word with hyphens, each a word of its own."""
    parts, left = [], start
    for place in range(start, end):
        if text[place] in "-\u2010\u2011\u2013\u2014/":
            parts.append((left, place))
            left = place + 1
    return [(a, b) for a, b in [*parts, (left, end)] if b - a >= 3]


def _reading(
    text: str, found: dict[tuple[int, int], list[str]], number: int
) -> tuple[tuple[Token, ...], frozenset[int]]:
    kept: list[Token] = []
    changed: list[int] = []
    spans = sorted(found)
    place = 0
    for token in tokens(text):
        while place < len(spans) and spans[place][1] <= token.start:
            place += 1
        inside = place < len(spans) and token.end > spans[place][0]
        if not inside:
            kept.append(token)
        elif not changed or kept[changed[-1]].start != spans[place][0]:
            start, end = spans[place]
            word = found[start, end][number % len(found[start, end])]
            changed.append(len(kept))
            kept.append(Token(word, start, end, word, end))
    return tuple(kept), frozenset(changed)


def _unmasked(chunk: str, language: str) -> list[str]:
    """What the chunk may be meant to say, if anything about it is a disguise."""
    plain = unicodedata.normalize("NFC", chunk).casefold()
    letters = [letter for letter in plain if letter.isalpha()]
    if len(letters) < 2:
        return []
    word = plain.translate(_LOOKALIKES) if _FOREIGN.search(plain) and _latin_meant(plain, language) else plain
    word = _without_accents(word, language)
    if _STARRED.fullmatch(word):
        choices = ["aeiou" if letter == "*" else letter for letter in word]
    else:
        word = _without_signs(word)
        choices = [_LEET.get(letter, letter) for letter in word] if _is_leet(word) else list(word)
    found = []
    for letters_ in islice(product(*choices), MOST_READINGS):
        read = "".join(letters_)
        runs = (_RUN.sub(r"\1", read), _RUN.sub(r"\1\1", read)) if _RUN.search(read) else (read,)
        found += [normal(run) for run in runs]
    return [read for read in dict.fromkeys(found) if read != normal(chunk) and read.isalpha()][:MOST_READINGS]


def _latin_meant(word: str, language: str) -> bool:
    return bool(_LATIN.search(word)) or language in ("en", "de")


def _without_accents(word: str, language: str) -> str:
    """Accents off, but not where a language has them: German umlauts, and the last é of a loan word."""
    if word.isascii() or word.endswith(_LOAN_ENDS):
        return word
    kept = []
    for letter in word:
        keeps = language == "de" and letter in _UMLAUTS
        marks = "" if keeps else unicodedata.normalize("NFD", letter)
        kept.append(letter if keeps else "".join(mark for mark in marks if not unicodedata.combining(mark)))
    return "".join(kept)


def _without_signs(word: str) -> str:
    """Signs between letters off, as in che.ap or c*h*e*a*p; a hyphen or an apostrophe alone may belong there."""
    kept = [
        letter
        for place, letter in enumerate(word)
        if not (letter in _INNER and 0 < place < len(word) - 1 and letter not in "'\u2019")
    ]
    return "".join(kept)


def _is_leet(word: str) -> bool:
    """Some signs stand for letters, but more are letters: b3st, not 30days or 4711a."""
    masked = sum(letter in _LEET for letter in word)
    plain = sum(letter.isalpha() for letter in word)
    return 0 < masked <= plain and all(letter.isalpha() or letter in _LEET for letter in word)
