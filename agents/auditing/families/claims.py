"""Superlatives, absolutes and other claims that need a proof, held against the brief's table of claims and proofs.

Must not flag what claims nothing: set phrases, negations, names, and disclaimers word for word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from pydantic import Field, field_validator

from agents.auditing.asides import asides
from agents.auditing.context import is_negated, name_spans, sentence_of, touches
from agents.auditing.findings import Brief, Claim, Code, Family, Finding, Found, Options, Rule, Terms, at, spoken
from agents.auditing.lexicon import Hit, bad_notation, notation
from agents.auditing.meaning import says
from agents.auditing.pieces import Piece, Text
from agents.auditing.tokens import Token, tokens

_AFTER: Final = 14


_ASKS: Final = re.compile(r"\W*(?:who|which|what|where|wer|welche[rsnm]?|was|wo)\b", re.IGNORECASE)
"""A real question claims nothing, as in: Who makes the best jam?"""


class Lists(Options):
    """What makes a claim, and in which set phrases the same words claim nothing; both in the notation of packs."""

    terms: Terms = Field(default_factory=list)
    harmless: Terms = Field(default_factory=list)

    @field_validator("terms", "harmless")
    @classmethod
    def _readable(cls, terms: list[str]) -> list[str]:
        for term in terms:
            if words := bad_notation(term):
                raise ValueError(f"{term!r} {words}")
        return terms


class Claims(Options):
    """`negated`: a negated claim counts too, as for promises that even in the negative must not be made."""

    languages: dict[Code, Lists] = Field(min_length=1, max_length=20)
    negated: bool = False


def claims(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Every claim whose sentence no entry of the table backs with a proof."""
    options = rule.read(Claims)
    texts, skips = spoken(pieces, options.languages)
    yield from skips
    fixed = (*brief.disclaimers, brief.brand, *brief.required_terms)
    seen: set[tuple[str, str, int]] = set()
    for text in (*texts, *asides(pieces, options.languages)):
        lists = options.languages[text.language]
        for hit in _claims_in(text.text, text.language, tuple(lists.terms), tuple(lists.harmless), options.negated):
            place = (text.slot, text.path, hit.start)
            if place not in seen and not touches((hit.start, hit.end), name_spans(text.text, fixed)):
                seen.add(place)
                yield from _judge(rule, brief, text, hit)


@lru_cache(maxsize=4096)
def _claims_in(
    text: str, language: str, terms: tuple[str, ...], harmless: tuple[str, ...], negated: bool
) -> tuple[Hit, ...]:
    found = tokens(text)
    hits = notation(terms).find(found)
    if not hits:
        return ()
    spans = [(hit.start, hit.end) for hit in notation(harmless).find(found)] if harmless else []
    return tuple(
        hit
        for hit in hits
        if not touches((hit.start, hit.end), spans) and (negated or not is_negated(found, hit.first, language))
    )


def _judge(rule: Rule, brief: Brief, text: Text, hit: Hit) -> Iterator[Finding]:
    start, end = sentence_of(text.text, hit.start)
    sentence = text.text[start:end]
    if _ASKS.match(sentence) and sentence.endswith("?"):
        return
    quote = text.text[hit.start : hit.end]
    backed = [claim for claim in brief.claims if _is_about(claim, quote, sentence, text.language)]
    if any(claim.proof for claim in backed):
        return
    if backed:
        why = f"The brief claims “{quote}”, but gives no proof of it."
    elif any(says(sentence, message, text.language) for message in brief.key_messages):
        why = f"“{quote}” is a key message of the brief, but no proof in its table of claims backs it."
    else:
        why = f"Nothing in the brief proves “{quote}”."
    yield at(rule, text, (hit.start, hit.end), f"{why} {rule.why}")


def _is_about(claim: Claim, quote: str, sentence: str, language: str) -> bool:
    """A claim backs a sentence that says it with the same telling word, or most of whose words it holds."""
    if says(sentence, claim.claim, language):
        return True
    wanted = _telling(tokens(quote))
    return wanted <= _telling(tokens(claim.claim)) and says(claim.claim, sentence, language, enough=0.6)


def _telling(found: Sequence[Token]) -> frozenset[str]:
    return frozenset(token.norm[:_AFTER] for token in found if token.is_word)


CLAIMS: Final = Family("claims", claims, Claims, "Unsupported claims and superlatives", topic="claims")
