"""What calls cost: a team's own price first, then public ones; what nobody knows stays unknown."""

import pytest

from agents.contracts import Price
from agents.pricing import cost, price_of


def test_own_price_of_a_model_goes_before_that_of_any_and_the_public_one() -> None:
    own = {"gpt-4o": Price(1, 2), "*": Price(3, 4)}
    assert price_of("openai", "gpt-4o", own) == Price(1, 2)
    assert price_of("openai", "other", own) == Price(3, 4)


def test_public_prices_need_no_network() -> None:
    assert price_of("openai", "gpt-4o", {}) == Price(2_500_000, 10_000_000)


@pytest.mark.parametrize(
    ("provider", "model"), [("openai", "no-such-model"), ("openai-compatible", "gpt-4o"), ("", "")]
)
def test_what_nobody_knows_is_none(provider: str, model: str) -> None:
    assert price_of(provider, model, {}) is None
    assert cost(None, 1_000, 1_000) is None


def test_cost_is_rounded_up_and_zero_is_a_price() -> None:
    assert cost(Price(1, 0), 1, 0) == 1
    assert cost(Price(2_000_000, 8_000_000), 500, 250) == 3_000
    assert cost(Price(0, 0), 10**9, 10**9) == 0
