"""Numbers are read however they are written, and only where they are numbers."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.auditing.numerals import WORDS, any_of, value_of
from agents.auditing.quantities import MOST, quantities

LETTERS = st.text(st.sampled_from("19 .,:/€$%-\u2013kgEUR Juni JuneMay1st"), max_size=60)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,000", 1000), ("1.000", 1000), ("1000", 1000), ("1.000,50", Decimal("1000.5")), ("19.90", Decimal("19.9")),
        ("19,9", Decimal("19.9")), ("1.250.000", 1_250_000), ("thirty", 30), ("Twenty-four", 24), ("dreißig", 30),
        ("fünfundzwanzig", 25), ("two hundred", 200), ("zweitausend", 2000), ("a dozen", 12),
    ],
)  # fmt: skip
def test_values(text: str, value: object) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("€19 a month", "19 euros per month"),
        ("EUR 19.00/month", "19 € im Monat"),
        ("1,200 shops", "1.200 Läden"),
        ("30 days", "thirty days"),
        ("a 30-day trial", "dreißig Tage"),
        ("7 days", "1 week"),
        ("24 months", "2 years"),
        ("15 %", "fifteen percent"),
        ("15 June", "June 15th"),
        ("15. Juni 2025", "2025-06-15"),
        ("15.06.", "June 15"),
        ("7 pm", "19:00"),
        ("19 Uhr", "7:00 p.m."),
        ("900 g", "0.9 kg"),
        ("12 more hours", "12 hours"),
    ],
)
def test_the_same_in_other_words(one: str, other: str) -> None:
    assert len(quantities(one)) == len(quantities(other)) == 1
    assert quantities(one)[0].same(quantities(other)[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("30 days", "a month"),
        ("30 days", "1 month"),
        ("€19", "$19"),
        ("15 June 2025", "15 June 2026"),
        ("15 %", "15 kg"),
    ],
)
def test_not_the_same(one: str, other: str) -> None:
    assert not any(a.same(b) for a in quantities(one) for b in quantities(other))


@pytest.mark.parametrize(
    "text",
    ["24/7", "#Trail40", "B2B", "https://x.example/2025", "No. 1", "ISO 9001", "COVID-19", "may 5x", "one of us"],
)
def test_no_quantities(text: str) -> None:
    assert quantities(text) == ()


def test_a_range_shares_its_unit() -> None:
    assert [(q.kind, q.value) for q in quantities("10 to 15 %")] == [("percent", 10), ("percent", 15)]


def test_only_so_many_are_read() -> None:
    assert len(quantities("17 cats. " * 2_000)) == MOST


@given(LETTERS)
def test_spans_lie_in_the_text_in_order(text: str) -> None:
    last = 0
    for quantity in quantities(text):
        assert last <= quantity.start < quantity.end <= len(text)
        last = quantity.end


@given(st.sets(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=6))
def test_a_pattern_of_many_words_finds_exactly_these(words: set[str]) -> None:
    pattern = re.compile(any_of(words))
    for word in words:
        assert pattern.fullmatch(word)
    for other in ("", "d", "abcabc", "cccc"):
        assert (pattern.fullmatch(other) is not None) == (other in words)


def test_number_words_have_their_values() -> None:
    assert WORDS["zweiundvierzig"] == WORDS["forty-two"] == 42
