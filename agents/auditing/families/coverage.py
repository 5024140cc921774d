"""Is the brief said at all: pieces that are missing, key messages that no sentence carries, a product nobody names.

Must not guess: a message counts as said where one sentence holds most of its telling words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Final, TypeAlias

from pydantic import Field

from agents.auditing.context import sentence_spans
from agents.auditing.findings import Brief, Code, Family, Finding, Found, Options, Rule, Skip, Terms
from agents.auditing.meaning import ENOUGH, share_said, synonyms_of
from agents.auditing.pieces import SLOT_TITLES, Piece, Text
from agents.auditing.tokens import tokens
from agents.auditing.words import Span, stem, stems

_ARTICLE = re.compile(r"(?:an?|the|our|my)\s+", re.IGNORECASE)
_TAIL = re.compile(r"\s(?:that|which|who|with|for|made|from|by|to|in|on)\s", re.IGNORECASE)
_CONCLUDES = re.compile(r",? (?:so|sodass|damit)\b")

TWO_NEED: Final = 0.75
"""The share of a message's telling words that two sentences in a row must hold; one needs less."""
LEAST_NAME: Final = 6
ALIKE: Final = 0.85
"""From so many letters on a word of a name may be misspelt, and so much of it has to stand."""


@dataclass(frozen=True, slots=True)
class Said:
    """The sentence that carries a message; text None means that nobody says it."""

    message: str
    text: Text | None = None
    start: int = 0
    end: int = 0


def missing_pieces(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    for piece in pieces:
        if piece.content is None or not piece.texts:
            yield Finding(rule, piece.slot, f"The {SLOT_TITLES[piece.slot]} is missing. {rule.why}")


class Coverage(Options):
    """`enough` is the share of telling words; `synonyms` are groups of words that say the same, by language."""

    enough: float = Field(default=ENOUGH, ge=0.3, le=1)
    synonyms: dict[Code, Annotated[list[Terms], Field(max_length=500)]] = Field(default_factory=dict)


def brief_coverage(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Each key message is said somewhere in what was handed in."""
    present = [piece for piece in pieces if piece.texts]
    if not brief.key_messages:
        yield Skip(None, "The brief has no key messages.")
    elif present:
        slot = present[0].slot if len(present) == 1 else None
        for said in coverage(brief.key_messages, present, rule.read(Coverage)):
            if said.text is None:
                yield Finding(rule, slot, f"Nothing says the key message “{said.message}”. {rule.why}")


def product_named(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Each piece names the product, or says most of what it is; several without a word of it speak of another."""
    if not brief.product:
        yield Skip(None, "The brief names no product.")
        return
    wanted = stems(_bare(name_of(brief.product)))
    present = [(piece, _words_of(piece)) for piece in pieces if piece.texts]
    among = set().union(*(held for _, held in present))
    strange = len(present) > 1 and bool(wanted) and not any(word in among or _nearly(word, among) for word in wanted)
    for piece, held in present:
        if not all(word in held or _nearly(word, held) for word in wanted):
            why = f"The {SLOT_TITLES[piece.slot]} does not name the product"
            if strange:
                yield Finding(rule, piece.slot, f"{why}, and neither does any other piece. {rule.why}", severity="high")
            else:
                yield Finding(rule, piece.slot, f"{why}. {rule.why}")


def _words_of(piece: Piece) -> set[str]:
    return {stem(_bare(token.base)) for text in piece.texts for token in tokens(text.text) if token.is_word}


def _bare(text: str) -> str:
    """Without accents: Cafe Morgenrot is Café Morgenrot."""
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _nearly(word: str, held: Iterable[str]) -> bool:
    """Whether a misspelt form of a long word is there: that is a fault of another family, not a missing name."""
    near = (other for other in held if other[:1] == word[:1] and abs(len(other) - len(word)) <= 1)
    return len(word) >= LEAST_NAME and any(SequenceMatcher(None, word, other).ratio() >= ALIKE for other in near)


def name_of(product: str) -> str:
    """What to look for: the words before the first comma, colon, dash or bracket; of a description that starts with an
    article, the words before its first relative clause or preposition."""
    for mark in (",", ":", ";", " \u2013 ", " \u2014 ", " - ", " (", "\n"):
        product = product.split(mark, 1)[0]
    article = _ARTICLE.match(product.strip())
    if article is None:
        return product.strip()
    head = product.strip()[article.end() :]
    tail = _TAIL.search(head)
    return (head[: tail.start()] if tail else head).strip()


def coverage(messages: Sequence[str], pieces: Sequence[Piece], options: Coverage | None = None) -> list[Said]:
    """For each message the sentence that says it best, if one says it well enough; else two that stand together."""
    chosen = options or Coverage()
    texts = tuple(text for piece in pieces for text in piece.texts if text.kind != "alt_text")
    groups = tuple((code, tuple(map(tuple, known))) for code, known in chosen.synonyms.items())
    return list(_found(tuple(messages), texts, chosen.enough, groups))


_Groups: TypeAlias = tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]


@lru_cache(maxsize=16)
def _found(messages: tuple[str, ...], texts: tuple[Text, ...], enough: float, groups: _Groups) -> tuple[Said, ...]:
    synonyms = {code: synonyms_of(known, code) for code, known in groups}
    return tuple(_best(message, texts, enough, synonyms) for message in messages)


def _best(message: str, texts: Sequence[Text], enough: float, synonyms: Mapping[str, Mapping[str, str]]) -> Said:
    def share(text: Text, span: Span) -> float:
        return share_said(text.text[slice(*span)], message, text.language, synonyms.get(text.language))

    found = [(share(text, span), text, span) for text in texts for span in _spans(text, message)]
    best = max(found, key=lambda entry: entry[0], default=None)
    if best is not None and best[0] >= enough:
        return Said(message, best[1], *best[2])
    pairs = [(share(text, span), text, span) for text in texts for span in _pairs(text)]
    best = max(pairs, key=lambda entry: entry[0], default=None)
    if best is not None and best[0] >= max(TWO_NEED, enough):
        return Said(message, best[1], *best[2])
    return Said(message)


def _spans(text: Text, message: str) -> Sequence[Span]:
    """The sentences; where one holds the message word for word, only that, without what it concludes from it."""
    spans = sentence_spans(text.text)
    bare = message.rstrip(".!? ")
    exact = [span for span in spans if bare and bare in text.text[slice(*span)]] if bare in text.text else []
    return [_before_conclusion(text.text, span, bare) for span in exact[:1]] or spans


def _before_conclusion(text: str, span: Span, message: str) -> Span:
    """Up to ", so ..." after the message: a "without" in what follows from it does not take it back."""
    end = text.index(message, span[0]) + len(message)
    return (span[0], end) if _CONCLUDES.match(text, end, span[1]) else span


def _pairs(text: Text) -> list[Span]:
    """Two sentences of one paragraph."""
    spans = sentence_spans(text.text)
    together = pairwise(spans)
    return [(one[0], two[1]) for one, two in together if "\n\n" not in text.text[one[1] : two[0]]]


MISSING_PIECES: Final = Family("missing_pieces", missing_pieces, title="Missing pieces", topic="coverage")
BRIEF_COVERAGE: Final = Family("brief_coverage", brief_coverage, Coverage, "Coverage of the brief", topic="coverage")
PRODUCT_NAMED: Final = Family("product_named", product_named, title="Name of the product", topic="coverage")
