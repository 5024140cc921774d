"""Filters of lists, declared in a table per resource. A name or value that is not offered is refused, never ignored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import UUID

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.views import APIView

from conductor.lib.errors import BadInput

#: Names that mean something to every list.
COMMON: Final = ("limit", "cursor", "ordering", "format")
LONGEST_TEXT: Final = 100


class Filter(Protocol):
    """How one name of the query string narrows a list."""

    required: bool

    def narrow(self, rows: QuerySet[Any], said: str) -> QuerySet[Any]:
        """ValueError, with a sentence, for a value that is none."""
        ...

    def schema(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class ById:
    """Rows that belong to this object; one that is not there, or not for you, has none."""

    path: str
    required: bool = False

    def narrow(self, rows: QuerySet[Any], said: str) -> QuerySet[Any]:
        try:
            return rows.filter(**{self.path: UUID(said)})
        except ValueError:
            raise ValueError("Must be an id.") from None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}


@dataclass(frozen=True, slots=True)
class OneOf:
    """Rows with one of these words, separated by commas."""

    path: str
    words: type[StrEnum] | tuple[str, ...]
    required: bool = False

    def narrow(self, rows: QuerySet[Any], said: str) -> QuerySet[Any]:
        asked = said.split(",")
        known = [str(word) for word in self.words]
        if not set(asked) <= set(known):
            raise ValueError(f"Must be of {', '.join(known)}.")
        return rows.filter(**{f"{self.path}__in": asked})

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[a-z_]+(,[a-z_]+)*$", "description": ", ".join(map(str, self.words))}


@dataclass(frozen=True, slots=True)
class Containing:
    """Rows of which a text contains this one, in any case."""

    path: str
    required: bool = False

    def narrow(self, rows: QuerySet[Any], said: str) -> QuerySet[Any]:
        if len(said) > LONGEST_TEXT:
            raise ValueError(f"At most {LONGEST_TEXT} characters.")
        return rows.filter(**{f"{self.path}__icontains": said})

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": LONGEST_TEXT}


@dataclass(frozen=True, slots=True)
class Being:
    """Rows with exactly this short text."""

    path: str
    required: bool = False

    def narrow(self, rows: QuerySet[Any], said: str) -> QuerySet[Any]:
        if len(said) > LONGEST_TEXT:
            raise ValueError(f"At most {LONGEST_TEXT} characters.")
        return rows.filter(**{self.path: said})

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": LONGEST_TEXT}


@dataclass(frozen=True, slots=True)
class Since:
    """Rows from this time on (`lookup` gte) or before it (`lt`); the zone must be said."""

    path: str
    lookup: str = "gte"
    required: bool = False

    def narrow(self, rows: QuerySet[Any], said: str) -> QuerySet[Any]:
        moment = _moment(said)
        if moment is None or moment.tzinfo is None or not 1970 <= moment.year <= 9000:
            raise ValueError("Must be a time with its zone, as in 2026-11-20T12:00:00Z.")
        return rows.filter(**{f"{self.path}__{self.lookup}": moment})

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


def _moment(said: str) -> datetime | None:
    try:
        return parse_datetime(said)
    except ValueError:
        return None


class QueryFilters(BaseFilterBackend):
    """Applies the table `filters` of a view."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        table: Mapping[str, Filter] = getattr(view, "filters", {})
        errors: dict[str, str] = {}
        for name, how in table.items():
            said = request.query_params.get(name)
            if said:
                try:
                    queryset = how.narrow(queryset, said)
                except ValueError as error:
                    errors[name] = str(error)
            elif how.required:
                errors[name] = "Say which one."
        if errors:
            raise BadInput(code="malformed", errors=errors)
        return queryset

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        table: Mapping[str, Filter] = getattr(view, "filters", {})
        return [
            {"name": name, "in": "query", "required": how.required, "schema": how.schema()}
            for name, how in table.items()
        ]


def check_query(request: Request, known: tuple[str, ...]) -> None:
    """Refuse what no one reads, what is said twice, and what no database takes."""
    errors: dict[str, str] = {}
    for name, values in request.query_params.lists():
        if name not in known:
            errors[name[:80]] = f"There is no such filter; known: {', '.join(known)}."
        elif not values[0]:
            errors[name] = "Is empty; leave it out."
        elif len(values) > 1:
            errors[name] = "Is said twice."
        elif "\x00" in values[0] or not values[0].isprintable():
            errors[name] = "Contains characters that are not text."
    if errors:
        raise BadInput(code="malformed", errors=errors)
