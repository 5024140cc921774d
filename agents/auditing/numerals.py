"""Numbers as people write them: 1,000 and 1.000 and 1000; thirty and dreißig. Must not guess what a number counts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Final

NUMBER: Final = r"(?:\d{1,3}(?:[.,'\u2019\u202f\u00a0]\d{3}){1,4}(?:[.,]\d{1,2})?|\d{1,15}(?:[.,]\d{1,3})?)(?![\d])"
_THOUSANDS = re.compile(r"\d{1,3}(?:([.,'\u2019\u202f\u00a0])\d{3})(?:\1\d{3}){0,3}")
MULTIPLIERS: Final[dict[str, int]] = {
    "k": 1_000, "thousand": 1_000, "tausend": 1_000, "tsd": 1_000, "m": 1_000_000, "mio": 1_000_000,
    "million": 1_000_000, "millions": 1_000_000, "millionen": 1_000_000, "bn": 10**9, "billion": 10**9,
    "mrd": 10**9, "milliarde": 10**9, "milliarden": 10**9,
}  # fmt: skip

_ENGLISH: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_ENGLISH_TENS: Final = dict(
    zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True)
)
_GERMAN: Final = (
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn"
).split()
_GERMAN_TENS: Final = dict(
    zip("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split(), range(20, 100, 10), strict=True)
)


def _words() -> dict[str, int]:
    found = {word: number for number, word in enumerate(_ENGLISH)}
    found |= _ENGLISH_TENS
    for tens, value in _ENGLISH_TENS.items():
        found |= {f"{tens}-{word}": value + number for number, word in enumerate(_ENGLISH[1:10], 1)}
    found |= {word: number for number, word in enumerate(_GERMAN)}
    found |= _GERMAN_TENS
    for tens, value in _GERMAN_TENS.items():
        ones = ["ein", *_GERMAN[2:10]]
        found |= {f"{word}und{tens}": value + number for number, word in enumerate(ones, 1)}
    found |= {"hundert": 100, "einhundert": 100, "tausend": 1_000, "eintausend": 1_000, "dutzend": 12}
    found |= {"one hundred": 100, "a hundred": 100, "one thousand": 1_000, "a thousand": 1_000, "a dozen": 12}
    found |= {f"{word} hundred": 100 * number for number, word in enumerate(_ENGLISH[2:10], 2)}
    found |= {f"{word} thousand": 1_000 * number for number, word in enumerate(_ENGLISH[2:], 2)}
    found |= {f"{word}hundert": 100 * number for number, word in enumerate(_GERMAN[2:10], 2)}
    found |= {f"{word}tausend": 1_000 * number for number, word in enumerate(_GERMAN[2:], 2)}
    del found["zero"], found["null"]
    return found


WORDS: Final[dict[str, int]] = _words()


def any_of(words: Iterable[str]) -> str:
    """A pattern for one of many words that reads each letter once, however many words there are."""
    branches: dict[str, list[str]] = {}
    found = set(words)
    for word in found - {""}:
        branches.setdefault(word[0], []).append(word[1:])
    choices = [re.escape(letter) + any_of(rest) for letter, rest in sorted(branches.items())]
    if not choices:
        return ""
    return f"(?:{'|'.join(choices)}){'?' if '' in found else ''}"


_FOLDED: Final = {word.casefold(): value for word, value in WORDS.items()}
WORD: Final = any_of(WORDS)


@lru_cache(maxsize=4096)
def value_of(text: str) -> Decimal:
    """The value of what NUMBER or WORD matched. A mark before three digits groups; before one or two it divides."""
    word = _FOLDED.get(" ".join(text.casefold().split()))
    if word is not None:
        return Decimal(word)
    if _THOUSANDS.fullmatch(text):
        return Decimal(re.sub(r"\D", "", text))
    whole, mark, part = _split(text)
    digits = re.sub(r"\D", "", whole)
    return (Decimal(f"{digits}.{part}") if mark else Decimal(digits)).normalize()


def _split(text: str) -> tuple[str, str, str]:
    """The whole and the fraction, at the last mark."""
    place = max(text.rfind("."), text.rfind(","))
    return (text, "", "") if place < 0 else (text[:place], text[place], text[place + 1 :])


def plain(value: Decimal) -> str:
    """A value in words for a report: no exponent, no trailing zeros."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
