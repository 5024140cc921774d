"""Slow clients, long bursts, a database that goes away: bounded memory, 4408, nobody else is held up."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import psycopg.sql
import pytest
from django.db import connection

from campaigns.models import Run, Team
from tests.campaigns.consumers.conftest import Person, Server, StartServer, append, in_thread, make_run, private_mb


@pytest.mark.faults
async def test_a_client_that_does_not_read_is_closed_and_resumes(
    start_server: StartServer, run: Run, viewer: Person
) -> None:
    web = start_server()
    lazy, eager = [await web.run_socket(run, viewer, after=0) for _ in range(2)]
    reading = asyncio.create_task(eager.frames(20_000, 60))
    before_mb = private_mb(web.process.pid)
    for _ in range(200):
        await in_thread(append, run, 100, size=1_000)
    assert [frame["seq"] for frame in await reading] == list(range(1, 20_001))
    assert private_mb(web.process.pid) - before_mb < 20
    code, got = await lazy.closed(30)
    assert code == 4408
    seen = [frame["seq"] for frame in got]
    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) < 20_000
    again = await web.run_socket(run, viewer, after=seen[-1])
    rest = [frame["seq"] for frame in await again.frames(20_000 - seen[-1], 60)]
    assert rest == list(range(seen[-1] + 1, 20_001))


@pytest.mark.faults
async def test_who_is_slow_while_catching_up_costs_no_memory(
    start_server: StartServer, run: Run, viewer: Person
) -> None:
    web = start_server()
    for _ in range(20):
        await in_thread(append, run, 1_000, size=1_000)
    await web.run_socket(run, viewer, after=20_000)
    before_mb = private_mb(web.process.pid)
    lazy = await web.run_socket(run, viewer, after=0)
    await lazy.unread_until(lambda: b"sockets.shut" in web.log.read_bytes())
    assert private_mb(web.process.pid) - before_mb < 20
    code, got = await lazy.closed(30)
    assert code == 4408
    assert [frame["seq"] for frame in got] == list(range(1, len(got) + 1))


async def test_a_burst_reaches_everybody_who_reads(server: Server, run: Run, viewer: Person) -> None:
    sockets = [await server.run_socket(run, viewer, after=0) for _ in range(20)]
    reading = [asyncio.create_task(socket.frames(3_000, 30)) for socket in sockets]
    await in_thread(append, run, 3_000)
    for got in await asyncio.gather(*reading):
        assert [frame["seq"] for frame in got] == list(range(1, 3_001))


async def test_a_quiet_stream_is_not_starved_by_a_busy_one(
    server: Server, run: Run, team: Team, viewer: Person
) -> None:
    quiet = await in_thread(make_run, team)
    busy_socket, quiet_socket = [await server.run_socket(each, viewer, after=0) for each in (run, quiet)]
    reading = asyncio.create_task(busy_socket.frames(10_000, 60))
    writing = asyncio.create_task(in_thread(_append_often, run))
    for seq in range(1, 11):
        await in_thread(append, quiet)
        started = time.monotonic()
        assert (await quiet_socket.frame())["seq"] == seq
        assert time.monotonic() - started < 2
    await asyncio.gather(reading, writing)


@pytest.fixture
def connection_of_the_test(transactional_db: None) -> Iterator[None]:
    """This process's own connection is ended too, and must be thrown away before the database is emptied."""
    yield
    connection.close()


@pytest.mark.postgres
@pytest.mark.faults
@pytest.mark.usefixtures("connection_of_the_test")
async def test_ended_database_connections_close_no_socket(server: Server, run: Run, viewer: Person) -> None:
    socket = await server.run_socket(run, viewer, after=0)
    await in_thread(append, run)
    assert (await socket.frame())["seq"] == 1
    for seq in range(2, 6):
        await in_thread(_end_all_connections)
        await in_thread(append, run)
        assert (await socket.frame(5))["seq"] == seq
    late = await server.run_socket(run, viewer, after=0)
    assert len(await late.frames(5)) == 5


def _append_often(run: Run) -> None:
    for _ in range(10):
        append(run, 1_000)


@pytest.mark.postgres
@pytest.mark.faults
@pytest.mark.usefixtures("connection_of_the_test")
async def test_a_database_that_is_away_for_a_while_closes_no_socket(server: Server, run: Run, viewer: Person) -> None:
    socket = await server.run_socket(run, viewer)
    assert (await socket.frame())["type"] == "snapshot"
    await in_thread(append, run, 2, ring=False)
    await socket.frames(2)
    await in_thread(_admit, connections=False)
    await in_thread(_end_all_connections_from_outside)
    refused = await server.run_socket(run, viewer)
    assert (await refused.closed())[0] == 4503
    assert await socket.silent(1.5)
    await in_thread(_admit, connections=True)
    await in_thread(append, run, 2)
    assert [frame["seq"] for frame in await socket.frames(2)] == [3, 4]


def _end_all_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _outside(statement: Any, *params: object) -> None:
    given = connection.get_connection_params() | {"dbname": "postgres"}
    given = {name: given[name] for name in ("dbname", "host", "port", "user", "password") if given.get(name)}
    with psycopg.connect(**given, autocommit=True) as maintenance:
        maintenance.execute(statement, params)


def _admit(*, connections: bool) -> None:
    name = psycopg.sql.Identifier(connection.settings_dict["NAME"])
    statement = psycopg.sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    _outside(statement.format(name, psycopg.sql.Literal(connections)))


def _end_all_connections_from_outside() -> None:
    _outside(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", connection.settings_dict["NAME"]
    )
