"""Streams as one process follows them: a cursor each, and who listens. Runs in the loop only; reads nothing itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, Protocol
from uuid import UUID

from campaigns.sockets.frames import Bundle, Frame, Stream, frame
from campaigns.sockets.rights import Pass
from campaigns.sockets.wires import Wire
from conductor.lib.push import Partial

#: Text being written may be lost, so it is the first to go where a client falls behind.
SHORT_QUEUE: Final = 20


class Listener(Protocol):
    """A socket, as far as the reader knows it."""

    @property
    def right(self) -> Pass: ...

    @property
    def wire(self) -> Wire: ...

    def shut(self, code: int, reason: str) -> None: ...


class Subscription:
    """One socket on one stream. `position` is the last event it was given; not `live` while it catches up by itself.

    An inbox has no numbers; `seen` is what it held when its listener was last told.
    """

    __slots__ = ("listener", "live", "position", "seen", "stream", "teams", "wire")

    def __init__(self, listener: Listener, stream: Stream, teams: frozenset[UUID], position: int) -> None:
        self.listener = listener
        self.wire = listener.wire
        self.stream = stream
        self.teams = teams
        self.position = position
        self.seen: frozenset[tuple[Any, ...]] = frozenset()
        self.live = False


class Feed:
    """A stream with listeners: each frame goes to each of them once, in order, whatever they already have."""

    def __init__(self, stream: Stream, cursor: int) -> None:
        self.stream = stream
        self.cursor = cursor
        self.subscriptions: set[Subscription] = set()
        self._rights: dict[UUID, frozenset[Pass]] | None = None

    def add(self, subscription: Subscription) -> None:
        self.subscriptions.add(subscription)
        self._rights = None

    def remove(self, subscription: Subscription) -> None:
        self.subscriptions.discard(subscription)
        self._rights = None

    def rights(self) -> dict[UUID, frozenset[Pass]]:
        """By what right the stream is listened to, by the team that gives it."""
        if self._rights is None:
            teams = {team_id for each in self.subscriptions for team_id in each.teams}
            self._rights = {
                team_id: frozenset(each.listener.right for each in self.subscriptions if team_id in each.teams)
                for team_id in teams
            }
        return self._rights

    def deliver(self, frames: Sequence[Frame]) -> None:
        first, last = frames[0].seq, frames[-1].seq
        self.cursor = max(self.cursor, last)
        bundle = Bundle(frames)
        for subscription in tuple(self.subscriptions):
            if not subscription.live or subscription.position >= last:
                continue
            if subscription.position < first:
                subscription.wire.push_all(bundle)
            else:
                subscription.wire.push_all(Bundle([each for each in frames if each.seq > subscription.position]))
            subscription.position = last

    def changed(self, runs: Collection[str]) -> None:
        """Tell pages that list the team's runs which of them to look at again."""
        for run in runs:
            said = frame({"type": "changed", "stream": str(self.stream), "run": run})
            for subscription in tuple(self.subscriptions):
                if subscription.live:
                    subscription.wire.push(said)

    def partial(self, said: Partial) -> None:
        shown = {"type": "partial", "stream": str(self.stream), "run": str(self.stream.id), "task": said.task}
        written = frame(shown | {"attempt": said.attempt, "text": said.text})
        for subscription in tuple(self.subscriptions):
            if subscription.live and len(subscription.wire.queue) < SHORT_QUEUE:
                subscription.wire.push(written)

    def crowded(self, bound: int) -> bool:
        """True while somebody who listens has more than that many frames waiting."""
        return any(len(each.wire.queue) > bound for each in self.subscriptions if each.live)
