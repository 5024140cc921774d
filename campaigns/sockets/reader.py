"""The one reader of a web process: new events are read once, serialised once and handed to every socket that follows.

Redis only says when to look; what is new, the table says. A poll looks anyway, so that a silent Redis costs a second
and nothing else. Must not write, and must not close a socket because the database is away.
"""

from __future__ import annotations

import asyncio
import functools
import weakref
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Final
from uuid import UUID

from django.db import Error

from campaigns.sockets import desk, rights, threads
from campaigns.sockets.ears import Ears
from campaigns.sockets.feeds import Feed, Listener, Subscription
from campaigns.sockets.frames import INBOX, Frame
from campaigns.sockets.rights import Pass
from campaigns.sockets.watches import Watches
from conductor.lib import clock, logs
from conductor.lib.push import Changed, Hint, Partial

CLOSE_NOT_SIGNED_IN: Final = 4401
CLOSE_NOT_ALLOWED: Final = 4403
CLOSE_NOT_FOUND: Final = 4404
CLOSE_TOO_SLOW: Final = 4408
#: Streams read by one query, and how often a database that is away is asked again.
BATCH: Final = 50
RETRY_S: Final = 0.2
RETRY_MAX_S: Final = 2.0
#: Before the next page of a long burst, sockets get this long to send what they have.
PACE_S: Final = 0.25
RECHECKED_AT_ONCE: Final = 500

Work = Callable[[], Awaitable[None]]

log = logs.logger(__name__)


class Reader:
    """Works while it has listeners. Everything runs in one event loop; only database work leaves it."""

    def __init__(self) -> None:
        self.feeds: dict[str, Feed] = {}
        self.listeners: set[Listener] = set()
        self.watches = Watches(self.feeds)
        self._by_id: dict[UUID, Feed] = {}
        self._ears = Ears(self._heard, self._joined)
        self._dirty: dict[str, None] = {}
        self._written: set[str] = set()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    # Who listens to what.

    def enter(self, listener: Listener) -> None:
        self.listeners.add(listener)
        if not self._tasks:
            self._ears = Ears(self._heard, self._joined)
            self._tune()
            loop = asyncio.get_running_loop()
            self._tasks = [loop.create_task(_keep_on(work)) for work in self._work()]

    def leave(self, listener: Listener) -> None:
        self.listeners.discard(listener)
        if not self.listeners:
            self._ears.stop()
            for task in self._tasks:
                task.cancel()
            self._tasks = []

    def follow(self, subscription: Subscription, head: int) -> Feed:
        """Hand a subscription what is new from now on; it must first catch up to the feed's cursor itself."""
        name = str(subscription.stream)
        feed = self.feeds.get(name)
        if feed is None:
            feed = self.feeds[name] = Feed(subscription.stream, head)
            self._by_id[subscription.stream.id] = feed
        feed.add(subscription)
        self._tune()
        return feed

    async def attentive(self, stream: str) -> None:
        """Return when what is said of a stream is heard, so that what is shown after this misses nothing."""
        await self._ears.attentive(stream)

    def unfollow(self, subscription: Subscription) -> None:
        name = str(subscription.stream)
        feed = self.feeds.get(name)
        if feed is None:
            return
        feed.remove(subscription)
        if not feed.subscriptions:
            del self.feeds[name]
            self._dirty.pop(name, None)
            self._by_id.pop(subscription.stream.id, None)
            self._tune()

    def _tune(self) -> None:
        self._ears.want(self.feeds.keys() | self.watches.team_names())

    # What wakes the reader.

    def _heard(self, name: str, said: Hint | Changed | Partial) -> None:
        feed = self.feeds.get(name)
        if isinstance(said, Hint):
            if feed is not None and said.seq > feed.cursor:
                self._look(name)
        elif isinstance(said, Changed):
            self.watches.heard(name, said.run)
        elif feed is not None:
            feed.partial(said)
            self._written.add(name)

    def _joined(self, name: str) -> None:
        """Whatever was said before the subscription stood was not heard."""
        if name in self.feeds and self.feeds[name].stream.numbered:
            self._look(name)

    def _look(self, name: str) -> None:
        self._dirty[name] = None
        self._wake.set()

    # The work.

    def _work(self) -> list[Work]:
        every = clock.timing()
        return [
            self._ears.listen,
            self._read,
            self.watches.work,
            functools.partial(_every, every.READER_POLL_S, self._poll),
            functools.partial(_every, every.READER_POLL_S, self._close_the_slow),
            functools.partial(_every, every.READER_POLL_S, self._recheck_readers),
            functools.partial(_every, every.SOCKET_RECHECK_S, self._recheck_everybody),
        ]

    async def _read(self) -> None:
        pause_s = RETRY_S
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._dirty:
                try:
                    await self._read_batch()
                    pause_s = RETRY_S
                except Error as error:
                    log.warning("sockets.database_away", error=type(error).__name__, during="read")
                    await asyncio.sleep(pause_s)
                    pause_s = min(pause_s * 2, RETRY_MAX_S)

    async def _read_batch(self) -> None:
        feeds = self._take()
        if not feeds:
            return
        cursors = {feed.stream.id: feed.cursor for feed in feeds}
        listening = _together(feed.rights() for feed in feeds)
        try:
            news = await threads.reading.run(desk.news, cursors, listening)
        except Error:
            self._dirty |= dict.fromkeys(str(feed.stream) for feed in feeds)
            raise
        if news.standing is not None:
            for feed in feeds:
                self._refuse(feed, news.standing, among=frozenset().union(*listening.values()))
        for feed in feeds:
            if feed.stream.id in news.frames:
                self._deliver(feed, news.frames[feed.stream.id])
        if news.full:
            await self._pace(feeds)
            self._put_back(feeds, news.frames)

    def _take(self) -> list[Feed]:
        names = list(self._dirty)[:BATCH]
        for name in names:
            del self._dirty[name]
        return [self.feeds[name] for name in names if name in self.feeds]

    def _deliver(self, feed: Feed, frames: list[Frame]) -> None:
        """To the feed that was read for: another of the same stream, begun meanwhile, has another cursor."""
        if frames[0].seq != feed.cursor + 1 or frames[-1].seq - frames[0].seq != len(frames) - 1:
            log.error("sockets.gap", stream=str(feed.stream), after=feed.cursor, first=frames[0].seq, count=len(frames))
        feed.deliver(frames)

    def _put_back(self, feeds: list[Feed], frames: dict[UUID, list[Frame]]) -> None:
        """After a full page: first the streams it had no room for, at last the one it was cut off in."""
        reached = next(reversed(frames))
        unread = [str(feed.stream) for feed in feeds if feed.stream.id not in frames]
        cut = [str(feed.stream) for feed in feeds if feed.stream.id == reached]
        self._dirty = dict.fromkeys(name for name in [*unread, *self._dirty, *cut] if name in self.feeds)
        self._wake.set()

    async def _pace(self, feeds: list[Feed]) -> None:
        waited_s = 0.0
        while waited_s < PACE_S and any(feed.crowded(desk.LIVE_PAGE) for feed in feeds):
            await asyncio.sleep(0.01)
            waited_s += 0.01

    async def _poll(self) -> None:
        """What nobody rang for."""
        streams = [feed.stream for feed in self.feeds.values() if feed.stream.numbered]
        if streams:
            heads = await threads.reading.run(desk.heads, streams)
            for stream_id, head in heads.items():
                feed = self._by_id.get(stream_id)
                if feed is not None and head > feed.cursor:
                    self._look(str(feed.stream))
        await self.watches.poll(bell=self._ears.open)

    async def _close_the_slow(self) -> None:
        bound_s = clock.timing().SOCKET_LAG_S
        for listener in tuple(self.listeners):
            if listener.wire.lag_s() > bound_s:
                listener.shut(CLOSE_TOO_SLOW, "too slow; resume with after")

    async def _recheck_readers(self) -> None:
        """Text that is being written is no event, and is shown without asking first: who was shown it is asked soon."""
        names, self._written = self._written, set()
        feeds = [self.feeds[name] for name in names if name in self.feeds]
        await self._recheck({each.listener.right for feed in feeds for each in feed.subscriptions}, thorough=False)

    async def _recheck_everybody(self) -> None:
        """Also those to whom nothing was sent."""
        await self._recheck({listener.right for listener in self.listeners}, thorough=True)
        self._tune()

    async def _recheck(self, some: Collection[Pass], *, thorough: bool) -> None:
        them = list(some)
        for start in range(0, len(them), RECHECKED_AT_ONCE):
            asked = set(them[start : start + RECHECKED_AT_ONCE])
            found = await threads.desk.run(rights.standing, asked, thorough=thorough)
            for listener in tuple(self.listeners):
                if listener.right in asked and listener.right not in found:
                    listener.shut(CLOSE_NOT_SIGNED_IN, "not signed in any more")
            for feed in tuple(self.feeds.values()):
                self._refuse(feed, found, among=asked)

    def _refuse(self, feed: Feed, standing: Mapping[Pass, frozenset[UUID]], *, among: Collection[Pass]) -> None:
        """Close the sockets, among those that were looked at, whose right to this stream is over."""
        for each in tuple(feed.subscriptions):
            if each.listener.right not in among:
                continue
            teams = standing.get(each.listener.right)
            if teams is None:
                each.listener.shut(CLOSE_NOT_SIGNED_IN, "not signed in any more")
            elif feed.stream.kind == INBOX:
                each.teams = teams
            elif not each.teams <= teams:
                each.listener.shut(CLOSE_NOT_ALLOWED, "not allowed any more")


def _together(listening: Iterable[Mapping[UUID, frozenset[Pass]]]) -> Mapping[UUID, frozenset[Pass]]:
    """Who listens by which team's leave, over several feeds."""
    first, *others = listening
    if not others:
        return first
    found = dict(first)
    for each in others:
        for team_id, passes in each.items():
            found[team_id] = found.get(team_id, frozenset()) | passes
    return found


async def _every(interval_s: float, work: Work) -> None:
    while True:
        await asyncio.sleep(interval_s)
        try:
            await work()
        except Error as error:
            log.warning("sockets.database_away", error=type(error).__name__)


async def _keep_on(work: Work) -> None:
    """A fault in one part must not silence every socket of the process."""
    while True:
        try:
            return await work()
        except Exception:  # whatever it was is recorded, and the work goes on
            log.exception("sockets.fault")
            await asyncio.sleep(RETRY_MAX_S)


_readers: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Reader] = weakref.WeakKeyDictionary()


def reader() -> Reader:
    """The reader of the running loop; a web process has one loop."""
    return _readers.setdefault(asyncio.get_running_loop(), Reader())
