"""Disclaimers stand word for word in every text that can be published alone. Must not accept a paraphrase."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from agents.auditing.findings import Brief, Family, Finding, Found, Options, Patch, Rule, Skip, Term, at
from agents.auditing.pieces import Piece, Text
from agents.auditing.platforms import count, platform
from agents.auditing.words import holds_term


class Disclaimers(Options):
    texts: Annotated[list[Term], Field(max_length=100)] = Field(default_factory=list)


def disclaimers(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    wanted = tuple(dict.fromkeys((*brief.disclaimers, *rule.read(Disclaimers).texts)))
    if not wanted:
        yield Skip(None, "The brief and the pack ask for no disclaimers.")
        return
    for piece in pieces:
        for text in piece.of_kind("body", "post"):
            for disclaimer in wanted:
                if not holds_term(text.text, disclaimer):
                    yield _missing(rule, text, disclaimer)
        for group in dict.fromkeys(text.group for text in piece.of_kind("alt_text")):
            printed = [text for text in piece.texts if text.group == group and text.kind != "alt_text"]
            for disclaimer in wanted:
                if not any(holds_term(text.text, disclaimer) for text in printed):
                    why = f"The disclaimer “{disclaimer}” is not on the poster of {group}. {rule.why}"
                    yield Finding(rule, piece.slot, why)


def _missing(rule: Rule, text: Text, disclaimer: str) -> Finding:
    """The span is the end of the text, where the disclaimer belongs; the patch puts it there, if it fits."""
    end = len(text.text)
    addition = (" " if text.kind == "post" else "\n\n") + disclaimer
    known = platform(text.group) if text.kind == "post" else None
    fits = known is None or count(text.text + addition, known) <= known.limit
    patch = Patch(text.path, end, end, addition) if fits else None
    return at(rule, text, (end, end), f"The disclaimer “{disclaimer}” is missing. {rule.why}", patch)


DISCLAIMERS: Final = Family("disclaimers", disclaimers, Disclaimers, "Disclaimers", topic="disclaimers")
