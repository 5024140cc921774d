"""Insert rows of one model at once: prepared or by COPY on PostgreSQL, by the ORM elsewhere.

They belong to the caller's transaction.
The ORM's bulk_create spends more on preparing the values than the database on storing them (docs/performance.md).
COPY skips defaults and `save` hooks: every column must be given, and no signal is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import psycopg
from django.db import connection, models
from psycopg import sql

from conductor.lib.statements import as_json

#: Up to here a prepared INSERT for each row, all sent at once, is quicker than a COPY, which takes two exchanges.
FEW = 8


@cache
def _columns(model: type[models.Model]) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[int]]:
    """Attribute names, column names, and which of them hold JSON; without columns the database numbers itself."""
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
    json_at = frozenset(i for i, f in enumerate(fields) if isinstance(f, models.JSONField))
    return tuple(f.attname for f in fields), tuple(str(f.column) for f in fields), json_at


@cache
def _texts(model: type[models.Model]) -> tuple[str, str]:
    """The INSERT of one row, and the COPY of many."""
    columns = _columns(model)[1]
    into = sql.SQL("{} ({})").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    values = sql.SQL(", ").join([sql.Placeholder()] * len(columns))
    one_row = sql.SQL("insert into {} values ({})").format(into, values)
    return one_row.as_string(), sql.SQL("copy {} from stdin").format(into).as_string()


def attributes(model: type[models.Model]) -> tuple[str, ...]:
    """The order in which `insert_rows` takes values."""
    return _columns(model)[0]


def insert(objects: Sequence[models.Model]) -> None:
    """Insert unsaved objects of one model."""
    if not objects:
        return
    model = type(objects[0])
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(objects, batch_size=1000)
        return
    names = attributes(model)
    insert_rows(model, ([getattr(one, name) for name in names] for one in objects))
    for one in objects:
        one._state.adding, one._state.db = False, connection.alias


def insert_rows(model: type[models.Model], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of values in the order of `attributes`. Errors are Django's, whichever way the rows go."""
    names, _, json_at = _columns(model)
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(
            [model(**dict(zip(names, row, strict=True))) for row in rows], batch_size=1000
        )
        return
    one_row, many_rows = _texts(model)
    connection.ensure_connection()
    given = [[as_json(v) if i in json_at else v for i, v in enumerate(row)] for row in rows] if json_at else list(rows)
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        if len(given) == 1:  # without the pipeline that several need
            cursor.execute(one_row, given[0], prepare=True)
            return
        if len(given) <= FEW:
            cursor.executemany(one_row, given)
            return
        with cursor.copy(many_rows) as copy:
            for row in given:
                copy.write_row(row)


def many_came(*tables: type[models.Model]) -> None:
    """So many rows were added at once that what the planner knows of these tables is wrong: it looks again."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("analyze {}").format(sql.SQL(", ").join(sql.Identifier(t._meta.db_table) for t in tables))
        )
