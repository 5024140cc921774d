from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conductor.lib.money import as_decimal, as_text


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "0.00"),
        (500_000, "0.50"),
        (125, "0.000125"),
        (12_345_678, "12.345678"),
        (-1_500_000, "-1.50"),
        (10**15, "1000000000.00"),
    ],
)
def test_money_as_text(micros: int, text: str) -> None:
    assert as_text(micros) == text


@given(st.integers(-(10**18), 10**18))
def test_nothing_is_lost(micros: int) -> None:
    assert Decimal(as_text(micros)) == as_decimal(micros)
