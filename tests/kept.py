"""Rows that were made once and are put back for every other test of the session that wants them.

Making a world runs a whole campaign: longer than what most tests then do with it. A test gets the same rows, in its own
transaction, and its own copy of the objects. Sequences never give their ids again, so new rows do not collide.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.db import connection

from tests.flush import KEPT

T = TypeVar("T")


class Kept(Generic[T]):
    """What `make` made, in a database that was empty, and all rows it stored."""

    def __init__(self, make: Callable[[], T]) -> None:
        self.make = make
        self.made: T | None = None
        self.inserts: list[tuple[str, list[Any]]] = []

    def get(self) -> T:
        if self.made is None:
            made = self.make()
            self.inserts = _inserts()
            self.made = copy.deepcopy(made)
            return made
        _put_back(self.inserts)
        return copy.deepcopy(self.made)


def _inserts() -> list[tuple[str, list[Any]]]:
    """One statement and its values for every table that has rows."""
    tables = {model._meta.db_table: None for model in apps.get_models(include_auto_created=True)}
    found = []
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table in tables:
            if table in KEPT:
                continue
            cursor.execute(f"select * from {quoted(table)}")
            names, rows = [column[0] for column in cursor.description], cursor.fetchall()
            if rows:
                row = f"({', '.join(['%s'] * len(names))})"
                into = f"insert into {quoted(table)} ({', '.join(map(quoted, names))})"
                values = [value for one in rows for value in one]
                found.append((f"{into} values {', '.join([row] * len(rows))}", values))
    return found


def _put_back(inserts: list[tuple[str, list[Any]]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # in one message
            cursor.execute("; ".join(sql for sql, _ in inserts), [value for _, values in inserts for value in values])
            return
        for sql, values in inserts:
            cursor.execute(sql, values)
