"""SQL written once for both databases, prepared by PostgreSQL: for the few statements that every turn makes.

The ORM takes 0.3 to 0.6 ms to build and send what PostgreSQL answers in less than 0.1 (docs/performance.md). A
statement here is text in PostgreSQL's dialect; the few forms that SQLite lacks are replaced there. Everything else uses
the ORM.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver

M = TypeVar("M", bound=models.Model)
Convert = Callable[[Any], Any]

#: Lists travel to SQLite as JSON; it has another way into JSON, locks no rows, knows no casts and has no clock.
_FOR_SQLITE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"= any\((%\(\w+\)s)\)"), r"in (select value from json_each(\1))"),
    (re.compile(r"\((\w+)->>'(\w+)'\)"), r"json_extract(\1, '$.\2')"),
    (re.compile(r"for no key update(?: of \w+)?"), ""),
    (re.compile(r"::\w+"), ""),
    (re.compile(r"statement_timestamp\(\)"), "null"),
)


#: A statement is prepared anew for each set of types it is given, NULL among them.
PREPARED_AT_MOST = 400


@receiver(connection_created)
def _keep_more_prepared(sender: object, connection: BaseDatabaseWrapper, **_: object) -> None:
    if connection.vendor == "postgresql":
        connection.connection.prepared_max = PREPARED_AT_MOST


class Statement:
    """One statement. `columns` are the fields of what it returns, in order: None for a plain value.

    Parameters are written `%(name)s`; a list only as `= any(%(name)s)`. Enumerations, dates, ids, numbers and text are
    given as they are; JSON is given as text (`as_json`). Errors are Django's.
    """

    def __init__(self, text: str, columns: Sequence[models.Field[Any, Any] | None] = ()) -> None:
        self.text = text
        self.columns = tuple(columns)
        self._sqlite_text = _translated(text)

    def rows(self, **given: Any) -> list[tuple[Any, ...]]:
        """The rows it returns, each value as its field has it."""
        found, _ = self._execute(given)
        return [_converted(row, self._converters) for row in found] if self._converters else found

    def run(self, **given: Any) -> int:
        """The number of rows it touched."""
        return self._execute(given)[1]

    @cached_property
    def _converters(self) -> list[tuple[int, Convert]]:
        """Asked for once: a process has one database."""
        return _converters(self.columns)

    def _execute(self, given: Mapping[str, Any]) -> tuple[list[tuple[Any, ...]], int]:
        if connection.vendor != "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(self._sqlite_text, {name: _for_sqlite(value) for name, value in given.items()})
                found = [tuple(row) for row in cursor.fetchall()] if cursor.description else []
                return found, len(found) if cursor.description else cursor.rowcount
        connection.ensure_connection()
        connection.validate_no_broken_transaction()
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(self.text, given, prepare=True)
            return cursor.fetchall() if cursor.description else [], cursor.rowcount


def fields(model: type[models.Model], *names: str) -> tuple[models.Field[Any, Any], ...]:
    """Fields of a model by attribute name; all that are columns, without names."""
    known = {field.attname: field for field in model._meta.concrete_fields}
    return tuple(known[name] for name in names) if names else tuple(known.values())


def column_list(model: type[models.Model], alias: str) -> str:
    """All columns of a model for a select, in the order of `fields`."""
    return ", ".join(f"{alias}.{field.column}" for field in model._meta.concrete_fields)


def instance(model: type[M], values: Sequence[Any], of: Sequence[models.Field[Any, Any]] = ()) -> M:
    """An instance as the ORM makes it, from the values of all its fields, or of some: the others are deferred."""
    return model.from_db(connection.alias, [field.attname for field in of or fields(model)], values)


def as_json(value: Any) -> str | None:
    """JSON for a parameter; nothing stays NULL."""
    return None if value is None else json.dumps(value)


def set_values(one: models.Model, names: Iterable[str]) -> int:
    """Store these attributes of an instance; the number of rows, 0 if it is gone."""
    ordered = tuple(sorted(names))
    values = {
        field.attname: as_json(getattr(one, field.attname))
        if isinstance(field, models.JSONField)
        else getattr(one, field.attname)
        for field in fields(type(one), *ordered)
    }
    return _update(type(one), ordered).run(pk=one.pk, **values)


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> Statement:
    sets = ", ".join(f"{field.column} = %({field.attname})s" for field in fields(model, *names))
    return Statement(f"update {model._meta.db_table} set {sets} where id = %(pk)s")


def _translated(text: str) -> str:
    for pattern, other in _FOR_SQLITE:
        text = pattern.sub(other, text)
    return text


def _converters(columns: Sequence[models.Field[Any, Any] | None]) -> list[tuple[int, Convert]]:
    """Which columns the connected database gives in another form than the field has, and how they are turned."""
    found: list[tuple[int, Convert]] = []
    for at, field in enumerate(columns):
        if field is None:
            continue
        column = field.get_col(field.model._meta.db_table)
        steps = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
        if steps:
            found.append((at, _convert(steps, column)))
    return found


def _convert(steps: Sequence[Callable[[Any, Any, Any], Any]], column: Any) -> Convert:
    def convert(value: Any) -> Any:
        for step in steps:
            value = step(value, column, connection)
        return value

    return convert


def _converted(row: tuple[Any, ...], converters: Sequence[tuple[int, Convert]]) -> tuple[Any, ...]:
    values = list(row)
    for at, convert in converters:
        values[at] = convert(values[at])
    return tuple(values)


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, list):
        return json.dumps([_for_sqlite(one) for one in value])
    return value
