"""One open socket: what it follows, how it catches up, how it ends. Knows nothing of paths, headers or commands."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from django.db import Error

from campaigns.sockets import desk, threads
from campaigns.sockets.doors import Guest
from campaigns.sockets.feeds import Feed, Subscription
from campaigns.sockets.frames import INBOX, Bundle, Frame, Stream, Subscribe, frame
from campaigns.sockets.reader import (
    CLOSE_NOT_ALLOWED,
    CLOSE_NOT_FOUND,
    CLOSE_NOT_SIGNED_IN,
    CLOSE_TOO_SLOW,
    RETRY_MAX_S,
    RETRY_S,
    Reader,
)
from campaigns.sockets.wires import Send, wire_for
from conductor.lib import logs
from conductor.lib.errors import BadInput, ConductorError

MOST_STREAMS: Final = 100
#: What has no numbers cannot be asked for again: these are shown only once their hints are heard.
UNNUMBERED: Final = ("team", INBOX)
CLOSES: Final = {"not_signed_in": CLOSE_NOT_SIGNED_IN, "not_allowed": CLOSE_NOT_ALLOWED, "not_found": CLOSE_NOT_FOUND}

log = logs.logger(__name__)


class Connection:
    """A listener of the reader."""

    def __init__(self, guest: Guest, reader: Reader, send: Send) -> None:
        self.guest = guest
        self.right = guest.right
        self.reader = reader
        self.wire = wire_for(send, self._overflow)
        self.closed_with: int | None = None
        self._send = send
        self._subscriptions: dict[Stream, Subscription] = {}
        self._catching_up: dict[Stream, asyncio.Task[None]] = {}
        self._background: set[asyncio.Task[None]] = set()

    @property
    def is_open(self) -> bool:
        return self.closed_with is None

    async def subscribe(self, wanted: Subscribe, *, acknowledge: bool) -> None:
        """Follow a stream; raises NotFound or NotAllowed. A stream that is followed already starts anew."""
        stream = wanted.stream
        self.unsubscribe(stream)
        if len(self._subscriptions) >= MOST_STREAMS:
            raise BadInput(errors={"subscribe": f"One socket may follow {MOST_STREAMS} streams."})
        found = await threads.desk.run(desk.find, self.guest.actor, wanted)
        if not self.is_open:
            return
        subscription = Subscription(self, stream, found.teams, found.after)
        subscription.seen = found.seen
        self._subscriptions[stream] = subscription
        feed = self.reader.follow(subscription, found.head)
        if stream.kind in UNNUMBERED:
            await self.reader.attentive(str(stream))
        named = {"stream": str(stream)} if acknowledge else {}
        if found.snapshot is not None:
            self.push(frame({"type": "snapshot", **named, **found.snapshot, "last_event": found.head}))
        elif acknowledge:
            self.push(frame({"type": "subscribed", **named, "after": found.after, "last_event": found.head}))
        if stream.kind == INBOX or subscription.position >= feed.cursor:
            subscription.live = True
        elif self.is_open:
            self._catching_up[stream] = self._start(self._catch_up(subscription, feed))

    def unsubscribe(self, stream: Stream) -> None:
        subscription = self._subscriptions.pop(stream, None)
        if subscription is not None:
            self.reader.unfollow(subscription)
        catching_up = self._catching_up.pop(stream, None)
        if catching_up is not None:
            catching_up.cancel()

    def push(self, said: Frame) -> None:
        self.wire.push(said)

    def shut(self, code: int, reason: str, last: Frame | None = None) -> None:
        """Send `last` and nothing more, and close; the first reason counts."""
        if not self.is_open:
            return
        log.info("sockets.shut", code=code, reason=reason)
        self.closed_with = code
        self.end()
        self._start(self._close(code, reason, last))

    def end(self) -> None:
        """Let go of everything; the socket is closed or gone."""
        for stream in tuple(self._subscriptions):
            self.unsubscribe(stream)
        self.wire.close()
        self.reader.leave(self)

    async def _close(self, code: int, reason: str, last: Frame | None) -> None:
        if last is not None:
            await self._send({"type": "websocket.send", "text": last.text})
        await self._send({"type": "websocket.close", "code": code, "reason": reason})

    async def _catch_up(self, subscription: Subscription, feed: Feed) -> None:
        """Page by page, as fast as the client reads; live as soon as nothing lies between it and the reader."""
        pause_s = RETRY_S
        while subscription.position < feed.cursor:
            try:
                frames = await threads.desk.run(desk.page, self.guest, subscription.stream, subscription.position)
            except ConductorError as error:
                self.shut(CLOSES.get(error.code, CLOSE_NOT_ALLOWED), error.message)
                return
            except Error as error:
                log.warning("sockets.database_away", error=type(error).__name__, during="catch_up")
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, RETRY_MAX_S)
                continue
            self.wire.push_all(Bundle(frames))
            subscription.position = frames[-1].seq if frames else feed.cursor
            await self.wire.room()
        subscription.live = True

    def _overflow(self) -> None:
        self.shut(CLOSE_TOO_SLOW, "too slow; resume with after")

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task
