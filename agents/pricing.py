"""What a call to a model costs, before and after: a team's own prices first, then public ones. Unknown is never zero.

Must not fetch anything: public prices come with an installed package, as of its version.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final

from agents import providers
from agents.contracts import Price

ANY_MODEL: Final = "*"
PER: Final = 1_000_000
#: Asked for so many tokens at once, since some models cost more for very long prompts, which ours are not.
_PORTION: Final = 10_000


def price_of(provider: str, model: str, own: Mapping[str, Price]) -> Price | None:
    """What a model costs per million tokens; None where nobody has said."""
    return own.get(model) or own.get(ANY_MODEL) or _public(provider, model)


def cost(price: Price | None, input_tokens: int, output_tokens: int) -> int | None:
    """Micro-units of money, rounded up; None where the price is unknown."""
    if price is None:
        return None
    return math.ceil((input_tokens * price.input_micros + output_tokens * price.output_micros) / PER)


@cache
def _public(provider: str, model: str) -> Price | None:
    known = providers.KNOWN[provider].prices if provider in providers.KNOWN else ""
    if not known:  # what an endpoint of one's own costs, only its owner knows
        return None
    prices: Any = import_module("genai_prices")
    try:
        asked = [
            prices.calc_price(prices.Usage(input_tokens=i, output_tokens=o), model, provider_id=known).total_price
            for i, o in ((_PORTION, 0), (0, _PORTION))
        ]
    except LookupError:
        return None
    return Price(*(math.ceil(amount * PER * PER / _PORTION) for amount in asked))
