#!/usr/bin/env python
"""Writes docs/states.md and docs/events.md from the tables in the code; a test says when they are out of date.

Run it after a change of `campaigns/states.py` or `campaigns/event_types.py`. Must not be imported by the product.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from campaigns.event_types import EVENT_TYPES, EventType  # noqa: E402
from campaigns.states import MOVES, STATES  # noqa: E402

WRITTEN_BY = "Made by `scripts/tables.py`; change the table in the code, not this file."

NOUNS = {
    "campaign": "A brief or a goal that runs execute. A draft may be incomplete; its first run makes it active.",
    "brand": "How a team speaks and looks. Runs use its published version; changes wait in its draft until published.",
    "run": "One execution of a campaign. `completed` and `cancelled` are final; the other ends may be reopened.",
    "session": "One continuous sitting of a run. After a pause or a reopening the next one is opened.",
    "task": "A node of the run's graph. What ended well, was cancelled or set aside is final.",
    "attempt": "One try at a task, born running. Its end is told by the event of its task, as `data.attempt`.",
    "audit": "A report about pieces: born done, or pending where the audit is owed.",
    "rule_pack": "Rules a team wrote for its audits. Only a published one is chosen; archived ones stay readable.",
    "decision": "Something that waits for a person. It is void once it no longer matters.",
    "merge": "A commit on its way to a branch: intended before the branch moves.",
}

STREAMS = {
    "campaign": "Campaigns",
    "run": "Runs",
    "graph": "Runs",
    "session": "Sessions",
    "task": "Tasks and their attempts",
    "tasks": "Tasks and their attempts",
    "artifact": "Pieces, audits, gates",
    "audit": "Pieces, audits, gates",
    "finding": "Pieces, audits, gates",
    "waiver": "Pieces, audits, gates",
    "gate": "Pieces, audits, gates",
    "decision": "Decisions",
    "budget": "Money",
    "checkpoint": "Checkpoints and landings",
    "merge": "Checkpoints and landings",
    "post": "After the end of a run",
    "team": "Teams",
    "brand": "Brands",
    "rule_pack": "Teams",
    "token": "Teams",
}


def words(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "-"


def states() -> str:
    """docs/states.md."""
    lines = ["# States and moves", "", f"{WRITTEN_BY}", ""]
    lines += [
        "Every status has one table of legal moves, in `campaigns/states.py`. Only `campaigns/transitions` writes a",
        "status, by compare-and-set, with its event in the same transaction. A move that is not here is refused; a",
        "test reaches every one that is.",
    ]
    for noun, moves in MOVES.items():
        lines += [
            "",
            f"## {noun.capitalize()}",
            "",
            NOUNS[noun],
            "",
            "| state | may become | told by |",
            "|---|---|---|",
        ]
        for state in STATES[noun]:
            may = [new for new in STATES[noun] if new in moves[state]]
            told = [e.name for e in EVENT_TYPES.values() if e.noun == noun and state in e.to]
            lines.append(f"| `{state.value}` | {words(s.value for s in may)} | {words(told)} |")
    return "\n".join(lines) + "\n"


def events() -> str:
    """docs/events.md."""
    lines = ["# Events", "", f"{WRITTEN_BY}", ""]
    lines += [
        "Every change of state appends an event in the transaction that makes it. Events are numbered per *stream*",
        "(a run, a campaign or a team): 1, 2, 3 and so on, without a gap, in the order of the commits. Nothing follows",
        "the end of a run except events named `post.…` and `run.reopened`. Each event says who (`actor`), when",
        "(`time`), because of what (`correlation`: one id for everything that one request, command or sweep caused),",
        "the state of the run after it, and the move it tells (`from_state`, `to_state`). `data` has no fields but",
        "those listed.",
    ]
    by_stream = groupby(EVENT_TYPES.values(), key=lambda event: STREAMS[event.name.partition(".")[0]])
    for title, found in by_stream:
        lines += ["", f"## {title}", "", "| type | says | moves to | data |", "|---|---|---|---|"]
        lines += [row(event) for event in found]
    return "\n".join(lines) + "\n"


def row(event: EventType) -> str:
    says = f"{event.words} **An end.**" if event.end else event.words
    moves = f"{event.noun}: {words(sorted(event.to))}" if event.to else "-"
    return f"| `{event.name}` | {says} | {moves} | {words(sorted(event.data))} |"


PAGES = {"states.md": states, "events.md": events}


def main() -> None:
    for name, make in PAGES.items():
        (ROOT / "docs" / name).write_text(make())


if __name__ == "__main__":
    main()
