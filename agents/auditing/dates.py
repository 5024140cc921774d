"""Dates and weekdays as English and German write them. Must not take 3.50 for a date, nor look at any clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

_MONTHS: Final = (
    "january januar jänner jan", "february februar feb", "march märz mar mär", "april apr", "may mai", "june juni jun",
    "july juli jul", "august aug", "september sept sep", "october oktober oct okt", "november nov",
    "december dezember dec dez",
)  # fmt: skip
MONTHS: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_SHORT: Final = frozenset("jan feb mar mär apr jun jul aug sept sep oct okt nov dec dez".split())
_DAYS: Final = (
    "monday montag mon", "tuesday dienstag tue tues", "wednesday mittwoch wed", "thursday donnerstag thu thurs",
    "friday freitag fri", "saturday samstag sonnabend sat", "sunday sonntag sun",
)  # fmt: skip
WEEKDAYS: Final = {name: number for number, names in enumerate(_DAYS) for name in names.split()}
WEEKDAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_MONTH: Final = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_YEAR: Final = r"(?:,?\s(?P<{0}>(?:19|20)\d\d)(?!\d))?"
_DATE = re.compile(
    r"(?<![\w.])(?P<y1>(?:19|20)\d\d)-(?P<m1>\d{2})-(?P<d1>\d{2})(?!\w)"
    rf"|(?<![\w.])(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.)?(?:\sof)?\s(?P<m2>{_MONTH}){_YEAR.format('y2')}"
    rf"|(?<!\w)(?P<m3>{_MONTH})\s(?:the\s)?(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?![\w.,:]?\d|\w){_YEAR.format('y3')}"
    r"|(?<![\w.,])(?P<d4>\d{1,2})\.\s?(?P<m4>\d{1,2})\.(?:\s?(?P<y4>(?:19|20)\d\d|\d\d)(?!\d))?(?!\d)"
    r"|(?<![\w/])(?P<d5>\d{1,2})/(?P<m5>\d{1,2})/(?P<y5>(?:19|20)?\d\d)(?![\w/])",
    re.IGNORECASE,
)
_DAY_BEFORE = re.compile(
    r"(?<![\w.,])(\d{1,2})(?:st|nd|rd|th|\.)?\s?(?:,|and|und|&|or|oder|to|bis|[-\u2013])\s?$", re.IGNORECASE
)
_WEEKDAY = re.compile(
    r"(?<!\w)(?P<day>"
    + "|".join(sorted(WEEKDAYS, key=len, reverse=True))
    + r")\.?(?:s)?,?\s(?:the\s|den\s|dem\s|on\s|am\s)?$",
    re.IGNORECASE,
)


def dates_in(text: str) -> Iterator[tuple[tuple[int, ...], int, int]]:
    """(month, day) or (month, day, year), and its span. A month's name in lower case such as may or march is a verb."""
    for match in _DATE.finditer(text):
        found = match.groupdict()
        for number in "12345":
            if found[f"d{number}"] is not None:
                value = _value(found[f"d{number}"], found[f"m{number}"], found[f"y{number}"], slash=number == "5")
                if value is not None:
                    yield value, match.start(), match.end() - _full_stop(match.group(), found[f"m{number}"])
                    yield from _days_before(text, match.start(), value) if number == "2" else ()


def _days_before(text: str, start: int, value: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], int, int]]:
    """The other days of a list that names its month once, as in 3, 10 and 17 June."""
    while (day := _DAY_BEFORE.search(text, max(0, start - 12), start)) is not None:
        if not 1 <= int(day.group(1)) <= 31:
            return
        yield (value[0], int(day.group(1)), *value[2:]), day.start(1), day.end(1)
        start = day.start()


def _full_stop(said: str, month: str) -> int:
    """1 where the last dot ends the sentence and not a short month."""
    return int(said.endswith(month) and month.endswith(".") and month[:-1].casefold() not in _SHORT)


def _value(day: str, month: str, year: str | None, *, slash: bool) -> tuple[int, ...] | None:
    if not month.isdigit() and month.islower():
        return None
    first, second = int(day), int(month) if month.isdigit() else MONTHS[month.casefold().rstrip(".")]
    if slash and second > 12:
        first, second = second, first
    if not (1 <= first <= 31 and 1 <= second <= 12):
        return None
    if year is None:
        return second, first
    return second, first, int(year) + (2000 if len(year) == 2 else 0)


def weekday_before(text: str, start: int) -> tuple[int, int, int] | None:
    """The weekday that is written just before a date, as its number and span."""
    match = _WEEKDAY.search(text, max(0, start - 20), start)
    return None if match is None else (WEEKDAYS[match.group("day").casefold()], match.start("day"), match.end("day"))


def weekday_of(value: tuple[int, ...]) -> int | None:
    """The weekday of a whole date; None where the year is open or there is no such day."""
    if len(value) < 3:
        return None
    try:
        return date(value[2], value[0], value[1]).weekday()
    except ValueError:
        return None
