"""Field shapes shared by the models: primary keys, status columns, money. No models here."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db import models

from conductor.lib.ids import new_id


def uuid_pk() -> models.UUIDField[Any, Any]:
    """A UUIDv7 primary key: sorts by time of creation."""
    return models.UUIDField(primary_key=True, default=new_id, editable=False)


def status(states: type[StrEnum], default: StrEnum | None = None, **kwargs: Any) -> models.CharField[Any, Any]:
    """A status column. Only `campaigns.transitions` writes it after birth."""
    choices = [(s.value, s.value.replace("_", " ")) for s in states]
    if default is not None:
        kwargs["default"] = default.value
    return models.CharField(max_length=24, choices=choices, **kwargs)


def micros(**kwargs: Any) -> models.BigIntegerField[Any, Any]:
    """Money as integer millionths of the currency's unit (SQLite's decimals are floats)."""
    kwargs.setdefault("default", 0)
    return models.BigIntegerField(**kwargs)
