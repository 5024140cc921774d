"""Inclusive language: words that leave people out or hurt them, with better ones where the pack knows them.

Must not touch names, and not what somebody is quoted as saying.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Final, TypeAlias

from pydantic import Field, field_validator

from agents.auditing.asides import asides
from agents.auditing.context import inside, name_spans, quoted, touches
from agents.auditing.families.terms import fits_article, in_case_of
from agents.auditing.findings import Brief, Code, Family, Found, Options, Rule, Skip, Term, Terms, at, replace, spoken
from agents.auditing.lexicon import Hit, bad_notation, notation
from agents.auditing.pieces import Piece, Text
from agents.auditing.tokens import at_sentence_start, normal, tokens
from agents.auditing.words import Span

Better: TypeAlias = Annotated[str, Field(max_length=200)]


_POSSESSIVE: Final = re.compile(r"^(?:['\u2019]s)?\s*")


class Words(Options):
    """Terms in the notation of packs, each with a better word or ""; `harmless` are set phrases that hold a term."""

    terms: dict[Term, Better] = Field(default_factory=dict, max_length=1_000)
    harmless: Terms = Field(default_factory=list)

    @field_validator("terms", "harmless")
    @classmethod
    def _readable(cls, terms: dict[str, str] | list[str]) -> dict[str, str] | list[str]:
        for term in terms:
            if words := bad_notation(term):
                raise ValueError(f"{term!r} {words}")
        return terms


class Inclusive(Options):
    """`active: false` keeps the list at hand without applying it."""

    languages: dict[Code, Words] = Field(min_length=1, max_length=20)
    active: bool = True
    quotes: bool = False


def inclusive(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    options = rule.read(Inclusive)
    if not options.active:
        yield Skip(None, "The pack has turned this rule off.")
        return
    texts, skips = spoken(pieces, options.languages)
    yield from skips
    names = (brief.brand, _named(brief.product), *brief.required_terms, *brief.disclaimers)
    seen: set[tuple[str, str, int]] = set()
    for text in (*texts, *asides(pieces, options.languages)):
        lists = options.languages[text.language]
        for hit in _hits(text.text, tuple(lists.terms), tuple(lists.harmless)):
            span = (hit.start, hit.end)
            said = text.text[slice(*span)]
            place = (text.slot, text.path, hit.start)
            if (
                place in seen
                or _is_name(text, span)
                or touches(span, name_spans(text.text, names))
                or (not options.quotes and inside(span, quoted(text.text)))
            ):
                continue
            seen.add(place)
            better = lists.terms[hit.term]
            # A replacement is safe where the very word stands there, not another form of it.
            safe = better and normal(said) == normal(hit.term) and fits_article(text.text, span, better)
            patch = replace(text, span, in_case_of(said, better)) if safe else None
            advice = f" Say “{better}” instead." if better else ""
            yield at(rule, text, span, f"“{said}” leaves people out or may hurt them.{advice} {rule.why}", patch)


@lru_cache(maxsize=2048)
def _hits(text: str, terms: tuple[str, ...], harmless: tuple[str, ...]) -> tuple[Hit, ...]:
    found = tokens(text)
    hits = notation(terms).find(found)
    if not hits or not harmless:
        return tuple(hits)
    spans = [(hit.start, hit.end) for hit in notation(harmless).find(found)]
    return tuple(hit for hit in hits if not touches((hit.start, hit.end), spans))


def _is_name(text: Text, span: Span) -> bool:
    """In English a capital within a sentence, beside another word with one, is a name: the Chairman Hotel."""
    said = text.text[slice(*span)]
    if text.language != "en" or not said[:1].isupper() or said.isupper() or at_sentence_start(text.text, span[0]):
        return False
    after, before = _POSSESSIVE.sub("", text.text[span[1] : span[1] + 40], count=1), text.text[: span[0]].split()
    return after[:1].isupper() or (len(before) > 1 and before[-1][:1].isupper())


def _named(product: str) -> str:
    """The product's name as far as it is one: the words before the first comma, if they are few."""
    name = product.split(",", 1)[0].strip()
    return name if name[:1].isupper() and len(name.split()) <= 4 else ""


INCLUSIVE_LANGUAGE: Final = Family("inclusive_language", inclusive, Inclusive, "Inclusive language", topic="inclusive")
