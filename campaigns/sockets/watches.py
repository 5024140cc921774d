"""What has no numbers: "this run of the team changed" and "what waits in the inbox changed", merged and possibly lost.

Team streams are not written when a run moves (that would lock the team in the hot transaction), so pages that list runs
get these hints: from Redis at once, and from a look at the open runs where Redis said nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db import Error

from campaigns.queries import events
from campaigns.sockets import threads
from campaigns.sockets.feeds import Feed, Subscription
from campaigns.sockets.frames import INBOX, frame
from conductor.lib import logs

#: A run that moves a hundred times a second is one change in this time.
MERGE_S: Final = 0.25

log = logs.logger(__name__)


class Watches:
    def __init__(self, feeds: dict[str, Feed]) -> None:
        self._feeds = feeds
        self._changed: dict[str, dict[str, None]] = {}
        self._rung: set[str] = set()
        self._runs: dict[UUID, tuple[UUID, int]] = {}
        self._known_teams: set[UUID] = set()
        self._inbox_due = False
        self._wake = asyncio.Event()

    def team_names(self) -> set[str]:
        """The streams whose doorbells say that an inbox may have changed."""
        return {f"team:{team_id}" for each in self._inboxes() for team_id in each.teams}

    def heard(self, team: str, run: str) -> None:
        self._rung.add(run)
        self._note(team, run)
        self._inbox_due = self._inbox_due or INBOX in self._feeds
        self._wake.set()

    async def work(self) -> None:
        """Tell at once, then merge for a moment."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            changed, self._changed = self._changed, {}
            for team, runs in changed.items():
                if team in self._feeds:
                    self._feeds[team].changed(runs)
            try:
                await self._look_at_inboxes()
            except Error as error:
                log.warning("sockets.database_away", error=type(error).__name__, during="inbox")
            await asyncio.sleep(MERGE_S)

    async def poll(self, *, bell: bool) -> None:
        """Compare the open runs with those of the last poll. `bell`: Redis is there, and what rang has been told."""
        teams = {feed.stream.id for feed in self._feeds.values() if feed.stream.kind == "team"}
        rung, self._rung = self._rung, set()
        if teams:
            runs = await threads.reading.run(events.open_runs, teams)
            for run_id in self._moved(runs):
                team_id = (runs.get(run_id) or self._runs[run_id])[0]
                if team_id in self._known_teams and not (bell and str(run_id) in rung):
                    self._note(f"team:{team_id}", str(run_id))
            self._runs, self._known_teams = runs, teams
        self._inbox_due = INBOX in self._feeds
        if self._inbox_due or self._changed:
            self._wake.set()

    def _moved(self, runs: dict[UUID, tuple[UUID, int]]) -> Collection[UUID]:
        """Runs that are new, went on, or are not open any more."""
        return {run_id for run_id, _ in runs.items() ^ self._runs.items()}

    def _note(self, team: str, run: str) -> None:
        if team in self._feeds:
            self._changed.setdefault(team, {})[run] = None

    async def _look_at_inboxes(self) -> None:
        inboxes = self._inboxes()
        if not (self._inbox_due and inboxes):
            return
        self._inbox_due = False
        teams = frozenset(team_id for each in inboxes for team_id in each.teams)
        found = await threads.reading.run(events.open_decisions, teams)
        for each in self._inboxes():
            seen = frozenset((team_id, *found[team_id]) for team_id in each.teams if team_id in found)
            if seen != each.seen and each.live:
                each.seen = seen
                count = sum(waiting for _, waiting, _ in seen)
                each.wire.push(frame({"type": "changed", "stream": INBOX, "open": count}))

    def _inboxes(self) -> tuple[Subscription, ...]:
        feed = self._feeds.get(INBOX)
        return tuple(feed.subscriptions) if feed else ()
