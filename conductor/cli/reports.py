"""What `conductor campaign` reads: status, runs, checkpoints, domains, progress, the plan, and everything as files."""

from __future__ import annotations

from typing import Any

import click

from conductor.cli import codes, files, finding, follow
from conductor.cli.door import JSON
from conductor.cli.endings import ended_politely
from conductor.cli.options import Place, common
from conductor.lib.errors import BadInput
from conductor.lib.ids import short

run_argument = click.argument("run", required=False, default="")


@click.command()
@run_argument
@click.option("--follow", "stay", is_flag=True, help="Show events as they arrive, until the end.")
@click.option("--tui", is_flag=True, help="Not available yet.")
@common
def status(place: Place, run: str, stay: bool, tui: bool) -> int:
    """How a run stands: state, tasks, pieces, audit, errors."""
    if tui:
        raise BadInput(errors={"--tui": "The full-screen view is not available yet; --follow shows events."})
    door, console = place.door, place.console
    found = finding.run_of(door, run, kind="coding")
    if stay and not follow.rests(found):
        with ended_politely(), door.working() as tended:
            found = follow.follow(door, found["id"], tended, lambda event: console.say(follow.event_line(event)))
    console.answer(found)
    follow.tell_end(console, found)
    return codes.OK


@click.command("runs")
@common
def runs_(place: Place) -> int:
    """The latest runs, newest first."""
    found = place.door.runs()
    place.console.answer(found)
    columns = ("run", "campaign", "number", "kind", "purpose", "state", "outcome", "created_at")
    rows = [
        (short(r["id"]), short(r["campaign"]), *(r[name] for name in columns[2:]))
        for r in found
    ]  # fmt: skip
    place.console.table(columns, rows, "There is no run yet.")
    return codes.OK


@click.command("list")
@run_argument
@common
def list_(place: Place, run: str) -> int:
    """The checkpoints of a run."""
    found = place.door.checkpoints(finding.run_of(place.door, run, kind="coding")["id"])
    place.console.answer(found)
    rows = [
        (c["number"], short(c["id"]), c["cause"], c["completed"], c["git_commit"][:10], c["created_at"], c["reason"])
        for c in found
    ]
    columns = ("no", "checkpoint", "cause", "completed", "commit", "saved", "reason")
    place.console.table(columns, rows, "This run has no checkpoint.")
    return codes.OK


@click.command()
@run_argument
@common
def domains(place: Place, run: str) -> int:
    """The domains of a run, and how far each is."""
    found = place.door.domains(finding.run_of(place.door, run, kind="coding")["id"])
    place.console.answer(found)
    rows = [
        (
            d["name"],
            d["tasks_total"],
            d["tasks_done"],
            d["tasks_running"],
            d["tasks_failed"],
            f"{d['progress_percent']} %",
        )
        for d in found
    ]
    columns = ("domain", "tasks", "done", "running", "failed", "progress")
    place.console.table(columns, rows, "This run has no domains.")
    return codes.OK


@click.command()
@run_argument
@common
def progress(place: Place, run: str) -> int:
    """The figures of a run."""
    found = finding.run_of(place.door, run, kind="coding")
    metrics: dict[str, Any] = found["metrics"]
    place.console.answer(
        {"run": found["id"], "state": found["state"], "progress": found["progress"], "metrics": metrics}
    )
    done, total = found["progress"]["completed"], found["progress"]["total"]
    bar = "#" * (found["progress"]["percent"] // 5)
    place.console.say(f"[{bar:<20}] {found['progress']['percent']} %  {done} of {total} tasks")
    place.console.facts({name: value for name, value in metrics.items() if not isinstance(value, dict)})
    return codes.OK


@click.command()
@run_argument
@common
def plan(place: Place, run: str) -> int:
    """The tasks of a run with what each needs. (A plan file: `campaign run --plan FILE --dry-run`.)"""
    found = place.door.graph(finding.run_of(place.door, run, kind="coding")["id"])
    place.console.answer(found)
    keys = {node["id"]: node["key"] for node in found["nodes"]}
    needs: dict[str, list[str]] = {}
    for edge in found["edges"]:
        needs.setdefault(edge["to"], []).append(keys[edge["from"]])
    nodes = sorted(found["nodes"], key=lambda node: node["position"])
    rows = [
        (n["key"], n["title"], n["state"], n["domain"] or n["slot"], n["priority"], ", ".join(needs.get(n["id"], ())))
        for n in nodes
    ]
    place.console.table(("task", "title", "state", "domain", "priority", "needs"), rows)
    return codes.OK


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("--run", "run", default="", metavar="RUN", help="Which run; else the newest coding run.")
@click.option("--force", is_flag=True, help="Write into DIR although it is not empty.")
@common
def export(place: Place, folder: str, run: str, force: bool) -> int:
    """Write everything about a run into DIR: tasks with attempts and evidence, events, checkpoints, pieces."""
    door = place.door
    found = finding.run_of(door, run, kind="coding")
    into = files.check_folder(folder, force=force)
    names = files.unpack(door.export(found["id"]), into) if found["artifacts"] else []
    documents: dict[str, Any] = {
        "run.json": found,
        "campaign.json": door.campaign(found["campaign"]),
        "tasks.json": [door.task(row["id"]) for row in door.tasks(found["id"])],
        "evidence.json": door.evidence(found["id"]),
        "checkpoints.json": door.checkpoints(found["id"]),
    }
    for name, value in documents.items():
        files.write_json(into / name, value)
    files.write_lines(into / "events.jsonl", all_events(place, found))
    names += [*documents, "events.jsonl"]
    place.console.answer({"run": found["id"], "folder": str(into.resolve()), "files": names})
    place.console.say(f"{len(names)} files are in {into}.")
    return codes.OK


def all_events(place: Place, run: JSON) -> list[JSON]:
    events: list[JSON] = []
    while page := place.door.events(run["id"], events[-1]["seq"] if events else 0):
        events += page
    return events
