"""Words that somebody disguised: sp@ces, s p a c e d, d.o.t.s, letters of other alphabets, repeeeated ones.

Gives other readings of a text as tokens; a hit in one counts only where it covers a disguised word. Must not touch what
is plainly meant otherwise: addresses, mentions, numbers, German umlauts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice, product
from typing import Final, TypeAlias

from agents.auditing.lookalikes import latin
from agents.auditing.seen import Seen, see
from agents.auditing.tokens import Token, normal, tokens
from agents.auditing.words import STOP_WORDS

MOST_READINGS: Final = 8
MOST_CHUNK: Final = 80
"""A longer run without a space is no word."""
LEAST_JOINED: Final = 4
LONGEST_SCRAP: Final = 2

_LEET: Final[dict[str, str]] = {
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "!": "i", "|": "il", "€": "e", "£": "l", "+": "t",
    "¢": "c", "©": "c", "®": "r", "¥": "y", "§": "s", "µ": "u", "¡": "i",
}  # fmt: skip
_INNER: Final = "._*\u00b7\u2022~^'\u2019`"
_CHUNK = re.compile(r"\S+")
_EDGES: Final = ".,;:?\"'()[]{}\u201c\u201d\u201e\u2018\u2019…«»<>*_~`#"
_PLAIN = re.compile(r"[(\"]?[A-Za-z]+(?:['\u2019-][A-Za-z]+)*[.,;:?!)\"]*|\d+[.,%]?")
_RUN = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_ADDRESS = re.compile(
    r"://|^www\.|^@|@[\w-]+\.\w|\.(?:com|org|net|io|de|eu|co|at|ch|info|shop|app|uk)\b", re.IGNORECASE
)
#: What stands between letters is never one of the signs that stand for letters, so there is one way to read it.
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W_]|[@$!])(?:(?:[^\w@$!]|_){1,3}(?:[^\W_]|[@$!])){3,40}(?![^\W_])")
_GAP = re.compile(r"(?:[^\w@$!]|_)+")
_CUT = re.compile(r"\S+(?:(?<=[-\u2010])\n\S+)?")
_WHOLE = re.compile(r"[(\"]?[^\W\d_]+[.,;:?!)\"]*|[\d.,%]+")
_SHORT = re.compile(r"['\u2019](?:s|t|re|ve|ll|d|m)\Z", re.IGNORECASE)
_TORN = re.compile(r"(?<![^\W_])([^\W\d_]{1,20})[^\S\n]?\n?[^\S\n]?(?<=\s)(?=([^\W\d_]{1,20})(?![^\W_]))")
_HUMPS = re.compile(r"\b[^\W\d_]*[a-zäöüß][A-ZÄÖÜ][^\W\d_]*")
_HUMP = re.compile(r"[A-ZÄÖÜ]?[a-zäöüß]+|[A-ZÄÖÜ]+(?![a-zäöüß])")
_SMALL: Final = frozenset(
    "ok go me hi oh tv pc uk eu us vs da du er es ja je ob um wo na am st dr mr ms kg km cm".split()
)
_STARRED = re.compile(r"[^\W\d_]+\*[^\W\d_]+")
_ONE = re.compile(r"[^\W_]|[@$!]")
_LATIN = re.compile(r"[a-z]")
_UMLAUTS: Final = frozenset("äöüß")
_LOAN_ENDS: Final = ("é", "ée", "és", "ées")


Found: TypeAlias = dict[tuple[int, int], list[str]]
Reading: TypeAlias = tuple[tuple[Token, ...], frozenset[int]]


@lru_cache(maxsize=512)
def readings(text: str, language: str) -> tuple[Reading, ...]:
    """Other ways to read the text, each with the numbers of the tokens that were disguised. Empty for most texts."""
    seen = see(text)
    read: list[Reading] = []
    for look in (_masked, _joined, _parts):
        found = look(seen, language)
        if found:
            read += _readings(seen, found)
    return tuple(read)


def _masked(seen: Seen, language: str) -> Found:
    """Words whose letters are set apart, masked by signs or taken from elsewhere; those that only look as they do."""
    text = seen.text
    found: Found = {}
    for match in _SPACED.finditer(text):
        letters = "".join(_ONE.findall(match.group()))
        if sum(letter.isalpha() for letter in letters) >= 3:
            words = _unmasked(letters, language) or [normal(letters)]
            found[match.span()] = [*words, *(word[1:] for word in words if word[0] in "ai" and len(word) > 4)]
    taken = _Taken(found)
    for match in _CHUNK.finditer(text):
        chunk = match.group()
        if (_PLAIN.fullmatch(chunk) and not _RUN.search(chunk)) or len(chunk) > MOST_CHUNK or _ADDRESS.search(chunk):
            continue
        start, end = _bare(chunk, match.start())
        for left, right in _hyphenated(text, start, end):
            words = _unmasked(text[left:right], language)
            if words and taken.frees(left, right):
                found[left, right] = words
    if seen.differs:
        for token in tokens(text):
            if token.is_word and not seen.is_plain(token.start, token.end) and taken.frees(token.start, token.end):
                found.setdefault((token.start, token.end), [token.norm])
    return found


def _joined(seen: Seen, language: str) -> Found:
    """Words that are cut: by a hyphen, an apostrophe, any sign, the end of a line, or in two with a scrap on one side;
    and words with a number stuck to them, or with a sign that stands for their first letter."""
    found: Found = {}
    for match in _CUT.finditer(seen.text):
        chunk = match.group()
        if _WHOLE.fullmatch(chunk) or len(chunk) > MOST_CHUNK or _ADDRESS.search(chunk.lstrip("@")):
            continue
        start, end = _bare(chunk, match.start())
        end -= len(short[0]) if (short := _SHORT.search(seen.text[start:end])) else 0
        core = seen.text[start:end]
        letters = "".join(letter for letter in core if letter.isalnum() or letter in _LEET)
        words = [normal(letters.strip("0123456789")), *_unmasked(letters, language)]
        words = [word for word in dict.fromkeys(words) if len(word) >= LEAST_JOINED and word.isalpha()]
        if words and words != [normal(core)]:
            found[start, end] = words
    taken = _Taken(found)
    for match in _TORN.finditer(seen.text):
        left, right = match.group(1), match.group(2)
        if "\n" in match.group() or _is_scrap(left) or _is_scrap(right):
            start, end = match.start(1), match.end(2)
            if taken.frees(start, end):
                found[start, end] = [normal(left + right)]
    return found


def _parts(seen: Seen, language: str) -> Found:
    """Words without space between them, each with a capital; words of single letters with wider gaps between them."""
    found: Found = {}
    for match in _HUMPS.finditer(seen.text):
        for part in _HUMP.finditer(match.group()):
            found[match.start() + part.start(), match.start() + part.end()] = [normal(part.group())]
    for match in _SPACED.finditer(seen.text):
        gaps = sorted({len(gap) for gap in _GAP.findall(match.group())})
        if len(gaps) > 1:
            at = match.start()
            for word in re.split(rf"([^\w@$!]{{{gaps[0] + 1},}})", match.group()):
                letters = "".join(_ONE.findall(word))
                if len(letters) > 1:
                    found[at, at + len(word)] = _unmasked(letters, language) or [normal(letters)]
                at += len(word)
    return found


class _Taken:
    """Places of a text that are spoken for. Asked from the left, it takes each place once."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._places = {place for start, end in spans for place in range(start, end)}

    def frees(self, start: int, end: int) -> bool:
        here = range(start, end)
        if not self._places.isdisjoint(here):
            return False
        self._places.update(here)
        return True


def _bare(chunk: str, at: int) -> tuple[int, int]:
    """The span of a chunk without the marks at its edges."""
    left = len(chunk) - len(chunk.lstrip(_EDGES))
    return at + left, max(at + left, at + len(chunk.rstrip(_EDGES + "!")))


def _is_scrap(part: str) -> bool:
    return len(part) <= LONGEST_SCRAP and part.casefold() not in STOP_WORDS and part.casefold() not in _SMALL


def _hyphenated(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of a word with hyphens, each a word of its own."""
    parts, left = [], start
    for place in range(start, end):
        if text[place] in "-\u2010\u2011\u2013\u2014/":
            parts.append((left, place))
            left = place + 1
    return [(a, b) for a, b in [*parts, (left, end)] if b - a >= 3]


def _readings(seen: Seen, found: Found) -> Iterator[Reading]:
    """The tokens of the text with those that are found in the place of what they cover, once for each choice."""
    taken = _Taken(found)
    rest = [token for token in tokens(seen.text) if taken.frees(token.start, token.end)]
    spans = list(found)
    at = sorted([*((token.start, -1) for token in rest), *((start, n) for n, (start, _) in enumerate(spans))])
    changed = frozenset(place for place, (_, n) in enumerate(at) if n >= 0)
    plain = iter([_placed(token, seen) for token in rest])
    kept = [next(plain) if n < 0 else None for _, n in at]
    for number in range(min(max(map(len, found.values())), MOST_READINGS)):
        whole = list(kept)
        for place in changed:
            (start, end), words = spans[at[place][1]], found[spans[at[place][1]]]
            word = words[number % len(words)]
            whole[place] = _placed(Token(word, start, end, word, end), seen)
        yield tuple(token for token in whole if token is not None), changed


def _placed(token: Token, seen: Seen) -> Token:
    """The token with its places in the source."""
    if not seen.differs:
        return token
    start, end = seen.span(token.start, token.end)
    base_end = end if token.base_end == token.end else seen.span(token.start, token.base_end)[1]
    return Token(token.norm, start, end, token.base, base_end)


def _unmasked(chunk: str, language: str) -> list[str]:
    """What the chunk may be meant to say, if anything about it is a disguise."""
    plain = unicodedata.normalize("NFC", chunk).casefold()
    letters = [letter for letter in plain if letter.isalpha()]
    if len(letters) < 2:
        return []
    word = plain if plain.isascii() or not _latin_meant(plain, language) else "".join(map(latin, plain))
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
