"""Which run, checkpoint, task, decision or brand is meant: a whole id, its last digits, a number or key, or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from conductor.cli.door import JSON, Door
from conductor.lib.errors import BadInput, ConductorError, NotFound
from conductor.lib.ids import short
from conductor.lib.text import fold

LEAST_DIGITS: Final = 4
_DIGITS: Final = re.compile(r"[0-9a-f]{4,32}\Z")


def run_of(door: Door, said: str, *, kind: str = "") -> JSON:
    """A run: by its id or its campaign's (its newest run), whole or the last digits; else the newest of the kind."""
    if said and (whole := _whole(said)):
        return _by_id(door, whole)
    rows = [row for row in door.runs() if said or not kind or row["kind"] == kind]
    if not said:
        if not rows:
            raise NotFound(f"There is no {kind} run yet." if kind else "There is no run yet.")
        return door.run(rows[0]["id"])
    found = _ending(rows, said, "id") or _newest_of_each(_ending(rows, said, "campaign"))
    return door.run(_one(found, said, "run")["id"])


def _by_id(door: Door, whole: str) -> JSON:
    try:
        return door.run(whole)
    except ConductorError as error:
        if error.code != "not_found":
            raise
        rows = door.runs(campaign=whole)
    if not rows:
        raise NotFound("There is no such run.")
    return door.run(rows[0]["id"])


def checkpoint_of(door: Door, run: JSON, said: str) -> JSON:
    """A checkpoint of the run: by number, by id or its last digits; else the latest."""
    rows = door.checkpoints(run["id"])
    if not rows:
        raise NotFound("This run has no checkpoint.")
    if not said:
        return rows[-1]
    if said.isascii() and said.isdigit() and len(said) < LEAST_DIGITS:
        rows = [row for row in rows if row["number"] == int(said)]
        return _one(rows, said, "checkpoint")
    return _one(_ending(rows, said, "id"), said, "checkpoint")


def task_of(door: Door, run_said: str, said: str) -> JSON:
    """A task: by its id; or by its key or last digits, in that run or the newest one."""
    if whole := _whole(said):
        return door.task(whole)
    rows = door.tasks(run_of(door, run_said)["id"])
    found = [row for row in rows if row["key"] == said] or _ending(rows, said, "id")
    return door.task(_one(found, said, "task")["id"])


def decision_of(door: Door, said: str) -> str:
    """The id of a decision: whole, or the last digits of an open one."""
    if whole := _whole(said):
        return whole
    return str(_one(_ending(door.decisions(state="open"), said, "id"), said, "open decision")["id"])


def brand_of(door: Door, said: str) -> str:
    """The id of a brand: whole, its last digits, its short name or its name."""
    if whole := _whole(said):
        return whole
    rows = door.brands()
    found = [row for row in rows if said == row["slug"]] or [row for row in rows if fold(row["name"]) == fold(said)]
    return str(_one(found or _ending(rows, said, "id"), said, "brand")["id"])


def _whole(said: str) -> str:
    try:
        return str(UUID(said))
    except ValueError:
        return ""


def _ending(rows: Sequence[JSON], said: str, name: str) -> list[JSON]:
    digits = said.lower().replace("-", "")
    if not _DIGITS.match(digits):
        return []
    return [row for row in rows if str(row[name]).replace("-", "").endswith(digits)]


def _newest_of_each(rows: Sequence[JSON]) -> list[JSON]:
    newest: dict[Any, JSON] = {}
    for row in rows:
        newest.setdefault(row["campaign"], row)
    return list(newest.values())


def _one(rows: Sequence[JSON], said: str, noun: str) -> JSON:
    if not rows:
        raise NotFound(f"There is no {noun} {said!r} among the latest.")
    if len(rows) > 1:
        ids = ", ".join(short(row["id"]) for row in rows[:5])
        raise BadInput(errors={noun: f"{said!r} fits several: {ids}. Say more digits."})
    return rows[0]
