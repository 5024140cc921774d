"""A Redis of this test alone, which it may stop, empty and freeze; always on the same socket."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from conductor.embedded import redis as embedded


@dataclass(slots=True)
class OwnRedis:
    folder: Path
    server: embedded.RedisServer = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    @property
    def url(self) -> str:
        return self.server.url

    def start(self) -> None:
        self.server = embedded.start(self.folder, self.folder / "redis.sock", durable=False)

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def shut_down(self) -> None:
        """SHUTDOWN NOSAVE: it is gone with all it knew."""
        with self.client() as client, contextlib.suppress(redis.ConnectionError):
            client.shutdown(nosave=True)
        self.server.process.wait()

    def freeze(self) -> None:
        self.server.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.server.process.send_signal(signal.SIGCONT)

    def waiting(self, queue: str = "short") -> int:
        with self.client() as client:
            return int(client.llen(f"rq:queue:{queue}"))


@contextmanager
def own_redis(folder: Path) -> Iterator[OwnRedis]:
    server = OwnRedis(folder)
    try:
        yield server
    finally:
        server.thaw()
        server.server.stop()
