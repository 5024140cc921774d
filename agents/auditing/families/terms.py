"""Prohibited and required terms, in their inflected forms and whatever they are disguised as.

Must find a term whatever its case, width, spacing or invisible characters, and must not find another word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from agents.auditing.disguises import readings
from agents.auditing.findings import Brief, Family, Finding, Found, Options, Rule, Skip, Term, Terms, at, replace
from agents.auditing.forms import LEAST_IN_COMPOUND, in_compound
from agents.auditing.lexicon import Reach, lexicon
from agents.auditing.pieces import SLOT_TITLES, Piece, Text
from agents.auditing.tokens import tokens
from agents.auditing.words import Span, find_term, holds_term

MAX_PER_TERM: Final = 50
Forms: TypeAlias = Literal["exact", "inflected", "compounds"]
LEAST_DISGUISED: Final = 4
"""A shorter term is not looked for in disguise: too many other words would look like it."""


class Prohibited(Options):
    """`forms`: the term only, its inflections too, or German compounds too; `disguises`: look through them or not."""

    terms: Terms = Field(default_factory=list)
    replacements: dict[Term, Annotated[str, Field(max_length=500)]] = Field(default_factory=dict)
    forms: Forms = "compounds"
    disguises: bool = True


class Required(Options):
    """`forms`: whether an inflected form of the term will do."""

    terms: Terms = Field(default_factory=list)
    forms: Literal["exact", "inflected"] = "inflected"


@dataclass(frozen=True, slots=True)
class _Place:
    term: str
    span: Span
    how: Literal["exact", "form", "compound", "disguise"]


def prohibited_terms(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Every place where a term of the brief or of the pack stands; a patch only where the pack names a replacement."""
    options = rule.read(Prohibited)
    terms = tuple(dict.fromkeys((*brief.prohibited_terms, *options.terms)))
    if not terms:
        yield Skip(None, "The brief and the pack prohibit no terms.")
        return
    for piece in pieces:
        for text in piece.texts:
            for place in _places(text.text, text.language, terms, options.forms, options.disguises):
                yield _finding(rule, text, place, options.replacements.get(place.term))


def _finding(rule: Rule, text: Text, place: _Place, replacement: str | None) -> Finding:
    said = {
        "exact": f"“{place.term}” is a prohibited term.",
        "form": f"This is a form of the prohibited term “{place.term}”.",
        "compound": f"This word is made from the prohibited term “{place.term}”.",
        "disguise": f"This reads as the prohibited term “{place.term}”.",
    }[place.how]
    quote = text.text[slice(*place.span)]
    safe = replacement is not None and place.how == "exact" and fits_article(text.text, place.span, replacement)
    patch = replace(text, place.span, in_case_of(quote, replacement)) if safe and replacement is not None else None
    return at(rule, text, place.span, f"{said} {rule.why}", patch)


def in_case_of(quote: str, replacement: str) -> str:
    """The replacement with the capitals of what it replaces."""
    letters = [letter for letter in quote if letter.isalpha()]
    if len(letters) > 1 and all(letter.isupper() for letter in letters):
        return replacement.upper()
    if letters and quote[0].isupper() and replacement[:1].islower():
        return replacement[0].upper() + replacement[1:]
    return replacement


def fits_article(text: str, span: Span, replacement: str) -> bool:
    """Whether an English a or an before the place still fits."""
    before = text[: span[0]].rstrip().rsplit(None, 1)[-1:]
    article = before[0].casefold() if before else ""
    if article not in ("a", "an") or not replacement.strip():
        return True
    return (replacement[0].casefold() in "aeiou") is (article == "an")


@lru_cache(maxsize=4096)
def _places(text: str, language: str, terms: tuple[str, ...], forms: Forms, disguises: bool) -> tuple[_Place, ...]:
    found: list[_Place] = []
    for term in terms:
        found += [_Place(term, span, "exact") for span in find_term(text, term)[:MAX_PER_TERM]]
    if forms != "exact":
        found += _new(found, _inflected(text, language, terms))
    if forms == "compounds" and language == "de":
        found += _new(found, _compounds(text, terms))
    if disguises:
        found += _new(found, _disguised(text, language, terms, "exact" if forms == "exact" else "inflected"))
    return tuple(sorted(found, key=lambda place: place.span))


def _new(known: list[_Place], more: Iterator[_Place]) -> list[_Place]:
    """Places that overlap none that is known."""
    taken = [place.span for place in known]
    fresh: list[_Place] = []
    for place in more:
        if not any(start < place.span[1] and place.span[0] < end for start, end in taken):
            taken.append(place.span)
            fresh.append(place)
        if len(fresh) >= MAX_PER_TERM:
            break
    return fresh


def _inflected(text: str, language: str, terms: tuple[str, ...]) -> Iterator[_Place]:
    found = tokens(text)
    for hit in lexicon(terms, language, "inflected").find(found):
        if language != "de" or _same_kind(text, hit.start, hit.term):
            yield _Place(hit.term, (hit.start, hit.end), "form")


def _same_kind(text: str, start: int, term: str) -> bool:
    """In German a noun stays a noun: Kosten is not found in “kostet”."""
    return not term[:1].isupper() or text[start].isupper()


def _compounds(text: str, terms: tuple[str, ...]) -> Iterator[_Place]:
    parts = [term for term in terms if len(term) >= LEAST_IN_COMPOUND and term.isalpha()]
    if not parts:
        return
    heads = {term[:LEAST_IN_COMPOUND].casefold() for term in parts}
    for token in tokens(text):
        word = text[token.start : token.end]
        if len(word) >= LEAST_IN_COMPOUND + 3 and any(head in token.norm for head in heads):
            for term in parts if word[0].isupper() else filter(str.islower, parts):
                part = in_compound(word, term)
                if part is not None:
                    yield _Place(term, (token.start, token.end), "compound")
                    break


def _disguised(text: str, language: str, terms: tuple[str, ...], reach: Reach) -> Iterator[_Place]:
    others = readings(text, language)
    if not others:
        return
    long = tuple(term for term in terms if sum(letter.isalpha() for letter in term) >= LEAST_DISGUISED)
    joined = tuple("".join(token.norm for token in tokens(term)) for term in long)
    for read, changed in others:
        for hit in lexicon(long, language, reach).find(read):
            if any(number in changed for number in range(hit.first, hit.last + 1)):
                yield _Place(hit.term, (hit.start, hit.end), "disguise")
        for hit in lexicon(joined, language, reach).find(read):
            if hit.first in changed:
                yield _Place(long[joined.index(hit.term)], (hit.start, hit.end), "disguise")


def required_terms(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Each required term stands at least once in each written piece (in a body, in a post of every platform)."""
    options = rule.read(Required)
    terms = tuple(dict.fromkeys((*brief.required_terms, *options.terms)))
    if not terms:
        yield Skip(None, "The brief and the pack require no terms.")
        return
    for piece in pieces:
        for name, texts in _where(piece).items():
            for term in terms:
                if texts and not any(_says(text, term, options) for text in texts):
                    yield Finding(rule, piece.slot, f"“{term}” is required, but {name}. {rule.why}")


def _says(text: Text, term: str, options: Required) -> bool:
    if holds_term(text.text, term):
        return True
    return options.forms == "inflected" and bool(lexicon((term,), text.language, "inflected").find(tokens(text.text)))


def _where(piece: Piece) -> dict[str, list[Text]]:
    if piece.slot == "short_copy":
        groups = dict.fromkeys(text.group for text in piece.texts)
        return {f"no post for {name} says it": [text for text in piece.texts if text.group == name] for name in groups}
    if piece.slot == "copy":
        return {"no body says it": piece.of_kind("body")}
    return {f"the {SLOT_TITLES[piece.slot]} does not say it": list(piece.texts)}


PROHIBITED_TERMS: Final = Family("prohibited_terms", prohibited_terms, Prohibited, "Prohibited terms", topic="terms")
REQUIRED_TERMS: Final = Family("required_terms", required_terms, Required, "Required terms", topic="terms")
