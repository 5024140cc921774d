"""`conductor session`: the sittings of a run, told from its events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import click

from conductor.cli import codes, finding, reports
from conductor.cli.door import JSON
from conductor.cli.options import Group, Place, common
from conductor.lib.errors import NotFound

_LATER: Final = {
    "start": "A session begins with `conductor campaign run` or `resume`.",
    "pause": "Use `conductor campaign checkpoint` and `conductor campaign pause`.",
    "complete": "A session ends with its run.",
}
_COLUMNS: Final = ("session", "state", "started", "ended", "checkpoints")


@click.group(cls=Group, later=_LATER)
def session() -> None:
    """Sittings of a run: each start, resume and reopening begins the next one."""


@session.command("list")
@reports.run_argument
@common
def list_(place: Place, run: str) -> int:
    """Every sitting of a run."""
    found = _sessions(place, run)
    place.console.answer(found)
    place.console.table(_COLUMNS, [_row(one) for one in found])
    return codes.OK


@session.command()
@reports.run_argument
@common
def status(place: Place, run: str) -> int:
    """The sitting that goes on, else the last one."""
    found = _sessions(place, run)
    if not found:
        raise NotFound("This run has no session.")
    place.console.answer(found[-1])
    place.console.table(_COLUMNS, [_row(found[-1])])
    return codes.OK


def _sessions(place: Place, said: str) -> list[JSON]:
    run = finding.run_of(place.door, said, kind="coding")
    return sessions_of(reports.all_events(place, run))


def sessions_of(events: Iterable[JSON]) -> list[JSON]:
    """The sittings that these events of a run tell of, oldest first."""
    found: dict[int, JSON] = {}
    for event in events:
        data = event["data"]
        if event["type"] == "session.opened":
            found[data["number"]] = {
                "run": event["run"],
                "number": data["number"],
                "state": event["to"],
                "started_at": event["time"],
                "ended_at": None,
                "checkpoints": 0,
            }
        elif event["type"] == "session.started" and found:
            found[max(found)]["state"] = event["to"]
        elif event["type"] == "session.ended" and data.get("number") in found:
            found[data["number"]] |= {"state": event["to"], "ended_at": event["time"]}
        elif event["type"] == "checkpoint.saved" and found:
            found[max(found)]["checkpoints"] += 1
    return list(found.values())


def _row(one: JSON) -> tuple[object, ...]:
    return one["number"], one["state"], one["started_at"], one["ended_at"], one["checkpoints"]
