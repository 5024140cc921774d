"""What a text says in numbers: prices, shares, durations, sizes, dates, times, years and counts, each with its span.

Must not take a number out of an address, a hashtag, a name such as “Hall 4” or a sign such as 24/7.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Final

from agents.auditing.dates import dates_in
from agents.auditing.numerals import MULTIPLIERS, NUMBER, WORD, any_of, plain, value_of

_CURRENCIES: Final = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "usd": "USD", "us$": "USD", "dollar": "USD",
    "dollars": "USD", "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "chf": "CHF", "franken": "CHF",
    "francs": "CHF", "sfr": "CHF",
}  # fmt: skip
_UNITS: Final[dict[str, tuple[str, Decimal]]] = {
    name: (dimension, Decimal(factor))
    for dimension, units in {
        "time": {
            "second seconds sec sekunde sekunden": "1", "minute minutes min mins minuten": "60",
            "hour hours hr hrs stunde stunden std": "3600", "day days tag tage tagen tages": "86400",
            "week weeks woche wochen": "604800",
        },
        "months": {"month months monat monate monaten": "1", "year years yr yrs jahr jahre jahren": "12"},
        "weight": {"mg": "0.001", "g gram grams gramm": "1", "kg kilo kilos kilogram kilograms kilogramm": "1000",
                   "t tonne tonnes tonnen": "1000000", "lb lbs": "453.592"},
        "length": {"mm": "1", "cm": "10", "m metre metres meter meters metern": "1000",
                   "km kilometre kilometres kilometer kilometers kilometern": "1000000", "mile miles": "1609344",
                   "inch inches zoll": "25.4"},
        "volume": {"ml": "1", "l litre litres liter liters litern": "1000"},
        "area": {"m² qm sqm quadratmeter quadratmetern": "1"},
        "energy": {"kwh": "1"},
        "data": {"mb": "1", "gb": "1000", "tb": "1000000"},
        "degrees": {"°c grad °": "1"},
    }.items()
    for names, factor in units.items()
    for name in names.split()
}  # fmt: skip
_PERIODS: Final = {
    "day": "day", "tag": "day", "night": "night", "nacht": "night", "week": "week", "woche": "week", "month": "month",
    "monat": "month", "mo": "month", "year": "year", "jahr": "year", "yr": "year", "hour": "hour", "stunde": "hour",
    "monthly": "month", "monatlich": "month", "yearly": "year", "annually": "year", "jährlich": "year",
    "weekly": "week", "wöchentlich": "week", "daily": "day", "täglich": "day", "person": "person", "user": "user",
    "seat": "user", "nutzer": "user",
}  # fmt: skip

_MONEY_SIGN: Final = r"(?:€|US\$|\$|£|EUR|USD|GBP|CHF|Sfr)"
_MONEY_WORD: Final = r"(?:€|\$|£|EUR|USD|GBP|CHF|euros?|dollars?|pounds?|Franken|francs)"
_TIMES: Final = r"(?:\s?(?:k|thousand|tausend|Tsd|m|Mio|millions?|Millionen|bn|billion|Mrd|Milliarden?)\b\.?)?"
_GAP: Final = r"[ \u00a0\u202f-]?"
_MORE: Final = (
    r"(?:\s(?:more|extra|full|whole|other|further|working|business|weitere[rn]?|ganze[rn]?|volle[rn]?|mehr"
    r"|zusätzliche[rn]?))?"
)
_UNIT_NAMES: Final = any_of(_UNITS)

_SKIP = re.compile(
    r"https?://\S+|www\.\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.\w[\w.]{0,80}|[#@]\w+|\b24/7\b|\b\d+/\d+(?![\d/])|\b\d+:\d(?!\d)"
    r"|(?:No|Nr|Nummer|Number|no|nr)\.?\s?\d{1,3}\b|\bCOVID-19\b|\b(?:ISO|DIN|EN|IP)[ -]?\d+(?:[:-]\d+)*|§+\s?\d+\w?"
    r"|\b(?=\w*[^\W\d_])(?=\w*\d)(?!\d+(?:g|kg|mg|km|m|cm|mm|l|ml|h|min|k|kwh|gb|mb|tb|x|am|pm|eur|usd|gbp|chf)\b)\w+\b"
    r"|\b\d{1,2}\s?x\b|(?:©|\(c\))\s?\d{4}(?:\s?[-\u2013]\s?\d{4})?",
    re.IGNORECASE,
)
_PRICE = re.compile(
    rf"(?P<before>{_MONEY_SIGN})\s?(?P<one>{NUMBER}){_TIMES}(?:,[-\u2013])?"
    rf"|(?<![\w.,])(?P<two>{NUMBER}|{WORD})(?:,[-\u2013])?{_TIMES}{_GAP}(?P<after>{_MONEY_WORD})(?!\w)",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"\s{0,2}(?:(?:/|per|a|an|each|every|pro|im|je|jeden|jede)\s{0,2})?(?P<period>" + "|".join(_PERIODS) + r")(?!\w)",
    re.IGNORECASE,
)
_SHARE = re.compile(rf"(?<![\w.,])({NUMBER}|{WORD}){_GAP}(?:%|percent\b|per cent\b|Prozent\b)", re.IGNORECASE)
_MEASURE = re.compile(
    rf"(?<![\w.,/])(?=\w)(?P<number>{NUMBER}|{WORD}){_MORE}{_GAP}(?P<unit>{_UNIT_NAMES})(?!\w)", re.IGNORECASE
)
_CLOCK = re.compile(
    r"(?<![\w.,:])(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s?(?P<half>[ap]\.?m\b\.?|uhr\b)"
    r"|(?<![\w.,:])(?P<hour2>\d{1,2}):(?P<minute2>\d{2})(?![\d:])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\w.,$€£-])(?:19|20)\d\d(?![\w%]|[.,]\d)")
_COUNT = re.compile(rf"(?<![\w.,/:'\u2019+-])(?:{NUMBER}){_TIMES}(?![\w/:])", re.IGNORECASE)
_RANGE = re.compile(r"\s?(?:[-\u2013\u2014]|to|bis|or|oder|and|und)\s?", re.IGNORECASE)


MOST: Final = 500
"""So many quantities of one text are read; a text with more is a table, and the agreement family says so."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """kind and unit say what can be compared with what; value is in the unit's base."""

    kind: str
    value: Decimal | tuple[int, ...]
    start: int
    end: int
    unit: str = ""
    period: str = ""
    spelled: bool = False

    def same(self, other: Quantity) -> bool:
        if self.kind == "date" and other.kind == "date":
            return _same_date(self.value, other.value)
        if self.kind == other.kind and self.unit == other.unit:
            return self.value == other.value
        return False


def _same_date(one: object, other: object) -> bool:
    """Day and month agree, and the year where both have one."""
    if not isinstance(one, tuple) or not isinstance(other, tuple):
        return False
    return one[:2] == other[:2] and (len(one) < 3 or len(other) < 3 or one[2] == other[2])


@lru_cache(maxsize=2048)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Every quantity in order of place; what one kind has read, the next does not read again."""
    digits = any(map(str.isdigit, text))
    if not digits and not _MAY_SPELL.search(text):
        return ()
    found = [Quantity("date", value, start, end) for value, start, end in dates_in(text)] if digits else []
    blank = _blanked(text, [*_SKIP.finditer(text), *found])
    plain_letters = text.casefold()
    for reader, marks in _READERS:
        # Most texts have neither currency nor per cent: they need not be searched letter by letter.
        if not (any(mark in plain_letters for mark in marks) if marks else digits):
            continue
        read = list(islice(reader(blank), MOST))
        found += read
        blank = _blanked(blank, read) if read else blank
    return tuple(_ranges(text, sorted(found, key=lambda quantity: quantity.start)[:MOST]))


_MAY_SPELL = re.compile(rf"(?<!\w)(?=\w){WORD}(?!\w)", re.IGNORECASE)


def _blanked(text: str, taken: Iterable[Quantity | re.Match[str]]) -> str:
    """The text with what was read, and what is no quantity, made blank; places stay."""
    pieces, last = [], 0
    spans = ((one.start, one.end) if isinstance(one, Quantity) else one.span() for one in taken)
    for start, end in sorted(spans):
        if end > last:
            first = max(start, last)
            pieces += [text[last:first], "\x00" * (end - first)]
            last = end
    return "".join([*pieces, text[last:]])


def _prices(text: str) -> Iterator[Quantity]:
    for match in _PRICE.finditer(text):
        sign = (match.group("before") or match.group("after")).casefold()
        number = match.group("one") or match.group("two")
        after = _PERIOD.match(text, match.end())
        period = _PERIODS[after.group("period").casefold()] if after else ""
        value = _times(number, match.group())
        yield Quantity("price", value, *match.span(), _CURRENCIES[sign], period, not number[0].isdigit())


def _times(number: str, whole: str) -> Decimal:
    """The value with the multiplier that stands behind the number."""
    rest = whole[whole.find(number) + len(number) :].strip(" ,-\u2013\u00a0\u202f.").casefold()
    words = re.findall(r"[a-z]+", rest)
    return value_of(number) * MULTIPLIERS.get(words[0] if words else "", 1)


def _shares(text: str) -> Iterator[Quantity]:
    for match in _SHARE.finditer(text):
        yield Quantity("percent", value_of(match.group(1)), *match.span(), "", "", not match.group(1)[0].isdigit())


def _clocks(text: str) -> Iterator[Quantity]:
    for match in _CLOCK.finditer(text):
        hour = int(match.group("hour") or match.group("hour2"))
        minute = int(match.group("minute") or match.group("minute2") or 0)
        half = (match.group("half") or "").casefold()
        if half.startswith("p") and hour < 12:
            hour += 12
        elif half.startswith("a") and hour == 12:
            hour = 0
        if hour <= 24 and minute < 60:
            yield Quantity("clock", Decimal(hour * 60 + minute), *match.span())


def _measures(text: str) -> Iterator[Quantity]:
    for match in _MEASURE.finditer(text):
        unit = match.group("unit")
        if len(unit) == 1 and unit.isupper():
            continue
        dimension, factor = _UNITS[unit.casefold()]
        number = match.group("number")
        value = value_of(number) * factor
        yield Quantity("measure", value, *match.span(), dimension, "", not number[0].isdigit())


def _years(text: str) -> Iterator[Quantity]:
    for match in _YEAR.finditer(text):
        yield Quantity("year", Decimal(match.group()), *match.span())


def _counts(text: str) -> Iterator[Quantity]:
    for match in _COUNT.finditer(text):
        number = re.match(NUMBER, match.group())
        if number is not None:
            yield Quantity("count", _times(number.group(), match.group()), *match.span())


def _ranges(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """In 10 to 15 % the first number is a share too."""
    for number, quantity in enumerate(found):
        after = found[number + 1] if number + 1 < len(found) else None
        bare = quantity.kind == "count" and after is not None and after.kind in ("price", "percent", "measure")
        if after is not None and bare and _RANGE.fullmatch(text, quantity.end, after.start):
            unit = next((f for n, (d, f) in _UNITS.items() if text[: after.end].casefold().endswith(n)), Decimal(1))
            value = quantity.value
            if isinstance(value, Decimal) and after.kind == "measure":
                value *= unit
            yield replace(quantity, kind=after.kind, unit=after.unit, period=after.period, value=value)
        else:
            yield quantity


_READERS: Final[tuple[tuple[Callable[[str], Iterator[Quantity]], tuple[str, ...]], ...]] = (
    (_prices, ("€", "$", "£", "eur", "usd", "gbp", "chf", "sfr", "dollar", "pound", "franken", "francs")),
    (_shares, ("%", "percent", "per cent", "prozent")),
    (_clocks, ()),
    (_measures, ("",)),
    (_years, ()),
    (_counts, ()),
)
"""In the order in which they read, each with what its quantities hold; where that is nothing, they hold digits."""


def shown(quantity: Quantity, text: str) -> str:
    return text[quantity.start : quantity.end]


__all__ = ["Quantity", "plain", "quantities", "shown"]
