"""What sockets ask of the database. Every function here is synchronous, short, and runs in a thread of `threads`.

Events are read before permissions are looked at: whoever lost a right before an event was committed never gets it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from campaigns.permissions import Actor, require, roles_of
from campaigns.queries import events, runs
from campaigns.sockets.doors import Guest
from campaigns.sockets.frames import Frame, Stream, Subscribe
from campaigns.sockets.rights import Pass, all_stand, standing
from conductor.lib.errors import NotAllowed, NotFound, NotSignedIn

LIVE_PAGE: Final = 200
CATCH_UP_PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A stream that may be followed: whose it is, how far it has come, after which event to begin, how it looks now."""

    teams: frozenset[UUID]
    head: int
    after: int
    snapshot: Mapping[str, Any] | None = None
    seen: frozenset[tuple[Any, ...]] = frozenset()


@dataclass(frozen=True, slots=True)
class News:
    """New frames per stream. `standing`: what each may still see, where not all may. `full`: there is more to read."""

    frames: dict[UUID, list[Frame]]
    standing: Mapping[Pass, frozenset[UUID]] | None
    full: bool


def find(actor: Actor, wanted: Subscribe) -> Found:
    """Refuses what is not there or not theirs to see.

    A client that says it has more than there is, or misses more than it wants, is shown how things are now.
    """
    stream = wanted.stream
    if not stream.numbered:
        teams = frozenset(roles_of(actor))
        waiting = events.open_decisions(teams)
        seen = frozenset((team_id, *said) for team_id, said in waiting.items())
        return Found(teams, 0, 0, {"open": sum(count for count, _ in waiting.values())}, seen)
    team_id, head = _owner(stream)
    require(actor, "view", team_id)
    missed = None if wanted.after is None else head - wanted.after
    if missed is not None and 0 <= missed <= (missed if wanted.most is None else wanted.most):
        return Found(frozenset({team_id}), head, head - missed)
    if stream.kind != "run":
        return Found(frozenset({team_id}), head, head, {})
    shown = runs.read(stream.id)
    return Found(frozenset({team_id}), shown["last_event"], shown["last_event"], {"run": shown})


def page(guest: Guest, stream: Stream, after: int) -> list[Frame]:
    """The next events for one socket that catches up."""
    frames = [_frame(said) for said in events.events_after(stream.kind, stream.id, after, CATCH_UP_PAGE)]
    teams = standing({guest.right}).get(guest.right)
    if teams is None:
        raise NotSignedIn
    if _owner(stream)[0] not in teams:
        raise NotAllowed
    return frames


def news(cursors: Mapping[UUID, int], listening: Mapping[UUID, frozenset[Pass]]) -> News:
    """What several streams have beyond their cursors, read once for all who follow them; who listens, by team."""
    found = events.events_after_each(cursors, LIVE_PAGE)
    frames: dict[UUID, list[Frame]] = {}
    for said in found:
        frames.setdefault(UUID(said["stream"].partition(":")[2]), []).append(_frame(said))
    stand = not found or all(all_stand(team_id, rights) for team_id, rights in listening.items())
    return News(frames, None if stand else standing(frozenset().union(*listening.values())), len(found) >= LIVE_PAGE)


def heads(streams: Collection[Stream]) -> dict[UUID, int]:
    """How far these streams have come: one query per kind."""
    found: dict[UUID, int] = {}
    for kind in {stream.kind for stream in streams}:
        found |= events.heads(kind, [stream.id for stream in streams if stream.kind == kind])
    return found


def _owner(stream: Stream) -> tuple[UUID, int]:
    found = events.owner(stream.kind, stream.id)
    if found is None:
        raise NotFound
    return found


def _frame(said: Mapping[str, Any]) -> Frame:
    return Frame(events.text(said), said["seq"])
