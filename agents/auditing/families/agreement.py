"""Numbers, dates, prices, times and names that disagree with the brief or between pieces, or that nothing gives.

Must not compare what counts different things: two quantities conflict only where they are of one kind and their
sentences speak of the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pydantic import Field

from agents.auditing.context import name_spans, sentence_of, touches
from agents.auditing.dates import WEEKDAY_NAMES, weekday_before, weekday_of
from agents.auditing.families.names import misspelt
from agents.auditing.findings import Brief, Family, Finding, Found, Options, Rule, Severity, Skip, Terms, at
from agents.auditing.languages import detect
from agents.auditing.meaning import telling
from agents.auditing.pieces import Piece, Text
from agents.auditing.quantities import MOST, Quantity, quantities
from agents.auditing.tokens import tokens

ABOUT_THE_SAME: Final = 0.5
"""The share of the telling words of the shorter sentence that two sentences about one thing have in common."""
_CLAUSE = re.compile(r"[,;\u2013\u2014](?=\s)|(?<=\s)(?:and|but|und|aber)(?=\s)")
_DIGITS = re.compile(r"\d[\d.,]*")
_NEAR: Final = 300
"""So many characters on each side of a number are its sentence, where there are no marks."""
_REMEMBERED: Final = 200
_EXCUSED_AFTER: Final = ("a day", "am tag", "pro tag", "a week", "die woche", "pro woche", "a year", "im jahr")
_ROUND_THE_CLOCK: Final = frozenset(("24 hours", "24 stunden", "7 days", "7 tage", "365 days", "365 tage"))


class Agreement(Options):
    """`unsupported`: how bad a number is that the brief does not give; `listed`: nouns that only count points."""

    unsupported: Severity | None = "medium"
    listed: Terms = Field(default_factory=list)
    most_listed: int = Field(default=12, ge=0, le=100)
    labels: Terms = Field(default_factory=list)
    names: bool = True


@dataclass(frozen=True, slots=True)
class _Said:
    """A quantity with the telling words of its sentence, and the noun it counts."""

    quantity: Quantity
    about: frozenset[str]
    noun: str
    words: str
    text: Text | None = None


def agreement(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    options = rule.read(Agreement)
    texts = [text for piece in pieces for text in piece.texts]
    facts = [said for fact in brief.facts for said in _said_in(fact, detect(fact).language or brief.language or "en")]
    firm = [
        said
        for fact in (brief.product, *brief.key_messages, *brief.disclaimers, *(c.claim for c in brief.claims))
        for said in _said_in(fact, detect(fact).language or brief.language or "en")
    ]
    if not brief.facts and len(texts) < 2:
        yield Skip(None, "There is no brief and only one text: nothing to agree with.")
        return
    fixed = (brief.brand, *brief.disclaimers)
    earlier: list[_Said] = []
    for text in texts:
        names = name_spans(text.text, fixed)
        if len(quantities(text.text)) >= MOST:
            yield Skip(text.slot, f"{text.path} has more numbers than can be compared.", failed=True)
            continue
        for said in _said_in(text.text, text.language, text):
            span = (said.quantity.start, said.quantity.end)
            if touches(span, names):
                continue
            yield from _weekday(rule, said, facts)
            if any(said.quantity.same(fact.quantity) or _bare(said, fact) or _alone(said, fact) for fact in facts):
                yield from _other_period(rule, said, firm)
            elif not _excused(text, said, options, brief):
                yield from _disagreement(
                    rule,
                    said,
                    firm,
                    earlier,
                    options,
                    has_facts=bool(brief.product or brief.key_messages or brief.claims),
                )
                earlier = [*earlier[-_REMEMBERED:], said]
    if options.names:
        yield from misspelt(rule, brief, texts)


def _bare(said: _Said, fact: _Said) -> bool:
    """A fact that gives the number without a unit, or the other way round, backs it."""
    one, other = said.quantity, fact.quantity
    loose = "count" in (one.kind, other.kind) and {one.kind, other.kind} <= {"count", "year", "price", "percent"}
    return loose and one.value == other.value


def _alone(said: _Said, fact: _Said) -> bool:
    """A figure set large on a line of its own, its unit on the next: backed by a fact that begins with its digits."""
    if said.text is None or said.text.kind != "poster_text":
        return False
    whole, quantity = said.text.text, said.quantity
    end = whole.find("\n", quantity.end)
    line = whole[whole.rfind("\n", 0, quantity.start) + 1 : end]
    if end < 0 or any(letter.isalpha() for letter in line):
        return False
    return _DIGITS.findall(said.words) == _DIGITS.findall(fact.words)[:1] != []


@lru_cache(maxsize=2048)
def _read(text: str, language: str) -> tuple[tuple[Quantity, frozenset[str], str], ...]:
    found = []
    for quantity in quantities(text):
        start, end = _clause(text, quantity.start, quantity.end)
        words = telling(text[start : quantity.start] + " " + text[quantity.end : end], language)
        found.append((quantity, words, _noun(text, quantity.end, language)))
    return tuple(found)


def _clause(text: str, first: int, last: int) -> tuple[int, int]:
    """The part of the sentence that the number belongs to: doors open at six, the music starts at eight."""
    start, end = sentence_of(text, first)
    start, end = max(start, first - _NEAR), min(end, last + _NEAR)
    cuts = [match.span() for match in _CLAUSE.finditer(text, start, end)]
    left = max((stop for _, stop in cuts if stop <= first), default=start)
    right = min((begin for begin, _ in cuts if begin >= last), default=end)
    return (left, right) if any(letter.isalpha() for letter in text[left:first] + text[last:right]) else (start, end)


def _said_in(text: str, language: str, of: Text | None = None) -> list[_Said]:
    return [_Said(q, about, noun, text[q.start : q.end], of) for q, about, noun in _read(text, language)]


def _noun(text: str, end: int, language: str) -> str:
    """The stem of the first telling word after the number."""
    following = tokens(text[end : end + 60])
    for token in following[:3]:
        if not token.is_word:
            return ""
        found = telling(token.norm, language)
        if len(token.norm) > 2:
            return next(iter(found), "")
    return ""


def _excused(text: Text, said: _Said, options: Agreement, brief: Brief) -> bool:
    """Numbers that state no fact about the product: lists, idioms, labels, and numbers in words."""
    quantity, whole = said.quantity, text.text
    words = " ".join(said.words.casefold().split())
    after = whole[quantity.end : quantity.end + 40].casefold()
    if words in _ROUND_THE_CLOCK and after.strip().startswith(_EXCUSED_AFTER):
        return True
    if quantity.kind == "percent" and quantity.value == 100:
        return True
    if quantity.kind == "measure" and quantity.spelled:
        return False
    if quantity.kind != "count":
        return False
    before = tokens(whole[max(0, quantity.start - 40) : quantity.start])
    label = before[-1].norm if before else ""
    if label in options.labels or label.endswith(
        ("straße", "strasse", "str", "weg", "platz", "allee", "gasse", "street")
    ):
        return True
    small = isinstance(quantity.value, tuple) or quantity.value <= options.most_listed
    next_word = tokens(after)[:2]
    listed = any(token.norm in options.listed for token in next_word)
    return small and (listed or quantity.value == len(brief.key_messages) or _numbers_a_list(whole, quantity))


def _numbers_a_list(text: str, quantity: Quantity) -> bool:
    """1. or 2) at the start of a line."""
    line = text[text.rfind("\n", 0, quantity.start) + 1 : quantity.start]
    return not line.strip(" \t*•-#(") and text[quantity.end : quantity.end + 1] in (".", ")", ":")


def _disagreement(
    rule: Rule, said: _Said, firm: Sequence[_Said], earlier: Sequence[_Said], options: Agreement, *, has_facts: bool
) -> Iterator[Finding]:
    other = _same_thing(said, firm)
    if other is not None:
        yield _finding(rule, said, f"This says “{said.words}”, but the brief says “{other.words}”. {rule.why}")
        return
    mine = [one for one in earlier if one.text is not said.text]
    other = _same_thing(said, mine, strict=True)
    if other is not None and other.text is not None:
        where = f"{other.text.slot}.{other.text.path}"
        yield _finding(rule, said, f"This says “{said.words}”, but {where} says “{other.words}”. {rule.why}")
    elif has_facts and options.unsupported is not None and not said.quantity.spelled:
        why = f"The brief gives nothing that “{said.words}” could rest on. {rule.why}"
        yield _finding(rule, said, why, options.unsupported)


def _finding(rule: Rule, said: _Said, why: str, severity: Severity | None = None) -> Finding:
    assert said.text is not None
    return at(rule, said.text, (said.quantity.start, said.quantity.end), why, severity=severity)


def _same_thing(said: _Said, others: Sequence[_Said], *, strict: bool = False) -> _Said | None:
    """The other quantity that tells the same thing with another value: of one kind, about the same, or the only one."""
    comparable = [other for other in others if _comparable(said, other)]
    if any(said.quantity.same(other.quantity) for other in comparable):
        return None
    scored = [(_common(said, other), -number, other) for number, other in enumerate(comparable)]
    share, _, best = max(scored, default=(0.0, 0, None), key=lambda entry: entry[:2])
    if best is None:
        return None
    alone = not strict and len({other.quantity.value for other in comparable}) == 1 and not said.quantity.spelled
    certain = alone and said.quantity.kind in ("price", "date", "clock") and share > 0
    return best if share >= ABOUT_THE_SAME or certain else None


def _comparable(said: _Said, other: _Said) -> bool:
    one, two = said.quantity, other.quantity
    if (one.kind, one.unit) != (two.kind, two.unit) or (one.period and two.period and one.period != two.period):
        return False
    return one.kind != "count" or (bool(said.noun) and said.noun == other.noun)


def _common(said: _Said, other: _Said) -> float:
    least = min(len(said.about), len(other.about))
    return len(said.about & other.about) / least if least else 0.0


def _other_period(rule: Rule, said: _Said, firm: Sequence[_Said]) -> Iterator[Finding]:
    """The same price, but for another period of time."""
    mine = said.quantity
    same = [other for other in firm if other.quantity.same(mine) and other.quantity.period]
    if mine.kind == "price" and mine.period and same and all(o.quantity.period != mine.period for o in same):
        period = same[0].quantity.period
        yield _finding(
            rule, said, f"“{said.words}” is for a {mine.period} here and for a {period} in the brief. {rule.why}"
        )


def _weekday(rule: Rule, said: _Said, facts: Sequence[_Said]) -> Iterator[Finding]:
    """A weekday that is not the date's own, by the calendar or by the brief."""
    value, text = said.quantity.value, said.text
    if said.quantity.kind != "date" or text is None or not isinstance(value, tuple):
        return
    written = weekday_before(text.text, said.quantity.start)
    if written is None:
        return
    dates = [value, *(f.quantity.value for f in facts if f.quantity.same(said.quantity))]
    true = {day for day in (weekday_of(date) for date in dates if isinstance(date, tuple)) if day is not None}
    day, start, _ = written
    if true and day not in true:
        name = WEEKDAY_NAMES[next(iter(sorted(true)))]
        why = f"This date is a {name}, not a {WEEKDAY_NAMES[day]}. {rule.why}"
        yield at(rule, text, (start, said.quantity.end), why)


AGREEMENT: Final = Family(
    "agreement", agreement, Agreement, "Numbers, dates, prices and names that disagree", topic="agreement"
)
