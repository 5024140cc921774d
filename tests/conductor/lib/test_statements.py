"""SQL written once gives the same on both databases: values as their fields have them, lists, rows touched, errors."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from campaigns.models import Attempt, Campaign, Event, Team
from campaigns.transitions import hot
from conductor.lib import bulk, statements
from conductor.lib.ids import new_id
from conductor.lib.statements import Statement, column_list, fields

AT = datetime(2026, 5, 4, 3, 2, 1, 123456, tzinfo=UTC)
SELECT = Statement(
    f"select {column_list(Campaign, 'c')} from campaigns_campaign c where c.id = any(%(ids)s) order by c.name",
    fields(Campaign),
)


@pytest.fixture
def campaigns(team: Team) -> list[Campaign]:
    return [
        Campaign.objects.create(team=team, kind="creative", name=name, brief={"é": [1, None, "x"]}, deleted_at=AT)
        for name in ("a", "b", "c")
    ]


def test_an_instance_read_is_the_one_the_orm_reads(campaigns: list[Campaign]) -> None:
    (row,) = SELECT.rows(ids=[campaigns[1].pk])
    read = statements.instance(Campaign, row)
    stored = Campaign.objects.get(pk=campaigns[1].pk)
    assert {f.attname: getattr(read, f.attname) for f in fields(Campaign)} == {
        f.attname: getattr(stored, f.attname) for f in fields(Campaign)
    }
    assert not read._state.adding


def test_a_list_may_hold_many_ids_or_none(campaigns: list[Campaign]) -> None:
    assert len(SELECT.rows(ids=[c.pk for c in campaigns])) == 3
    assert SELECT.rows(ids=[]) == []
    assert SELECT.rows(ids=[uuid.uuid4()]) == []


def test_rows_touched_are_counted(campaigns: list[Campaign]) -> None:
    rename = Statement("update campaigns_campaign set name = %(name)s where id = any(%(ids)s) and kind = 'creative'")
    assert rename.run(name="z", ids=[campaigns[0].pk, campaigns[2].pk]) == 2
    assert rename.run(name="z", ids=[uuid.uuid4()]) == 0


def test_what_a_statement_returns_is_counted_too(campaigns: list[Campaign]) -> None:
    rename = Statement(
        "update campaigns_campaign set name = 'y' where id = any(%(ids)s) returning id", fields(Campaign, "id")
    )
    assert sorted(rename.rows(ids=[c.pk for c in campaigns])) == sorted((c.pk,) for c in campaigns)


def test_chosen_attributes_of_an_instance_are_stored(campaigns: list[Campaign]) -> None:
    one = campaigns[0]
    one.name, one.plan, one.deleted_at = "never stored", {"tasks": [{"key": "ü"}]}, None
    assert statements.set_values(one, {"plan", "deleted_at"}) == 1
    one.refresh_from_db()
    assert (one.name, one.plan, one.deleted_at) == ("a", {"tasks": [{"key": "ü"}]}, None)


def test_values_of_an_instance_that_is_gone_touch_nothing(team: Team) -> None:
    assert statements.set_values(Campaign(pk=new_id(), team=team, name="x"), ["name"]) == 0


def test_errors_are_those_of_django(campaigns: list[Campaign]) -> None:
    orphan = Statement("update campaigns_campaign set team_id = %(team)s, name = %(name)s where id = %(id)s")
    with pytest.raises(IntegrityError), transaction.atomic():
        orphan.run(team=campaigns[0].team_id, name=None, id=campaigns[0].pk)


def test_a_transaction_that_broke_is_refused(campaigns: list[Campaign]) -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            SELECT.rows(ids=[campaigns[0].pk])


def test_text_never_becomes_sql(campaigns: list[Campaign]) -> None:
    find = Statement("select id from campaigns_campaign where name = %(name)s", fields(Campaign, "id"))
    assert find.rows(name="a' or 'a' = 'a") == []
    assert find.rows(name="a") == [(campaigns[0].pk,)]


def test_json_is_given_as_text() -> None:
    assert statements.as_json(None) is None
    assert json.loads(str(statements.as_json({"a": [1]}))) == {"a": [1]}


@pytest.mark.parametrize(("row", "model"), [(hot.EventRow, Event), (hot.AttemptRow, Attempt)])
def test_rows_written_in_bulk_have_the_columns_of_their_table(row: type, model: type) -> None:
    assert row._fields == bulk.attributes(model)


@pytest.mark.postgres
def test_postgresql_prepares_a_statement_once(campaigns: list[Campaign]) -> None:
    for _ in range(3):
        SELECT.rows(ids=[campaigns[0].pk])
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_prepared_statements where statement like 'select c.id, c.team_id%'")
        assert cursor.fetchone() == (1,)


@pytest.mark.postgres
def test_behind_a_pooler_nothing_is_prepared(campaigns: list[Campaign]) -> None:
    connection.ensure_connection()
    usual, connection.connection.prepare_threshold = connection.connection.prepare_threshold, None
    try:
        unusual = Statement("select name, 'not prepared' from campaigns_campaign where id = %(id)s", [None, None])
        assert unusual.rows(id=campaigns[0].pk) == [("a", "not prepared")]
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_prepared_statements where statement like '%not prepared%'")
            assert cursor.fetchone() == (0,)
    finally:
        connection.connection.prepare_threshold = usual
