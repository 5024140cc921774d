"""Token and time prices as exact decimals. A price that is not known is None, never zero.

Must not use floats for money. The table below holds only what costs nothing; prices of models are settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any, Final

from agents.contracts import Usage
from agents.specs import Spec
from conductor.lib.errors import BadInput

MICROS: Final = Decimal(1_000_000)
HIGHEST: Final = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Price:
    """Prices in whole units of a currency: per million tokens, and per hour of work."""

    input_per_million: Decimal = Decimal(0)
    output_per_million: Decimal = Decimal(0)
    per_hour: Decimal = Decimal(0)


FREE: Final = Price()
PRICES: Final[dict[str, Price]] = {
    "builtin": FREE,
    "shell": FREE,
    "human": FREE,
    "scripted": FREE,
}


def read_prices(raw: Mapping[str, Any]) -> dict[str, Price]:
    """A price table from settings: spec to the fields of Price, as text or whole numbers; BadInput names the entry."""
    table = dict(PRICES)
    for name, entry in raw.items():
        if not isinstance(entry, Mapping):
            raise BadInput(
                f"The price of {name!r} is not a table.",
                errors={f"prices.{name}": "must be a table"},
            )
        unknown = set(entry) - {"input_per_million", "output_per_million", "per_hour"}
        if unknown:
            raise BadInput(errors={f"prices.{name}.{key}": "is not a price" for key in sorted(map(str, unknown))})
        table[name] = Price(**{key: _amount(f"prices.{name}.{key}", value) for key, value in entry.items()})
    return table


def _amount(field: str, value: object) -> Decimal:
    if isinstance(value, bool | float):
        raise BadInput(errors={field: "must be a whole number or a decimal in quotes, not a float"})
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise BadInput(errors={field: "is not a number"}) from error
    if not amount.is_finite() or not 0 <= amount <= HIGHEST:
        raise BadInput(errors={field: f"must be between 0 and {HIGHEST:,}"})
    return amount


def price_of(spec: Spec, table: Mapping[str, Price] = PRICES) -> Price | None:
    """The price of a spec: its full name first, then its backend; None when nobody has stated one."""
    return table.get(str(spec)) or table.get(spec.backend)


def cost(price: Price | None, usage: Usage, seconds: Decimal = Decimal(0)) -> Decimal | None:
    """What a use costs, exactly; None when the price is unknown."""
    if price is None:
        return None
    tokens = usage.input_tokens * price.input_per_million + usage.output_tokens * price.output_per_million
    return tokens / MICROS + price.per_hour * seconds / 3600


def micros(amount: Decimal | None) -> int | None:
    """Whole micro-units, rounded up so that a cost is never understated."""
    return None if amount is None else int((amount * MICROS).to_integral_value(rounding=ROUND_CEILING))
