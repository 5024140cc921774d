"""`conductor inbox` and `conductor decision`: what waits for a person, and the answer."""

from __future__ import annotations

from typing import Any

import click

from conductor.cli import codes, files, finding, runs
from conductor.cli.options import Group, Place, common
from conductor.lib.errors import BadInput
from conductor.lib.ids import short


@click.group(cls=Group)
def inbox() -> None:
    """What waits for a person."""


@inbox.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what was answered or no longer matters.")
@common
def list_(place: Place, everything: bool) -> int:
    """Every open question, oldest first."""
    found = place.door.decisions(**({} if everything else {"state": "open"}))
    place.console.answer(found)
    rows = [
        (
            short(d["id"]),
            d["state"],
            f"{d['campaign_name']} run {d['run_number']}",
            d["question"],
            " | ".join(d["options"]),
        )
        for d in found
    ]
    place.console.table(("decision", "state", "of", "question", "options"), rows, "Nothing waits for you.")
    return codes.OK


@click.group(cls=Group)
def decision() -> None:
    """Answer what waits for a person."""


@decision.command()
@click.argument("decision")
@click.argument("answer", required=False)
@click.option("--file", "file", metavar="FILE", help="The answer as an object, in YAML or JSON.")
@click.option("--follow", "stay", is_flag=True, help="Stay with the run until it ends.")
@common
def answer(place: Place, decision: str, answer: str | None, file: str | None, stay: bool) -> int:
    """Answer DECISION (an id or its last digits) with one of its options, or an object such as '{"output": {…}}'."""
    if (answer is None) == (file is None):
        raise BadInput(errors={"ANSWER": "Give the answer, or --file FILE that holds it."})
    said: Any = files.read_object(file) if file else answer
    if isinstance(said, str) and said.lstrip().startswith("{"):
        said = files.object_in(said, "ANSWER")
    pk = finding.decision_of(place.door, decision)
    before = place.door.decision(pk)
    after = place.door.run(before["run"])["last_event"]
    told = place.door.answer(pk, said)
    if stay:
        return runs.finish(
            place, runs.set_in_motion(place, lambda: place.door.run(told["run"]), after=after, detach=False)
        )
    place.console.answer(told)
    place.console.say(f"Answered. The run goes on: `conductor campaign resume {short(told['run'])}` follows it.")
    return codes.OK
