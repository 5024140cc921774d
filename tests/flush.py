"""Between tests that commit, only the tables that have rows are emptied, and what migrations made stays.

Django truncates every table, for which PostgreSQL makes some two hundred files anew, and then makes all content types
and permissions again: most of the time of a short test.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.test import TransactionTestCase

#: Made by migrating; no test changes them.
KEPT = frozenset({"django_migrations", "django_content_type", "auth_permission"})


def flush() -> None:
    full = _tables_with_rows()
    if not full:
        return
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            # Neither foreign keys nor append-only tables stand in the way.
            cursor.execute("set local session_replication_role = replica")
            cursor.execute("; ".join(f"delete from {_quoted(table)}" for table in full))
        return
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select name, tbl_name, sql from sqlite_master where type = 'trigger' and sql like '%append-only%'"
        )
        triggers = [(name, sql) for name, table, sql in cursor.fetchall() if table in full]
        drops = [f"drop trigger {_quoted(name)}" for name, _ in triggers]
        deletes = [f"delete from {_quoted(table)}" for table in full]
        for statement in (*drops, *deletes, *(sql for _, sql in triggers)):
            cursor.execute(statement)


def _tables_with_rows() -> list[str]:
    tables = sorted(set(connection.introspection.django_table_names(include_views=False)) - KEPT)
    each = (f"select '{table}' where exists (select 1 from {_quoted(table)})" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(each))
        return [table for (table,) in cursor.fetchall()]


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))


def install() -> None:
    """Django's own way stays where the database is somebody else's server, whose triggers we may not switch off."""
    usual = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(self: TransactionTestCase) -> None:
        if self.available_apps is None and _may_switch_off_triggers():
            flush()
        else:
            usual(self)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]


def _may_switch_off_triggers() -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("select rolsuper from pg_roles where rolname = current_user")
        return bool(cursor.fetchone()[0])
