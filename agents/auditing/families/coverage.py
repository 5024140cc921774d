"""Is the brief said at all: pieces that are missing, key messages that no sentence carries, a product nobody names.

Must not guess: a message counts as said where one sentence holds most of its telling words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.auditing.findings import Brief, Finding, Found, Rule, Skip
from agents.auditing.pieces import SLOT_TITLES, Piece, Text
from agents.auditing.words import sentences, stems

_ARTICLE = re.compile(r"(?:an?|the|our|my)\s+", re.IGNORECASE)
_TAIL = re.compile(r"\s(?:that|which|who|with|for|made|from|by|to|in|on)\s", re.IGNORECASE)

ENOUGH = 0.6
"""The share of a message's telling words that one sentence must hold."""


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


def brief_coverage(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Each key message is said somewhere in what was handed in."""
    present = [piece for piece in pieces if piece.texts]
    if not brief.key_messages:
        yield Skip(None, "The brief has no key messages.")
    elif present:
        slot = present[0].slot if len(present) == 1 else None
        for said in coverage(brief.key_messages, present):
            if said.text is None:
                yield Finding(rule, slot, f"Nothing says the key message “{said.message}”. {rule.why}")


def product_named(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Each piece names the product, or says most of what it is."""
    if not brief.product:
        yield Skip(None, "The brief names no product.")
        return
    wanted = stems(name_of(brief.product))
    for piece in pieces:
        if piece.texts and wanted and not wanted <= frozenset().union(*(stems(text.text) for text in piece.texts)):
            yield Finding(rule, piece.slot, f"The {SLOT_TITLES[piece.slot]} does not name the product. {rule.why}")


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


def coverage(messages: Sequence[str], pieces: Sequence[Piece]) -> list[Said]:
    """For each message the sentence that says it best, if one says it well enough."""
    found = [
        (text, start, end, stems(text.text[start:end]))
        for piece in pieces
        for text in piece.texts
        if text.kind != "alt_text"
        for start, end in sentences(text.text)
    ]
    return [_best(message, found) for message in messages]


def _best(message: str, found: Sequence[tuple[Text, int, int, frozenset[str]]]) -> Said:
    wanted = stems(message)
    best, share = Said(message), 0.0
    for text, start, end, held in found if wanted else ():
        here = len(wanted & held) / len(wanted)
        if here > share:
            best, share = Said(message, text, start, end), here
    return best if share >= ENOUGH else Said(message)
