"""Events as the interfaces show them: the JSON of one event, what follows a number, how far streams have come.

REST and websocket give exactly the same object, so it is made here, once. Never writes.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Manager, Max

from campaigns.models import Campaign, Decision, Event, Run, Team
from campaigns.states import RUN_OPEN, DecisionState

PAGE: Final = 500
#: Kind of stream -> the row that counts its events.
COUNTERS: Final[dict[str, Manager[Any]]] = {"run": Run.objects, "campaign": Campaign.objects, "team": Team.objects}
COLUMNS: Final = (
    "seq", "id", "stream", "stream_id", "campaign_id", "type", "state", "stage", "from_state", "to_state", "agent",
    "task_id", "message", "time", "actor", "cause", "correlation", "data",
)  # fmt: skip
_SELECT: Final = f"SELECT {', '.join(COLUMNS)} FROM {Event._meta.db_table}"  # noqa: S608 - names of our own


def frame(event: Event) -> dict[str, Any]:
    """The one JSON shape of an event."""
    return _frame(tuple(getattr(event, column) for column in COLUMNS))


def text(event: Mapping[str, Any]) -> str:
    """A frame as text: compact, and safe to encode even where a database let half a surrogate pair through."""
    said = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
    return said if said.isascii() or _encodes(said) else json.dumps(event, separators=(",", ":"))


def events_after(stream: str, stream_id: uuid.UUID | str, after: int = 0, limit: int = PAGE) -> list[dict[str, Any]]:
    """The next events of a stream, in order, as frames."""
    known = stream_id if isinstance(stream_id, uuid.UUID) else uuid.UUID(stream_id)
    return [said for said in events_after_each({known: after}, limit) if said["stream"].startswith(stream)]


def events_after_each(cursors: Mapping[uuid.UUID, int], limit: int = PAGE) -> list[dict[str, Any]]:
    """The same for several streams at once; in order within each stream, at most `limit` frames in all.

    Plain SQL: every event passes here on its way to the sockets, and the same query through the ORM takes four times
    as long, nearly all of it spent on building the statement.
    """
    if not cursors:
        return []
    wanted = " OR ".join(["(stream_id = %s AND seq > %s)"] * len(cursors))
    stored = Event._meta.get_field("stream_id").get_db_prep_value
    params = [said for pk, after in cursors.items() for said in (stored(pk, connection), after)]
    with connection.cursor() as cursor:
        cursor.execute(f"{_SELECT} WHERE {wanted} ORDER BY stream_id, seq LIMIT {int(limit)}", params)
        return [_frame(_plain(row)) for row in cursor.fetchall()]


def heads(kind: str, stream_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How far each stream of a kind has come; an unknown one is missing from the answer."""
    return dict(COUNTERS[kind].filter(pk__in=list(stream_ids)).values_list("pk", "last_event_seq"))


def owner(kind: str, stream_id: uuid.UUID) -> tuple[uuid.UUID, int] | None:
    """The team a stream belongs to, and how far it has come; what was deleted is not there."""
    streams: dict[str, Any] = {
        "run": Run.objects.filter(campaign__deleted_at=None).values_list("team_id", "last_event_seq"),
        "campaign": Campaign.objects.filter(deleted_at=None).values_list("team_id", "last_event_seq"),
        "team": Team.objects.values_list("pk", "last_event_seq"),
    }
    found: tuple[uuid.UUID, int] | None = streams[kind].filter(pk=stream_id).first()
    return found


def open_runs(team_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[uuid.UUID, int]]:
    """Each open run of these teams: its team and how far it has come. Two answers differ where a page should look."""
    runs = Run.objects.filter(team_id__in=list(team_ids), state__in=RUN_OPEN).order_by()
    return {pk: (team_id, seq) for pk, team_id, seq in runs.values_list("pk", "team_id", "last_event_seq")}


def open_decisions(team_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[int, datetime | None]]:
    """How many decisions wait in each of these teams, and since when the newest: differs after any open or answer."""
    waiting = Decision.objects.filter(team_id__in=list(team_ids), state=DecisionState.OPEN).order_by()
    counted = waiting.values("team_id").annotate(count=Count("pk"), newest=Max("created_at"))
    return {row["team_id"]: (row["count"], row["newest"]) for row in counted}


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row of the bare table as the model would give it: both databases keep JSON as text, SQLite everything."""
    *said, time, actor, cause, correlation, data = row
    if isinstance(time, str):
        time = datetime.fromisoformat(time).replace(tzinfo=UTC)
    return (*said, time, actor, cause, correlation, json.loads(data))


def _id(said: uuid.UUID | str | None) -> str | None:
    """An id as interfaces show it; SQLite keeps only its digits."""
    if said is None:
        return None
    return str(said) if isinstance(said, uuid.UUID) else str(uuid.UUID(said))


def _frame(row: tuple[Any, ...]) -> dict[str, Any]:
    (seq, pk, stream, stream_id, campaign, kind, state, stage, old, new, agent, task, message, time, actor, cause,
     correlation, data) = row  # fmt: skip
    return {
        "seq": seq,
        "id": _id(pk),
        "stream": f"{stream}:{_id(stream_id)}",
        "run": _id(stream_id) if stream == "run" else None,
        "campaign": _id(campaign),
        "type": kind,
        "state": state or None,
        "stage": stage or None,
        "from": old or None,
        "to": new or None,
        "agent": agent or None,
        "task": _id(task),
        "message": message,
        "time": time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "actor": actor,
        "cause": _id(cause),
        "correlation": correlation,
        "data": data,
    }


def _encodes(said: str) -> bool:
    try:
        said.encode()
    except UnicodeEncodeError:
        return False
    return True
