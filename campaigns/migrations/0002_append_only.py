"""Rows of history and money are written once: the database itself refuses to change or delete them."""

from django.db import migrations

TABLES = ("campaigns_event", "campaigns_ledgerentry", "campaigns_gateresult")


def _postgres(schema_editor):
    schema_editor.execute(
        "create or replace function conductor_append_only() returns trigger language plpgsql as $$ "
        "begin raise exception using message = tg_table_name || ' is append-only', errcode = 'restrict_violation'; end $$"
    )
    for table in TABLES:
        schema_editor.execute(
            f"create trigger {table}_append_only before update or delete on {table} "
            "for each row execute function conductor_append_only()"
        )


def _sqlite(schema_editor):
    for table in TABLES:
        for verb in ("update", "delete"):
            schema_editor.execute(
                f"create trigger {table}_no_{verb} before {verb} on {table} "
                f"begin select raise(abort, '{table} is append-only'); end"
            )


def add(apps, schema_editor):
    (_postgres if schema_editor.connection.vendor == "postgresql" else _sqlite)(schema_editor)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"drop trigger {table}_append_only on {table}")
        schema_editor.execute("drop function conductor_append_only()")
        return
    for table in TABLES:
        for verb in ("update", "delete"):
            schema_editor.execute(f"drop trigger {table}_no_{verb}")


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]

    operations = [migrations.RunPython(add, remove)]
