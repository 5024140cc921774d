"""`conductor doctor` and `conductor check`: is the installation well, is its data sound, is it fit for work?"""

from __future__ import annotations

import importlib
from collections import Counter
from pathlib import Path
from uuid import UUID

import click

from conductor.cli import codes
from conductor.cli.console import Console
from conductor.cli.door import JSON
from conductor.cli.options import Place, common
from conductor.lib.errors import BadInput

SHOWN = 20


@click.command()
@click.option("--invariants", is_flag=True, help="Check what must always hold of the stored data.")
@click.option(
    "--quiet", "quiet_s", type=float, metavar="SECONDS", help="Leave alone what moved that lately (two leases)."
)
@click.option("--given", metavar="FILE", help="Run ids that clients were told, one per line; each must exist.")
@common
def doctor(place: Place, invariants: bool, quiet_s: float | None, given: str | None) -> int:
    """Say whether everything that work needs answers; with --invariants, whether the stored data is sound.

    Exit code 0 only if nothing is found.
    """
    if invariants:
        return _invariants(place, quiet_s, given)
    if quiet_s is not None or given:
        raise click.UsageError("--quiet and --given go with --invariants.")
    found = place.door.readiness()
    if not place.server:
        faults = importlib.import_module("conductor.installation").faults()
        found += [{"name": "installation", "ok": False, "words": fault.words} for fault in faults]
    return _tell(place.console, found)


@click.command()
@click.argument("specs", nargs=-1)
@common
def check(place: Place, specs: tuple[str, ...]) -> int:
    """Check settings and database, and whether agents are well: those named, else all there are.

    SPECS are agents such as builtin, shell, human. Exit code 1 if one that was named is not well.
    """
    found = place.door.agents(specs)
    ok = not specs or all(agent["ok"] for agent in found)
    place.console.answer({"ok": ok, "agents": found})
    place.console.say("Settings and database are well.")
    rows = [(a.get("spec") or a["id"], _word(a["ok"]), a["version"], a["words"]) for a in found]
    place.console.table(("agent", "well", "version", "words"), rows)
    return codes.OK if ok else codes.FAILED


def _word(ok: bool | None) -> str:
    return "?" if ok is None else "yes" if ok else "no"


def _tell(console: Console, found: list[JSON]) -> int:
    ok = all(each["ok"] for each in found)
    console.answer({"ok": ok, "checks": found})
    console.table(("what", "well", "words"), [(each["name"], _word(each["ok"]), each["words"]) for each in found])
    return codes.OK if ok else codes.FAILED


def _invariants(place: Place, quiet_s: float | None, given: str | None) -> int:
    place.refuse_server("The data is checked on the server's own machine.")
    if quiet_s is not None and quiet_s < 0:
        raise BadInput(errors={"--quiet": "Must be zero or more."})
    promised = _ids(given)
    _ = place.door  # Opens the database, and makes sure that it is of this version.
    invariants = importlib.import_module("campaigns.queries.invariants")
    key = importlib.import_module("campaigns.actions.checkpoints").signing_key()
    found = invariants.violations(quiet_s=quiet_s, given=promised, signing_key=key)
    told = [{"check": v.check, "subject": v.subject, "words": v.words} for v in found]
    place.console.answer({"ok": not found, "checks": len(invariants.CHECKS), "violations": told})
    for check_name, n in Counter(v.check for v in found).items():
        place.console.say(f"{check_name}: {n}", style="red")
        for v in [v for v in found if v.check == check_name][:SHOWN]:
            place.console.say(f"  {v.subject} {v.words}")
    if not found:
        place.console.say(f"{len(invariants.CHECKS)} checks, nothing found.")
    return codes.FAILED if found else codes.OK


def _ids(file: str | None) -> list[UUID]:
    if file is None:
        return []
    try:
        lines = Path(file).read_text().split()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(errors={"--given": f"{file} cannot be read."}) from error
    try:
        return [UUID(line) for line in lines]
    except ValueError:
        raise BadInput(errors={"--given": f"{file} must hold one id of a run per line."}) from None
