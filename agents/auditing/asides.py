"""Sentences of one language within a text of another: a claim is no less one because French stands around it.

Must not guess: a sentence has a language of its own only where it says so clearly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from agents.auditing.context import sentence_spans
from agents.auditing.languages import of_text
from agents.auditing.pieces import Piece, Text
from agents.auditing.words import Span


def asides(pieces: Sequence[Piece], languages: Iterable[str]) -> list[Text]:
    """Each sentence that is clearly in one of the languages within a text of another, alone at its own place."""
    known = frozenset(languages)
    return [
        replace(text, text=_alone(text.text, span), language=language)
        for piece in pieces
        for text in piece.texts
        for span, language in _foreign(text.text, text.language)
        if language in known
    ]


def _alone(text: str, span: Span) -> str:
    """The text with spaces for all but the span, so that places stay what they are."""
    start, end = span
    return f"{' ' * start}{text[start:end]}{' ' * (len(text) - end)}"


@lru_cache(maxsize=2048)
def _foreign(text: str, language: str) -> tuple[tuple[Span, str], ...]:
    spans = sentence_spans(text)
    if len(spans) < 2:
        return ()
    told = [(span, of_text(text[slice(*span)], language)) for span in spans]
    return tuple((span, spoken) for span, spoken in told if spoken != language)
