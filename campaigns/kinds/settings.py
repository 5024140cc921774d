"""Reads settings by a table of fields: each value typed and within bounds, each fault told by its field. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

from agents.specs import parse as parse_spec
from conductor.lib.errors import BadInput

Reader: TypeAlias = Callable[[object], Any]
"""Takes a raw value; gives the typed one or raises BadValue with a sentence, or BadInput by fields below."""


class BadValue(ValueError):
    """One value is not valid; the message is a sentence, and whoever knows the field's name adds it."""


LONGEST_RUN_S: Final = 90 * 86_400.0

HIGHEST_SAFE: Final = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly."""

_MONEY = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?\Z")
_DIGITS = re.compile(r"-?[0-9]{1,20}\Z")


def read(raw: Mapping[str, Any], fields: Mapping[str, Reader], prefix: str = "settings") -> dict[str, Any]:
    """The typed values of what was given; None counts as not given. All faults at once, as BadInput by field."""
    if not isinstance(raw, Mapping):
        raise BadInput(errors={prefix: "Must be an object of settings."})
    errors: dict[str, str | Sequence[str]] = {}
    values: dict[str, Any] = {}
    for name, value in raw.items():
        reader = fields.get(name)
        if reader is None:
            errors[f"{prefix}.{_short(name)}"] = f"There is no such setting. Known: {', '.join(sorted(fields))}."
        elif value is not None:
            try:
                values[name] = reader(value)
            except BadValue as error:
                errors[f"{prefix}.{name}"] = str(error)
            except BadInput as error:
                errors.update(_below(error, f"{prefix}.{name}"))
    if errors:
        raise BadInput(errors=errors)
    return values


def whole(low: int, high: int) -> Reader:
    """A whole number within bounds; text made only of digits is taken too, since forms and shells send that."""

    def reader(value: object) -> int:
        if isinstance(value, str) and _DIGITS.match(value.strip()):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadValue("Must be a whole number.")
        if not low <= value <= high:
            raise BadValue(f"Must be between {low:,} and {high:,}.")
        return value

    return reader


def seconds(low: float, high: float) -> Reader:
    def reader(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadValue("Must be a number of seconds.")
        if not low <= value <= high:  # also refuses NaN
            raise BadValue(f"Must be between {low:g} and {high:g} seconds.")
        return float(value)

    return reader


def money(most: int) -> Reader:
    """An amount as text or a whole number, kept as text; never a float, which is no exact amount."""

    def reader(value: object) -> str:
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not _MONEY.match(text.strip()) or Decimal(text.strip()) > most:
            raise BadValue(f'Must be an amount such as "0.50", at most {most:,}, with six decimal places or fewer.')
        return text.strip()

    return reader


def choice(*words: str, unbuilt: Mapping[str, str] | None = None) -> Reader:
    """One of some words; `unbuilt` words are known, and refused with their own sentence."""

    def reader(value: object) -> str:
        if isinstance(value, str) and value in (unbuilt or {}):
            raise BadValue((unbuilt or {})[value])
        if not isinstance(value, str) or value not in words:
            raise BadValue(f"Must be one of: {', '.join(words)}.")
        return value

    return reader


def chain(value: object) -> list[str]:
    """An agent spec, or a fallback chain of them, as the list of its links."""
    if not isinstance(value, str | list | tuple):
        raise BadValue("Must name an agent, such as 'builtin', or be a list of such names.")
    return [str(spec) for spec in parse_spec(value)]


def table(fields: Mapping[str, Reader]) -> Reader:
    """An object of settings of its own; its faults are told by their full names."""

    def reader(value: object) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise BadValue(f"Must be an object with some of: {', '.join(sorted(fields))}.")
        return read(value, fields, prefix="")

    return reader


def refused(words: str) -> Reader:
    """A setting that is known by name and not to be had: refused, since a stored setting must act."""

    def reader(value: object) -> Any:
        raise BadValue(words)

    return reader


#: What one attempt may use of a model, over all its calls, and whether answers that were kept are given again.
MODEL_FIELDS: Final[dict[str, Reader]] = {
    "per_attempt": table({"tokens": whole(1_000, 10_000_000), "money": money(1_000_000)}),
    "cache": choice("off", "replay", "only"),
}


def _below(error: BadInput, prefix: str) -> dict[str, str | Sequence[str]]:
    """Faults of a nested reader under their full names; an agent spec's own fault belongs to the field itself."""
    if error.code == "unknown_agent":
        return {prefix: [words for said in error.errors.values() for words in said] or [error.message]}
    return {f"{prefix}{field}": said for field, said in error.errors.items()}


def _short(name: object) -> str:
    text = str(name).encode("ascii", "backslashreplace").decode()
    return text if len(text) <= 60 else f"{text[:60]}…"
