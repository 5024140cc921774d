"""What requests may hold: bodies in which every name is known, objects, money. Shape only; actions judge meaning."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from conductor.lib.errors import BadInput

MOST_UNKNOWN: Final = 20
#: What a column of whole numbers holds.
LARGEST_NUMBER: Final = 2**31 - 1
OBJECT: Final = {"type": "object", "additionalProperties": {}}


class Body(serializers.Serializer[Any]):
    """A request body; a name that means nothing here is refused, so that no misspelt wish is silently dropped."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError(
                    {name[:80]: ["There is no such field."] for name in unknown[:MOST_UNKNOWN]}
                )
        return super().to_internal_value(data)


class NothingBody(Body):
    """A command that needs no words."""


@extend_schema_field(OBJECT)
class ObjectField(serializers.Field[Any, Any, Any, Any]):
    """A JSON object, kept as it is."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("Must be an object.")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field({})
class AnyField(serializers.JSONField):
    """Any JSON value."""


@extend_schema_field({"type": "string", "pattern": r"^\d{1,9}(\.\d{1,6})?$", "example": "12.50"})
class MoneyField(serializers.Field[Any, Any, Any, Any]):
    """An amount as text, or a whole number; never a float, which is no exact amount."""

    def to_internal_value(self, data: Any) -> Decimal:
        text = str(data) if isinstance(data, int) and not isinstance(data, bool) else data
        whole, _, part = text.partition(".") if isinstance(text, str) else ("", "", "")
        plain = whole.isascii() and whole.isdigit() and len(whole) <= 9
        if not plain or (("." in text) and not (part.isascii() and part.isdigit() and len(part) <= 6)):
            raise serializers.ValidationError('Must be an amount as text, as in "12.50": at most six decimal places.')
        return Decimal(text)

    def to_representation(self, value: Any) -> Any:
        return value


class StrictBooleanField(serializers.BooleanField):
    """true or false, not "yes" or 1."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("Must be true or false.")
        return data


class StrictIntegerField(serializers.IntegerField):
    """A JSON number without a fraction; text and truth values are not numbers."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            raise serializers.ValidationError("Must be a whole number.")
        return super().to_internal_value(data)


class StrictNumberField(serializers.FloatField):
    """A JSON number; text and truth values are not numbers."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise serializers.ValidationError("Must be a number.")
        return super().to_internal_value(data)


class TextField(serializers.CharField):
    """Text; numbers are not taken for it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("allow_blank", not kwargs.get("required", True))
        super().__init__(**kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        if data is not empty and data is not None and not isinstance(data, str):
            raise serializers.ValidationError("Must be text.")
        return super().run_validation(data)


class VersionedBody(Body):
    """A change of something that has a version; the header If-Match may say it instead."""

    version = StrictIntegerField(required=False, min_value=1, max_value=LARGEST_NUMBER)


class ReasonBody(Body):
    reason = TextField(required=False, max_length=500, default="")


def refuse_unbuilt(body: dict[str, Any], words: Mapping[str, str]) -> None:
    """Names of the contract that have no effect yet are refused when they say something."""
    errors = {name: said for name, said in words.items() if body.pop(name, None) not in (None, "", {}, [])}
    if errors:
        raise BadInput(errors=errors)


def whole_number(said: str | None, name: str, *, least: int = 1, most: int = LARGEST_NUMBER) -> int | None:
    """A number that stands in the query of an address under that name; None where nothing does."""
    if said is None:
        return None
    if not (said.isascii() and said.isdigit() and len(said) <= 19 and least <= int(said) <= most):
        raise BadInput(code="malformed", errors={name: f"Must be a whole number from {least} to {most}."})
    return int(said)
