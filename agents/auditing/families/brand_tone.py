"""Tone against the brand: words it never uses, slang in a formal voice, officialese in a warm one, unwanted marks.

Must not judge taste: only what the brief's tone, guidelines and word lists contradict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from pydantic import Field, field_validator

from agents.auditing.context import inside, name_spans, quoted, touches
from agents.auditing.families.terms import fits_article, in_case_of
from agents.auditing.findings import Brief, Code, Family, Finding, Found, Options, Rule, Skip, Terms, at, replace
from agents.auditing.lexicon import Hit, bad_notation, lexicon, notation
from agents.auditing.pieces import Piece, Text
from agents.auditing.tokens import at_sentence_start, normal, tokens
from agents.auditing.words import Span

_ARROW: Final = re.compile(r"(?:->|=>|\u2192)")
_DOUBLED: Final = re.compile(r"[!?\u203c\u2049]{2,}|\u203c|\u2049")
_MARK: Final = re.compile(r"!(?![=\w])")
_NO_EXCLAMATION: Final = re.compile(
    r"\b(?:no|without|avoid|never(?: use)?|don't use|do not use)\s(?:\w+\s){0,2}?exclamation"
    r"|\b(?:keine?|ohne|nie|niemals)\s(?:\w+\s){0,2}?ausrufe",
    re.IGNORECASE,
)
_DU: Final = re.compile(r"\b(?:[Dd]u|[Dd]ich|[Dd]ir|[Dd]ein(?:e[mnrs]?)?|[Ee]uch|[Ee]uer|[Ee]ure[mnrs]?)\b")
_SIE: Final = re.compile(r"\b(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)\b")
_WANTS_DU: Final = re.compile(r"\b(?:duzen|per du|du-form|ansprache:? du)\b", re.IGNORECASE)
_WANTS_SIE: Final = re.compile(r"\b(?:siezen|per sie|sie-form|ansprache:? sie)\b", re.IGNORECASE)


class Words(Options):
    """What sounds casual and what sounds like an office, in the notation of packs."""

    casual: Terms = Field(default_factory=list)
    stiff: Terms = Field(default_factory=list)
    jargon: Terms = Field(default_factory=list)

    @field_validator("casual", "stiff", "jargon")
    @classmethod
    def _readable(cls, terms: list[str]) -> list[str]:
        for term in terms:
            if words := bad_notation(term):
                raise ValueError(f"{term!r} {words}")
        return terms


class BrandTone(Options):
    """`formal`, `relaxed` and `plain` are words of a tone or of guidelines that mean so, as the starts of words."""

    languages: dict[Code, Words] = Field(default_factory=dict, max_length=20)
    formal: Terms = Field(default_factory=list)
    relaxed: Terms = Field(default_factory=list)
    doubled_marks: bool = True
    address: bool = True


def brand_words(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Words that the brand avoids; and those it prefers, where none of them is used at all."""
    avoid = {term.strip(): better for term, better in map(_entry, brief.avoid) if term.strip()}
    if not avoid and not brief.prefer:
        yield Skip(None, "The brand neither avoids nor prefers words.")
        return
    texts = [text for piece in pieces for text in piece.texts]
    for text in texts:
        for hit in lexicon(tuple(avoid), text.language, "inflected").find(tokens(text.text)):
            yield _avoided(rule, text, hit, avoid[hit.term])
    if brief.prefer and texts and not any(_uses(text, brief.prefer) for text in texts):
        shown = ", ".join(brief.prefer)[:200]
        slot = texts[0].slot if len({text.slot for text in texts}) == 1 else None
        yield Finding(rule, slot, f"None of the brand's own words is used ({shown}). {rule.why}", severity="low")


def _entry(term: str) -> tuple[str, str]:
    """An entry of avoid: “word”, or “word -> replacement”."""
    word, *better = _ARROW.split(term, maxsplit=1)
    return word.strip().strip("\"'“”„"), better[0].strip().strip("\"'“”„") if better else ""


def _avoided(rule: Rule, text: Text, hit: Hit, better: str) -> Finding:
    span = (hit.start, hit.end)
    said = text.text[slice(*span)]
    safe = better and normal(said) == normal(hit.term) and fits_article(text.text, span, better)
    patch = replace(text, span, in_case_of(said, better)) if safe else None
    advice = f" and says “{better}”" if better else ""
    return at(rule, text, span, f"The brand avoids “{hit.term}”{advice}. {rule.why}", patch)


def _uses(text: Text, words: Sequence[str]) -> bool:
    return bool(lexicon(tuple(words), text.language, "inflected").find(tokens(text.text)))


def brand_tone(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    options = rule.read(BrandTone)
    asked = _flat(brief.tone, *brief.adjectives)
    wanted = _flat(brief.tone, *brief.adjectives, brief.guidelines)
    formal, relaxed = _means(asked, options.formal), _means(asked, options.relaxed)
    no_marks = _NO_EXCLAMATION.search(wanted) is not None
    fixed = (*brief.disclaimers, brief.brand, *brief.required_terms)
    for piece in pieces:
        for text in piece.texts:
            names = (*name_spans(text.text, fixed), *quoted(text.text))
            lists = options.languages.get(text.language, Words())
            if formal and not relaxed:
                yield from _words(rule, text, tuple(lists.casual), names, "casual, but the tone is to be formal")
            elif relaxed and not formal:
                yield from _words(rule, text, tuple(lists.stiff), names, "stiff, but the tone is to be relaxed")
            if "no jargon" in wanted or "kein jargon" in wanted or "keinen jargon" in wanted:
                yield from _words(rule, text, tuple(lists.jargon), names, "jargon, which the guidelines do not want")
            yield from _marks(rule, text, names, none=no_marks or (formal and not relaxed), options=options)
            if options.address and text.language == "de":
                yield from _address(rule, text, names, wanted)


def _flat(*texts: str) -> str:
    return " ".join(" ".join(texts).split()).casefold()


def _means(tone: str, starts: Sequence[str]) -> bool:
    words = [word.strip(".,;:()") for word in tone.split()]
    negated = {
        words[n + 1] for n, word in enumerate(words[:-1]) if word in ("not", "nicht", "never", "no", "keine", "kein")
    }
    return any(word.startswith(tuple(starts)) for word in words if word not in negated) if starts else False


def _words(rule: Rule, text: Text, terms: tuple[str, ...], names: Sequence[Span], what: str) -> Iterator[Finding]:
    for hit in _hits(text.text, terms):
        span = (hit.start, hit.end)
        if not touches(span, names):
            yield at(rule, text, span, f"“{text.text[slice(*span)]}” is {what}. {rule.why}")


@lru_cache(maxsize=2048)
def _hits(text: str, terms: tuple[str, ...]) -> tuple[Hit, ...]:
    return tuple(notation(terms).find(tokens(text))) if terms else ()


def _marks(rule: Rule, text: Text, names: Sequence[Span], *, none: bool, options: BrandTone) -> Iterator[Finding]:
    doubled = [match.span() for match in _DOUBLED.finditer(text.text)] if options.doubled_marks else []
    for start, end in doubled:
        if not inside((start, end), names):
            mark = "?" if "?" in text.text[start:end] else "." if none else "!"
            patch = replace(text, (start, end), mark)
            yield at(rule, text, (start, end), f"Marks in a row shout. {rule.why}", patch, severity="low")
    for match in _MARK.finditer(text.text) if none else ():
        if not touches(match.span(), doubled) and not inside(match.span(), names):
            words = f"An exclamation mark does not go with the tone that is asked for. {rule.why}"
            yield at(rule, text, match.span(), words, replace(text, match.span(), "."), severity="low")


def _address(rule: Rule, text: Text, names: Sequence[Span], wanted: str) -> Iterator[Finding]:
    """Du and Sie in one text, or one where the guidelines want the other."""
    du = [match.span() for match in _DU.finditer(text.text) if not touches(match.span(), names)]
    sie = [
        match.span()
        for match in _SIE.finditer(text.text)
        if not touches(match.span(), names) and not at_sentence_start(text.text, match.start())
    ]
    wants_du, wants_sie = _WANTS_DU.search(wanted) is not None, _WANTS_SIE.search(wanted) is not None
    if wants_du and not wants_sie and sie:
        yield at(rule, text, sie[0], f"The guidelines want “du”, and this says “Sie”. {rule.why}")
    elif wants_sie and not wants_du and du:
        yield at(rule, text, du[0], f"The guidelines want “Sie”, and this says “du”. {rule.why}")
    elif du and sie:
        later = max(du[0], sie[0])
        yield at(rule, text, later, f"This text says both “du” and “Sie” to its reader. {rule.why}")


BRAND_WORDS: Final = Family("brand_words", brand_words, title="Words of the brand", topic="tone")
BRAND_TONE: Final = Family("brand_tone", brand_tone, BrandTone, "Tone of the brand", topic="tone")
