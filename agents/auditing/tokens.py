"""Words and signs of a text as tokens in one form, each with its exact span. What lexicons are matched against.

Must not change a text: a token says where it stands, and its norm is only for comparing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

#: What no reader sees, as ranges of a regular expression: Unicode calls it ignorable.
HIDDEN: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_MARKS: Final = "\u0300-\u036f"
_TOKEN = re.compile(
    rf"(?P<word>[^\W_](?:[^\W_]|[{_MARKS}{HIDDEN}]|['\u2019\u02bc](?=[^\W\d_]))*)"
    r"|(?P<break>\n[^\S\n]*\n\s*)|(?P<space>\s+)|(?P<sign>.)",
    re.DOTALL,
)
_DASHES: Final = frozenset("-\u2010\u2011\u2012\u2013")
_STRIP_HIDDEN = re.compile(f"[{HIDDEN}]")
BREAK: Final = "\n\n"
"""The norm of the token that stands for the gap between paragraphs."""


@dataclass(frozen=True, slots=True)
class Token:
    """base is the norm without a possessive ending; base_end is where that ends."""

    norm: str
    start: int
    end: int
    base: str
    base_end: int

    @property
    def is_word(self) -> bool:
        return self.norm[0].isalnum()


@lru_cache(maxsize=16_384)
def normal(word: str) -> str:
    """The word in one form: case, width, composition, apostrophes and invisible characters make no difference."""
    if word.isascii():
        return word.lower()
    word = _STRIP_HIDDEN.sub("", unicodedata.normalize("NFKC", word)).replace("\u2019", "'").replace("\u02bc", "'")
    return unicodedata.normalize("NFKC", word.casefold())


@lru_cache(maxsize=512)
def tokens(text: str) -> tuple[Token, ...]:
    """Every word and sign in order. A hyphen that joins two words is no token, so risk-free is two words."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        kind = match.lastgroup
        if kind == "word":
            found.append(token(text, start, end))
        elif kind == "break":
            found.append(Token(BREAK, start, end, BREAK, end))
        elif kind == "sign":
            sign = match.group()
            joins = sign in _DASHES and 0 < start and end < len(text) and text[start - 1].isalnum()
            if not (joins and text[end].isalnum()) and unicodedata.category(sign) != "Cf":
                norm = normal(sign).strip() or sign
                found.append(Token(norm, start, end, norm, end))
    return tuple(found)


def token(text: str, start: int, end: int) -> Token:
    norm = normal(text[start:end])
    if norm.endswith("'s") and len(norm) > 2:
        return Token(norm, start, end, norm[:-2], end - 2)
    return Token(norm, start, end, norm, end)


def at_sentence_start(text: str, start: int) -> bool:
    """Whether nothing but space, quotes and bullets stands between this place and the start of its sentence."""
    before = text[max(0, start - 12) : start].rstrip(" \t\"'\u201c\u201e\u2018\u00ab\u00bb\u201d()[]*•-\u2013\u2014")
    return (start < 12 and not before) or (bool(before) and before[-1] in ".!?:…\n\u2022|")
