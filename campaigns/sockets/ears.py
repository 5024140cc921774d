"""The one Redis subscription of a web process: passes on what it hears, and comes back by itself.

Must not be relied upon: while Redis is away nothing is heard, and whoever listens looks at the database instead.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import Any, Final

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from conductor.lib import logs, push

#: Always subscribed, so that there is a subscription before anybody follows a stream.
IDLE: Final = "idle"
QUIET_S: Final = 10.0
PATIENCE_S: Final = 0.3
RETRY_S: Final = 0.2
RETRY_MAX_S: Final = 5.0
FAULTS: Final = (redis.RedisError, OSError, TimeoutError, ValueError)

log = logs.logger(__name__)


class Ears:
    """`hear` gets every message of a wanted stream; `joined` each stream whose messages come from now on."""

    def __init__(self, hear: Callable[[str, Any], None], joined: Callable[[str], None]) -> None:
        self.open = False
        self._hear = hear
        self._joined = joined
        self._wanted: set[str] = {IDLE}
        self._asked: set[str] = set()
        self._changed = asyncio.Event()
        self._standing: set[str] = set()
        self._news = asyncio.Event()
        self._away = False
        self._stopped = False

    async def attentive(self, stream: str) -> None:
        """Return once messages of this stream are heard, or soon: Redis may be away."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while stream not in self._standing and not self._away:
                    self._news.clear()
                    await self._news.wait()

    def stop(self) -> None:
        self._stopped = True

    def want(self, streams: Iterable[str]) -> None:
        """From now on these, and no others."""
        self._wanted = {IDLE, *streams}
        if self._wanted != self._asked:
            self._changed.set()

    async def listen(self) -> None:
        """Until stopped and cancelled; either alone may take a while."""
        pause_s = RETRY_S
        while not self._stopped:
            try:
                async with contextlib.aclosing(_client()) as client, contextlib.aclosing(client.pubsub()) as pubsub:
                    await self._ask(pubsub, anew=True)
                    pause_s = RETRY_S
                    await self._attend(pubsub)
            except FAULTS as error:
                if self.open or pause_s == RETRY_S:
                    log.warning("sockets.redis_away", error=type(error).__name__)
            self.open, self._away = False, True
            self._standing.clear()
            self._news.set()
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RETRY_MAX_S)

    async def _attend(self, pubsub: Any) -> None:
        asking = asyncio.create_task(self._keep_asking(pubsub))
        quiet = 0
        try:
            while quiet < 2 and not self._stopped:
                message = await pubsub.get_message(timeout=QUIET_S)
                if message is None:
                    quiet += 1
                    await pubsub.ping()
                else:
                    quiet = 0
                    self._take(message)
        finally:
            # Until it is over: redis-py must not be closed under a command, and Python 3.11 can lose a `cancel`.
            while not asking.done():
                asking.cancel()
                await asyncio.wait([asking], timeout=0.1)

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "subscribe":
            name = push.stream_of(message["channel"])
            self.open, self._away = True, False
            self._standing.add(name)
            self._news.set()
            self._joined(name)
        elif message["type"] == "message":
            said = push.read(message["data"])
            if said is not None:
                self._hear(push.stream_of(message["channel"]), said)

    async def _keep_asking(self, pubsub: Any) -> None:
        while True:
            await self._changed.wait()
            try:
                await self._ask(pubsub)
            except (*FAULTS, AttributeError):  # The last is how redis-py meets a connection that has just been closed.
                return  # The listener meets the same fault, or the silence after it, and starts anew.

    async def _ask(self, pubsub: Any, *, anew: bool = False) -> None:
        self._changed.clear()
        if anew:
            self._asked = set()
        new, old = self._wanted - self._asked, self._asked - self._wanted
        self._asked = set(self._wanted)
        if new:
            await pubsub.subscribe(*map(push.channel, new))
        if old:
            self._standing -= old
            await pubsub.unsubscribe(*map(push.channel, old))


def _client() -> redis.asyncio.Redis:
    return redis.asyncio.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )
