"""Stay with a run until it ends or waits for a person: its events as they arrive, then what it came to."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from campaigns.event_types import END_TYPES
from campaigns.kinds.makers import Maker, agent_words, stood_in
from conductor.cli import codes
from conductor.cli.console import Console
from conductor.cli.door import JSON, Door, Tended
from conductor.lib.ids import short

#: Looks without a new event before the run itself is looked at.
QUIET: Final = 5
_STYLES: Final = {"completed": "green", "partially_completed": "yellow", "failed": "red", "budget_stopped": "red"}

Show = Callable[[JSON], None]


def follow(door: Door, run_id: str, tended: Tended, show: Show, *, after: int = 0) -> JSON:
    """The run once nothing moves in it any more without a person."""
    quiet = 0
    while True:
        tended.tend()
        found = door.events(run_id, after)
        for event in found:
            show(event)
            after = event["seq"]
        quiet = 0 if found else quiet + 1
        over = bool(found) and (
            found[-1]["type"] in END_TYPES or found[-1]["type"] in ("run.paused", "decision.opened")
        )
        if over or quiet >= QUIET:
            quiet = 0
            run = door.run(run_id)
            if rests(run) and run["last_event"] <= after:
                return run
        if not found:
            time.sleep(door.poll_s)


def rests(run: JSON) -> bool:
    """True if the run has ended, stands paused, or has only tasks that wait for a person."""
    if run["outcome"] is not None or run["state"] == "paused":
        return True
    tasks = run["tasks"]
    return bool(tasks.get("waiting")) and not (tasks.get("ready") or tasks.get("in_progress"))


def event_line(event: JSON) -> str:
    """One event for a person: time, what, of which task, in words."""
    data: dict[str, Any] = event["data"]
    about = data.get("key") or event["agent"] or ""
    words = event["message"] or _more(data)
    return f"{event['time'][11:19]}  {event['type']:<24} {about:<20} {words}".rstrip()


def _more(data: dict[str, Any]) -> str:
    named = ("number", "mode", "verdict", "score", "reason", "code", "outcome")
    return ", ".join(f"{name} {data[name]}" for name in named if data.get(name) not in (None, ""))


def tell_end(console: Console, run: JSON) -> None:
    """What the run came to, and what may follow."""
    state = run["state"]
    percent = run["progress"]["percent"]
    console.say()
    console.say(f"Run {run['number']} ({short(run['id'])}) is {state.replace('_', ' ')}.", style=_STYLES.get(state, ""))
    console.facts(
        {
            "outcome": run["outcome"],
            "stage": run["stage"],
            "tasks": ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in run["tasks"].items()),
            "progress": f"{percent} %, proved {run['progress']['proved_percent']} %",
            "took": _seconds(run["metrics"]["total_ms"]),
            "budget": _budget(run["budget"]),
        }
    )
    if run["artifacts"]:
        console.say()
        rows = [(p["slot"], p["number"], f"{p['size']} bytes", p["sha256"], _maker(p)) for p in run["artifacts"]]
        console.table(("piece", "version", "size", "sha256", "by"), rows)
        for piece in run["artifacts"]:
            if why := stood_in(Maker(**piece["made_by"])) if piece.get("made_by") else "":
                console.say(f"{piece['slot']}: made by {_maker(piece)}, {why}", style="yellow")
    if run["audit"]:
        _tell_audit(console, run["audit"])
    for error in run["errors"]:
        console.say(f"{error['agent']}: {error['message']} ({error['code']})", style="red")
    _tell_next(console, run)


def _maker(piece: JSON) -> str:
    return Maker(**piece["made_by"]).words if piece.get("made_by") else ""


def _tell_audit(console: Console, audit: JSON) -> None:
    """The verdict of the rules; apart from it, and under its own name, what a model thinks."""
    score = "" if audit["score"] is None else f", score {audit['score']:g}"
    console.say(f"\nAudit: {audit['verdict'].replace('_', ' ')}{score}.")
    if held := audit.get("effective"):
        console.say(f"With {held['waived']} waived: {held['verdict'].replace('_', ' ')}.")
    for said in audit.get("opinions", ()):
        console.say(f"An opinion, which changes nothing, of {agent_words(said['by'])}: {said['text']}")
    for said in audit.get("no_opinion", ()):
        console.say(said["why"])


def _tell_next(console: Console, run: JSON) -> None:
    pk = short(run["id"])
    if run["state"] in ("partially_completed", "failed"):
        console.note(f"`conductor campaign retry {pk}` tries what failed again.")
    elif run["state"] == "paused" or run["tasks"].get("waiting"):
        console.note(f"It waits for you: `conductor inbox list`, `conductor campaign resume {pk}`.")


def exit_code(run: JSON) -> int:
    """0 for success and for a run that waits for a person; 1 for every other end."""
    return codes.OK if run["outcome"] in (None, "success") else codes.FAILED


def _seconds(ms: int | None) -> str:
    return "" if ms is None else f"{ms / 1000:.1f} s"


def _budget(budget: JSON | None) -> str:
    if not budget:
        return ""
    limit = budget.get("limit")
    unknown = f"; {budget['unknown']} of it for calls of unknown cost" if budget.get("unknown") else ""
    return f"{budget.get('spent')} of {limit or 'unlimited'} {budget.get('currency', '')}".strip() + unknown
