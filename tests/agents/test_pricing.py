"""Prices are exact, and unknown is not zero."""

from decimal import Decimal

import pytest

from agents.contracts import Usage
from agents.pricing import FREE, Price, cost, micros, price_of, read_prices
from agents.specs import Spec
from conductor.lib.errors import BadInput


def test_tokens_cost_exactly_their_price() -> None:
    price = Price(Decimal("0.15"), Decimal("0.60"))
    assert cost(price, Usage(1_000_000, 500_000)) == Decimal("0.45")


def test_time_costs_by_the_hour() -> None:
    assert cost(Price(per_hour=Decimal(6)), Usage(), Decimal(600)) == Decimal(1)


def test_unknown_price_gives_unknown_cost() -> None:
    assert price_of(Spec("llm", "new")) is None
    assert cost(None, Usage(5, 5)) is None
    assert micros(None) is None


def test_builtin_is_free() -> None:
    assert price_of(Spec("builtin")) == FREE


def test_full_spec_wins_over_its_backend() -> None:
    table = read_prices({"llm": {"per_hour": "1"}, "llm:a": {"per_hour": "2"}})
    assert price_of(Spec("llm", "a"), table) == Price(per_hour=Decimal(2))
    assert price_of(Spec("llm", "b"), table) == Price(per_hour=Decimal(1))


def test_micros_round_up() -> None:
    assert micros(Decimal("0.0000001")) == 1
    assert micros(Decimal("1.5")) == 1_500_000


@pytest.mark.parametrize(
    "entry",
    [
        3,
        {"per_hour": 1.5},
        {"per_hour": "NaN"},
        {"per_hour": "-1"},
        {"per_hour": "1e999"},
        {"x": "1"},
        {"per_hour": True},
    ],
)
def test_bad_price_is_refused_by_its_field(entry: object) -> None:
    with pytest.raises(BadInput) as caught:
        read_prices({"llm": entry})
    assert next(iter(caught.value.errors)).startswith("prices.llm")
