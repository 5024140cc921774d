"""What a poster can make large out of plain sentences: a figure with its unit, a date with its hour.

Must not add anything: what is returned stands in the sentence, in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

_MONTHS: Final = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember"
)
_DATE: Final = (
    re.compile(
        rf"(?<![\w:.,/-])(?P<day>0?[1-9]|[12]\d|3[01])\.?(?:st|nd|rd|th)?(?:\s*(?:to|until|and|bis|und|\u2013|-)\s*(?P<last>\d{{1,2}})\.?(?:st|nd|rd|th)?)?"
        rf"\s+(?:of\s+)?(?P<month>{_MONTHS})\b(?:\s+(?P<year>20\d\d))?"
    ),
    re.compile(
        rf"\b(?P<month>{_MONTHS})\s+(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\d:])(?:\s*(?:to|and|\u2013|-)\s*(?P<last>\d{{1,2}})(?:st|nd|rd|th)?)?\b"
        r"(?:,?\s+(?P<year>20\d\d))?"
    ),
)
_UNTIL: Final = re.compile(r"\b(?:until|till|by|before|to|through|bis|vor)\s+(?:the\s+)?$", re.IGNORECASE)
_ONWARDS: Final = re.compile(rf"\s*(?:to|until|till|bis|\u2013|-)\s*(?P<end>\d{{1,2}}\.?\s+(?:{_MONTHS}))\b")
_TIME: Final = re.compile(
    r"\b(?:[01]?\d|2[0-3])[:.][0-5]\d\b(?:\s?(?:am|pm|Uhr))?|\b(?:1[0-2]|[1-9])\s?(?:am|pm|Uhr)\b"
)
_EVENT: Final = re.compile(
    r"\b(?:festivals?|concerts?|conferences?|summit|workshops?|webinars?|open (?:day|evening|house)|exhibitions?|"
    r"screenings?|fair|marathon|meetup|gala|premiere|lectures?|street party|"
    r"(?:fun|evening|night|charity|kilomet(?:re|er)) run)\b",
    re.IGNORECASE,
)
_FIGURE: Final = re.compile(
    r"(?P<before>[€$£]\s?)?(?<![\w.,:/-])(?P<number>\d{1,3}(?:[,\u202f ]\d{3})+|\d+(?:[.,]\d+)?)"
    r"(?P<after>\s?(?:%|percent\b|per cent\b|€|\$|£|km\b|kg\b|m\b|GB\b|kWh\b|h\b|°C))?(?![\w:/-])"
)
_SHARE: Final = re.compile(r"\s+(?:of|in)\s+(?:the\s+)?\d[\d,]*\s+[a-z-]+")
"""As in 31 of the 48 flats."""
_STOP: Final = frozenset(
    "and or but with without after before since until that which who if when so because for from in at on by to than "
    "is are was were has have can may will not your our their its the".split()
)
_WEAK: Final = frozenset("am pm uhr o'clock".split())


class Figure(NamedTuple):
    number: str
    unit: str
    strength: int


def figure(sentence: str) -> Figure | None:
    """The figure that a sentence is about, with the words right after it."""
    found: list[Figure] = []
    dates = [match.span() for pattern in _DATE for match in pattern.finditer(sentence)]
    for match in _FIGURE.finditer(sentence):
        bare = match["number"].replace(",", "").replace(" ", "").replace("\u202f", "")
        sign = bool(match["before"] or match["after"])
        if any(start <= match.start() < end for start, end in dates) or (
            re.fullmatch(r"(?:19|20)\d\d", bare) and not sign
        ):
            continue
        rest = sentence[match.end() :]
        share = _SHARE.match(rest)
        unit = share.group().strip() if share else _unit(rest)
        if not sign and not unit:
            continue
        after = (match["after"] or "").replace(" percent", "%").replace(" per cent", "%")
        number = f"{match['before'] or ''}{match['number']}{after}"
        found.append(Figure(number, unit, 2 * sign + (len(bare) > 1) + (len(unit.split()) > 1)))
    return max(found, key=lambda entry: entry.strength, default=None)


def _unit(rest: str) -> str:
    """The thing counted: two words, or more where they go on with "of", "a" or "per"."""
    words: list[str] = []
    for word in re.split(r"[.,;:!?()\u2013\u2014]", rest, maxsplit=1)[0].split():
        goes_on = word in ("a", "of", "per") or (words and words[-1] in ("a", "of", "per", "more"))
        if word.casefold() in _STOP or word.casefold() in _WEAK or len(words) == 5 or (len(words) >= 2 and not goes_on):
            break
        words.append(word)
    if words and words[-1].casefold() in ("a", "an", "per", "of", "more", "less", "new"):
        words.pop()
    return " ".join(words) if not rest.startswith(("'", "\u2019")) else ""


class When(NamedTuple):
    day: str
    rest: str


def date(texts: Iterable[str]) -> When | None:
    """The first date that the texts name: the day or days, and the month with the year and the hour."""
    for text in texts:
        for pattern in _DATE:
            # The last day of something is not the day of it.
            found = next((each for each in pattern.finditer(text) if not _UNTIL.search(text[: each.start()])), None)
            if found:
                day = found["day"] + (f"\u2013{found['last']}" if found["last"] else "")
                month = " ".join(filter(None, (found["month"], found["year"])))
                if onwards := _ONWARDS.match(text[found.end() :]):
                    return When(day, f"{month} \u2013 {onwards['end']}")
                hour = _TIME.search(text[found.end() : found.end() + 40])
                return When(day, f"{month} · {hour.group()}" if hour else month)
    return None


def is_event(*texts: str) -> bool:
    return any(_EVENT.search(text) for text in texts)
