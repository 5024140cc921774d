"""Money between its two forms: integer millionths inside, decimal text outside. Never a float."""

from decimal import Decimal

MICROS = 1_000_000


def as_text(micros: int) -> str:
    """At least two decimal places, as many as it takes up to six: "0.50", "0.000125"."""
    sign = "-" if micros < 0 else ""
    whole, part = divmod(abs(micros), MICROS)
    return f"{sign}{whole}.{f'{part:06}'.rstrip('0').ljust(2, '0')}"


def as_decimal(micros: int) -> Decimal:
    return Decimal(micros) / MICROS
