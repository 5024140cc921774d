"""Pages of lists by cursor: constant cost at any depth, nothing skipped or shown twice while rows are added.

A cursor holds a place (value of the ordered column, key), no filter: the list is cut to what the caller may see before.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from conductor.lib.errors import BadInput

PAGE: Final = 50
LARGEST_PAGE: Final = 200
LONGEST_CURSOR: Final = 1000


class CursorPages(BasePagination):
    """`?limit=`, `?cursor=`, `?ordering=`. A view names its `orderings`; the first is the default."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.url = request.build_absolute_uri()
        self.limit = _limit(request.query_params.get("limit"))
        self.ordering = ordering(request, getattr(view, "orderings", ("-id",)))
        place, back = self._place(queryset.model, request.query_params.get("cursor"))
        try:
            rows = self._cut(queryset, place, back)
        except (DataError, OverflowError, ValueError):
            if place is None:
                raise
            raise _bad_cursor() from None
        more, rows = len(rows) > self.limit, rows[: self.limit]
        if back:
            rows.reverse()
        came_from_somewhere = place is not None
        self.has_next = came_from_somewhere if back else more
        self.has_previous = more if back else came_from_somewhere
        self.rows = rows
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._link(-1, back=False), "previous": self._link(0, back=True), "results": data})

    def get_paginated_response_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        allowed = list(getattr(view, "orderings", ("-id",)))
        return [
            _parameter("cursor", {"type": "string", "maxLength": LONGEST_CURSOR}, "The place a `next` link names."),
            _parameter("limit", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}, "Rows per page."),
            _parameter("ordering", {"type": "string", "enum": allowed}, "What comes first; `-` turns it round."),
        ]

    def _cut(self, queryset: QuerySet[Any], place: tuple[Any, Any] | None, back: bool) -> list[Any]:
        name, down = self.ordering.lstrip("-"), self.ordering.startswith("-") != back
        sign, step = ("-", "lt") if down else ("", "gt")
        if place is not None:
            value, key = place
            # The first condition lets an index on the ordered column start at the right row.
            later = Q(**{f"{name}__{step}": value}) | Q(**{f"pk__{step}": key})
            queryset = queryset.filter(later, **{f"{name}__{step}e": value})
        return list(queryset.order_by(f"{sign}{name}", f"{sign}pk")[: self.limit + 1])

    def _link(self, edge: int, *, back: bool) -> str | None:
        if not (self.has_previous if back else self.has_next) or not self.rows:
            return None
        row = self.rows[edge]
        value = getattr(row, self.ordering.lstrip("-"))
        said = json.dumps([self.ordering, str(value), str(row.pk), back], separators=(",", ":"))
        return replace_query_param(self.url, "cursor", base64.urlsafe_b64encode(said.encode()).decode().rstrip("="))

    def _place(self, model: type[Model], cursor: str | None) -> tuple[tuple[Any, Any] | None, bool]:
        if not cursor:
            return None, False
        field = model._meta.get_field(self.ordering.lstrip("-"))
        try:
            if len(cursor) > LONGEST_CURSOR:
                raise ValueError
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            made_for, value, key, back = json.loads(raw)
            if made_for != self.ordering or not isinstance(value, str) or "\x00" in value:
                raise ValueError
            place = field.to_python(value), model._meta.pk.to_python(key)  # type: ignore[union-attr]
            if None in place:
                raise ValueError
            for check in getattr(field, "validators", ()):
                check(place[0])
        except (ValueError, TypeError, ValidationError, binascii.Error, RecursionError, OverflowError):
            raise _bad_cursor() from None
        return place, back is True


def _bad_cursor() -> BadInput:
    return BadInput(code="malformed", errors={"cursor": "Is not a place in this list."})


def ordering(request: Request, allowed: Sequence[str]) -> str:
    """The ordering asked for; one that is not offered is refused."""
    said = request.query_params.get("ordering") or allowed[0]
    if said not in allowed:
        raise BadInput(code="malformed", errors={"ordering": f"Must be one of {', '.join(allowed)}."})
    return said


def _limit(said: str | None) -> int:
    if said is None:
        return PAGE
    if not (said.isascii() and said.isdigit() and len(said) <= 4 and 1 <= int(said) <= LARGEST_PAGE):
        raise BadInput(code="malformed", errors={"limit": f"Must be a whole number from 1 to {LARGEST_PAGE}."})
    return int(said)


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
