"""Sockets while Redis is dead, frozen, cut off or empty: at most a little later, never less."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from pytest_django.fixtures import Settings

from campaigns.models import Run
from conductor.embedded import redis as embedded
from conductor.lib import push
from tests.campaigns.consumers.conftest import Person, Server, StartServer, append, in_thread
from tests.websocket import WebSocket

pytestmark = pytest.mark.faults


@pytest.fixture
def private_redis(tmp_path: Path, settings: Settings) -> Iterator[embedded.RedisServer]:
    """A server this test may harm; both the web process and this one ring over it."""
    server = start_redis(tmp_path)
    settings.REDIS_URL = server.url
    push._forget()
    yield server
    push._forget()
    server.process.send_signal(signal.SIGCONT)
    server.stop()


def start_redis(folder: Path) -> embedded.RedisServer:
    return embedded.start(folder / "redis", folder / "redis" / "r.sock", durable=False)


@pytest.fixture
def web(start_server: StartServer, private_redis: embedded.RedisServer) -> Server:
    """Polls every second, as in production."""
    return start_server(REDIS_URL=private_redis.url, CONDUCTOR_TIME_SCALE="1")


async def took(socket: WebSocket, run: Run, seqs: list[int]) -> float:
    """How long after the commit the events were here."""
    await in_thread(append, run, len(seqs))
    started = time.monotonic()
    assert [frame["seq"] for frame in await socket.frames(len(seqs))] == seqs
    return time.monotonic() - started


async def test_a_doorbell_is_faster_than_any_poll(
    start_server: StartServer, private_redis: embedded.RedisServer, run: Run, viewer: Person
) -> None:
    web = start_server(REDIS_URL=private_redis.url, CONDUCTOR_READER_POLL_S="600")
    socket = await web.run_socket(run, viewer, after=0)
    assert await took(socket, run, [1, 2]) < 5


async def test_events_go_on_when_redis_is_shut_down(
    web: Server, private_redis: embedded.RedisServer, tmp_path: Path, run: Run, viewer: Person
) -> None:
    socket = await web.run_socket(run, viewer, after=0)
    await took(socket, run, [1])
    with redis.Redis.from_url(private_redis.url) as client, pytest.raises(redis.ConnectionError):
        client.execute_command("SHUTDOWN", "NOSAVE")
    private_redis.process.wait()
    assert await took(socket, run, [2, 3]) < 2
    late = await web.run_socket(run, viewer, after=0)
    assert [frame["seq"] for frame in await late.frames(3)] == [1, 2, 3]
    again = start_redis(tmp_path)
    try:
        assert await took(socket, run, [4, 5]) < 2
    finally:
        again.stop()


async def test_events_go_on_while_redis_is_frozen(
    web: Server, private_redis: embedded.RedisServer, run: Run, viewer: Person
) -> None:
    socket = await web.run_socket(run, viewer, after=0)
    await took(socket, run, [1])
    os.kill(private_redis.process.pid, signal.SIGSTOP)
    assert await took(socket, run, [2, 3]) < 2
    late = await web.run_socket(run, viewer)
    assert (await late.frame(5))["last_event"] == 3


async def test_cut_connections_come_back(
    web: Server, private_redis: embedded.RedisServer, run: Run, viewer: Person
) -> None:
    socket = await web.run_socket(run, viewer, after=0)
    with redis.Redis.from_url(private_redis.url) as client:
        for seq in range(1, 11):
            client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
            assert await took(socket, run, [seq]) < 2


async def test_an_emptied_or_full_redis_changes_nothing(
    web: Server, private_redis: embedded.RedisServer, run: Run, viewer: Person
) -> None:
    socket = await web.run_socket(run, viewer, after=0)
    with redis.Redis.from_url(private_redis.url) as client:
        client.flushall()
        assert await took(socket, run, [1]) < 2
        client.config_set("maxmemory", 1)
        assert await took(socket, run, [2]) < 2


async def test_a_user_that_lost_its_leave_is_polled_around(
    web: Server, private_redis: embedded.RedisServer, run: Run, viewer: Person
) -> None:
    socket = await web.run_socket(run, viewer, after=0)
    with redis.Redis.from_url(private_redis.url) as client:
        client.execute_command("ACL", "SETUSER", "default", "-subscribe", "-publish")
        client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        assert await took(socket, run, [1, 2]) < 2


async def test_a_web_process_starts_without_redis(
    start_server: StartServer, tmp_path: Path, settings: Settings, run: Run, viewer: Person
) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    push._forget()
    web = start_server(REDIS_URL=settings.REDIS_URL, CONDUCTOR_TIME_SCALE="1")
    socket = await web.run_socket(run, viewer, after=0)
    assert await took(socket, run, [1, 2, 3]) < 2
    push._forget()
