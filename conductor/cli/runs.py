"""What several commands do with runs: file and start one, set one in motion and stay with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from campaigns.kinds.registry import get_kind
from conductor.cli import follow
from conductor.cli.door import JSON
from conductor.cli.endings import ended_politely
from conductor.cli.options import Place
from conductor.lib.errors import BadInput
from conductor.lib.ids import short


def file_and_start(
    place: Place, body: Mapping[str, Any], choices: Mapping[str, Any], *, team: str, detach: bool
) -> JSON:
    """File a campaign and start its run; the run as it is at the end. What a run could not start with is told first."""

    def command() -> JSON:
        filed = place.door.file(body, team)
        ready = place.door.preflight(filed["id"], choices)
        if not ready["ok"]:
            words = f"Filed as campaign {short(filed['id'])}, but no run can start."
            raise BadInput(words, errors=ready["errors"], code="incomplete")
        for words in ready["warnings"]:
            place.console.note(words)
        return place.door.start(filed["id"], choices)

    _refuse_incomplete(body)
    return set_in_motion(place, command, detach=detach)


def _refuse_incomplete(body: Mapping[str, Any]) -> None:
    """Before anything is stored or started. What a brand adds is known to the team's library only."""
    if body.get("brand"):
        return
    missing = get_kind(body["kind"]).missing(body.get("brief") or {}, body.get("plan") or {}, body.get("goal") or "")
    if missing:
        raise BadInput("Something is missing before a run can start.", errors=missing, code="incomplete")


def set_in_motion(place: Place, command: Callable[[], JSON], *, after: int = 0, detach: bool) -> JSON:
    """Give a command that lets a run go on, then follow that run. With `detach`, the run as the command left it."""
    door, console = place.door, place.console
    if detach:
        return command()
    with ended_politely(), door.working() as tended:
        run = command()
        name = f"Run {run['number']} ({short(run['id'])}) of campaign {short(run['campaign'])}"
        console.say(f"{name}: {run['kind']}, {run['mode']}.")
        begin = after if after and run["last_event"] >= after else 0
        try:
            return follow.follow(
                door, run["id"], tended, lambda event: console.say(follow.event_line(event)), after=begin
            )
        except KeyboardInterrupt:
            console.note(f"The run is not cancelled: `conductor campaign status {short(run['id'])}` shows it.")
            raise


def finish(place: Place, run: JSON) -> int:
    """Tell what it came to; the exit code."""
    place.console.answer(run)
    follow.tell_end(place.console, run)
    return follow.exit_code(run)
