"""Lists as CSV: the whole list, not a page of it; no cell can be taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.renderers import BaseRenderer

from conductor.lib.errors import BadInput, TooLarge
from conductor.lib.text import plain_cell

MOST_ROWS: Final = 50_000


class CsvRenderer(BaseRenderer):
    """Only names the format, so that `?format=csv` and `Accept: text/csv` are understood."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return str(data).encode()


def table(
    rows: QuerySet[Any], columns: Sequence[str], shape: Callable[[Any], Mapping[str, Any]], name: str
) -> HttpResponse:
    """Every row of a list. More than a file should hold is refused, never cut."""
    found = list(rows[: MOST_ROWS + 1])
    if len(found) > MOST_ROWS:
        raise TooLarge(f"The list has more than {MOST_ROWS:,} rows; narrow it by filters.")
    response = HttpResponse(_text(map(shape, found), columns), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def refuse_paging(asked: Mapping[str, Any]) -> None:
    """A file is not a page: who asks for both would get more than they asked for."""
    paging = {name: "A CSV file holds the whole list; leave this out." for name in ("limit", "cursor") if name in asked}
    if paging:
        raise BadInput(code="malformed", errors=paging)


def _text(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row[column]) for column in columns])
    return out.getvalue()


def cell(value: Any) -> str:
    """The text of a cell; what a spreadsheet would run as a formula begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return plain_cell(text)
