"""`conductor task`: look at one task with its attempts and evidence, retry it, or go on without it."""

from __future__ import annotations

from typing import Any

import click

from conductor.cli import codes, finding, runs
from conductor.cli.console import Console
from conductor.cli.door import JSON
from conductor.cli.options import Group, Place, common

run_option = click.option("--run", "run", default="", metavar="RUN", help="In which run; else the newest.")
follow_option = click.option("--follow", "stay", is_flag=True, help="Stay with the run until it ends.")


@click.group(cls=Group)
def task() -> None:
    """Tasks: show, retry, skip. TASK is an id, its last digits, or a key in the run."""


@task.command()
@click.argument("task")
@run_option
@common
def show(place: Place, task: str, run: str) -> int:
    """What a task asks for, what it needs, each attempt and its evidence."""
    found = finding.task_of(place.door, run, task)
    place.console.answer(found)
    _tell(place.console, found)
    return codes.OK


@task.command()
@click.argument("task")
@run_option
@follow_option
@common
def retry(place: Place, task: str, run: str, stay: bool) -> int:
    """Try a failed or blocked task again; what it blocked waits again. An ended run is reopened."""
    return _steer(place, finding.task_of(place.door, run, task), "retry", {}, stay)


@task.command()
@click.argument("task")
@click.argument("reason")
@run_option
@follow_option
@common
def skip(place: Place, task: str, reason: str, run: str, stay: bool) -> int:
    """Go on without a task, and say why; what needs it may start."""
    return _steer(place, finding.task_of(place.door, run, task), "skip", {"reason": reason}, stay)


def _steer(place: Place, found: JSON, verb: str, body: dict[str, Any], stay: bool) -> int:
    after = place.door.run(found["run"])["last_event"]
    done = place.door.steer_task(found["id"], verb, body)
    if stay:
        return runs.finish(
            place, runs.set_in_motion(place, lambda: place.door.run(done["run"]), after=after, detach=False)
        )
    place.console.answer(done)
    place.console.say(f"Task {done['key']} is {done['state'].replace('_', ' ')}.")
    return codes.OK


def _tell(console: Console, task: JSON) -> None:
    console.facts(
        {
            "task": f"{task['key']}: {task['title']}",
            "state": task["state"].replace("_", " "),
            "by": f"{task['role']} ({', '.join(task['backend'])})",
            "domain": task["domain"],
            "needs": ", ".join(f"{need['key']} ({need['state']})" for need in task["needs"]),
            "attempts": f"{task['attempts']}, {task['failures']} failed, at most {task['max_attempts']}",
            "error": task["error"] and task["error"].get("message"),
            "summary": task["summary"],
        }
    )
    for attempt in task["tries"]:
        took = "" if attempt["agent_ms"] is None else f", {attempt['agent_ms']} ms"
        console.say(f"\nAttempt {attempt['number']}: {attempt['state'].replace('_', ' ')} by {attempt['spec']}{took}")
        for proof in attempt["evidence"]:
            console.say(f"  {proof['verdict']:<8} {proof['title']}  {proof['message']}".rstrip())
        for asked in attempt["invocations"]:
            if asked["transcript"]:
                console.say(_indented(asked["transcript"][-2_000:]))


def _indented(text: str) -> str:
    return "\n".join(f"  | {line}" for line in text.splitlines())
