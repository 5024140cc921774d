"""What stands around a place in a text: its sentence, quotation marks, a negation, a name. Pure look-ups."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from agents.auditing.tokens import BREAK, Token, tokens
from agents.auditing.words import Span, find_term, sentences

NEGATIONS: Final[dict[str, frozenset[str]]] = {
    "en": frozenset(
        "not no never none nor neither without cannot can't don't doesn't didn't won't isn't aren't wasn't weren't "
        "wouldn't shouldn't couldn't haven't hasn't hardly nobody nothing avoid beware".split()
    ),
    "de": frozenset(
        "nicht kein keine keinen keinem keiner keines nie niemals ohne weder kaum niemand nichts statt".split()
    ),
}
_YET: Final[dict[str, frozenset[str]]] = {"en": frozenset(("only", "but", "just")), "de": frozenset(("nur", "bloß"))}
_STOPS: Final = frozenset((".", "!", "?", ";", ":", BREAK, "but", "aber", "sondern"))
_QUOTED = re.compile(
    r"\u201c[^\u201c\u201d\n]{1,400}\u201d|\u201e[^\u201e\u201c\u201d\n]{1,400}[\u201c\u201d]|\u00ab[^\u00ab\u00bb\n]{1,400}\u00bb"
    r"|\u00bb[^\u00ab\u00bb\n]{1,400}\u00ab|(?<!\w)\"[^\"\n]{1,400}\"(?!\w)"
)


@lru_cache(maxsize=512)
def sentence_spans(text: str) -> tuple[Span, ...]:
    return tuple(sentences(text))


def sentence_of(text: str, start: int) -> Span:
    """The sentence that this place is in."""
    found = sentence_spans(text)
    place = bisect_right(found, (start, len(text) + 1)) - 1
    return found[place] if place >= 0 else (0, len(text))


@lru_cache(maxsize=512)
def quoted(text: str) -> tuple[Span, ...]:
    """What stands in quotation marks."""
    return tuple(match.span() for match in _QUOTED.finditer(text))


def inside(span: Span, spans: Iterable[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def touches(span: Span, spans: Iterable[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in spans)


def is_negated(found: Sequence[Token], first: int, language: str, reach: int = 4) -> bool:
    """Whether a negation stands shortly before the token, in the same clause; not only and nothing but do not count."""
    negations, yet = NEGATIONS.get(language, frozenset()), _YET.get(language, frozenset())
    for place in range(first - 1, max(-1, first - 1 - reach), -1):
        norm = found[place].norm
        if norm in _STOPS:
            return False
        if norm in negations:
            return found[place + 1].norm not in yet
    return False


@lru_cache(maxsize=1024)
def name_spans(text: str, names: tuple[str, ...]) -> tuple[Span, ...]:
    """Where one of these names or fixed wordings stands."""
    return tuple(span for name in names if name for span in find_term(text, name))


def negations(text: str, language: str) -> int:
    known = NEGATIONS.get(language, frozenset())
    return sum(token.norm in known for token in tokens(text))
