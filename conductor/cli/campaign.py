"""`conductor campaign`: start a coding campaign, and steer, read and export any run."""

from __future__ import annotations

import re
from typing import Any, Final

import click

from campaigns.kinds import yaml_source
from conductor.cli import codes, finding, follow, planning, reports, runs
from conductor.cli.options import Group, Place, common
from conductor.lib.errors import BadInput

_LATER: Final = {
    "drift": "Drift checks come with the coding agents.",
    "parallel": "Domains run side by side already: --max-workers and `max_parallel` of a plan.",
    "validate": "`conductor campaign run --plan FILE --dry-run` checks a plan.",
    "replay": "`conductor doctor --invariants` replays the events of every run.",
}
_CHANGE: Final = re.compile(r"(?P<task>[^=]+)\.(?P<field>[a-z_]+)=(?P<value>.*)\Z", re.DOTALL)

run_argument = click.argument("run", required=False, default="")
detach_option = click.option("--detach", is_flag=True, help="Do not wait for the end.")
reason_option = click.option("--reason", default="", help="Why; shown with the run.")
run_option = click.option("--run", "run", default="", metavar="RUN", help="Which run; else the newest coding run.")


@click.group(cls=Group, later=_LATER)
def campaign() -> None:
    """Campaigns and their runs: start, watch, steer, export.

    RUN is the id of a run or a campaign, whole or its last digits; without it, the newest run of a coding campaign.
    """


campaign.add_command(planning.run)
for command in (
    reports.status,
    reports.runs_,
    reports.list_,
    reports.domains,
    reports.progress,
    reports.plan,
    reports.export,
):
    campaign.add_command(command)


@campaign.command()
@run_argument
@detach_option
@common
def resume(place: Place, run: str, detach: bool) -> int:
    """Let a paused run go on, and stay with it. A run that goes on already is only followed."""
    found = finding.run_of(place.door, run, kind="coding")

    def command() -> Any:
        if found["state"] in ("queued", "running"):
            return found
        return place.door.steer(found["id"], "resume", {})

    return runs.finish(place, runs.set_in_motion(place, command, after=found["last_event"], detach=detach))


@campaign.command()
@run_argument
@reason_option
@common
def pause(place: Place, run: str, reason: str) -> int:
    """Start no further attempt; those that run finish, then the run stands until it is resumed."""
    return _steer(place, run, "pause", {"reason": reason})


@campaign.command()
@run_argument
@reason_option
@common
def cancel(place: Place, run: str, reason: str) -> int:
    """Cancel what has not started and stop what runs. Finished pieces stay."""
    return _steer(place, run, "cancel", {"reason": reason})


def _steer(place: Place, said: str, verb: str, body: dict[str, Any]) -> int:
    found = finding.run_of(place.door, said, kind="coding")
    run = place.door.steer(found["id"], verb, body)
    place.console.answer(run)
    follow.tell_end(place.console, run)
    return codes.OK


@campaign.command()
@run_argument
@click.option("--task", "tasks", multiple=True, metavar="KEY", help="Only this task; repeatable.")
@click.option("--agent", "agents", multiple=True, metavar="NAME", help="Only tasks of this piece or role; repeatable.")
@detach_option
@common
def retry(place: Place, run: str, tasks: tuple[str, ...], agents: tuple[str, ...], detach: bool) -> int:
    """Try what failed again. An ended run is reopened."""
    found = finding.run_of(place.door, run)
    ids = [finding.task_of(place.door, found["id"], key)["id"] for key in tasks]
    body = {"tasks": ids, "agents": list(agents)}

    def command() -> Any:
        return place.door.steer(found["id"], "retry", body)

    return runs.finish(place, runs.set_in_motion(place, command, after=found["last_event"], detach=detach))


@campaign.command()
@click.argument("reason")
@run_option
@common
def checkpoint(place: Place, reason: str, run: str) -> int:
    """Save a full, signed snapshot of a run."""
    found = finding.run_of(place.door, run, kind="coding")
    saved = place.door.steer(found["id"], "checkpoint", {"reason": reason})
    place.console.answer(saved)
    place.console.say(f"Checkpoint {saved['number']} is saved: {saved['completed']} tasks completed.")
    return codes.OK


@campaign.command()
@click.argument("checkpoint", required=False, default="")
@run_option
@detach_option
@common
def restore(place: Place, checkpoint: str, run: str, detach: bool) -> int:
    """Start a child run with exactly what a checkpoint holds (number or id; else the latest). Stops the old run."""
    found = finding.run_of(place.door, run, kind="coding")
    chosen = finding.checkpoint_of(place.door, found, checkpoint)
    return runs.finish(place, runs.set_in_motion(place, lambda: place.door.restore(chosen["id"]), detach=detach))


@campaign.command()
@run_argument
@click.option("--from-task", metavar="KEY", help="Do this task, and all that follow it, again.")
@click.option("--from-checkpoint", metavar="CHECKPOINT", help="Begin from this checkpoint (number or id).")
@click.option(
    "--change", "changes", multiple=True, metavar="TASK.FIELD=VALUE", help="E.g. build.max_attempts=5; repeatable."
)
@detach_option
@common
def fork(
    place: Place,
    *,
    run: str,
    from_task: str | None,
    from_checkpoint: str | None,
    changes: tuple[str, ...],
    detach: bool,
) -> int:
    """Stop a run and start a child of it that carries its completed tasks over, with changes."""
    found = finding.run_of(place.door, run, kind="coding")
    body: dict[str, Any] = {"changes": _changes(changes)}
    body |= {"from_task": from_task} if from_task else {}
    if from_checkpoint:
        body["from_checkpoint"] = finding.checkpoint_of(place.door, found, from_checkpoint)["id"]
    return runs.finish(
        place, runs.set_in_motion(place, lambda: place.door.steer(found["id"], "fork", body), detach=detach)
    )


def _changes(said: tuple[str, ...]) -> dict[str, Any]:
    tasks: dict[str, dict[str, Any]] = {}
    for text in said:
        read = _CHANGE.match(text)
        if read is None:
            raise BadInput(errors={"--change": f"{text[:60]!r} is not TASK.FIELD=VALUE."})
        try:
            value = yaml_source.read(read["value"] or '""', what="--change").value
        except BadInput as error:
            raise BadInput(errors={"--change": f"{text[:60]!r}: {error.message}"}) from None
        tasks.setdefault(read["task"], {})[read["field"]] = value
    return {"tasks": tasks} if tasks else {}
