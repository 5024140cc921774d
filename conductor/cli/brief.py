"""`conductor brief`: check a brief, run it and stay with it until it ends."""

from __future__ import annotations

from typing import Any, Final

import click

from campaigns.kinds import brief as briefs
from campaigns.kinds.registry import get_kind
from conductor.cli import codes, files, runs
from conductor.cli.options import Group, Place, common, in_team
from conductor.lib.errors import BadInput

#: What a brief may leave to its brand.
GIVEN_BY_BRANDS: Final = ("brief.tone", "brief.platforms")


@click.group(cls=Group)
def brief() -> None:
    """Creative campaigns: check a brief, run it."""


@brief.command("check")
@click.argument("file")
@click.option("--truncate", is_flag=True, help="Accept that texts over their limit are cut at a word.")
@common
def check(place: Place, file: str, truncate: bool) -> int:
    """Read FILE and say whether a run could start. Nothing is stored.

    Exit code 0 if the brief is complete, 2 if something is wrong or missing.
    """
    found = files.read_campaign(file, kind="creative", truncate=truncate)
    missing = get_kind("creative").missing(found.brief, {}, "")
    if found.brand:
        place.console.note(f"What the brand {found.brand} adds is known when the brief is run.")
        missing = {name: said for name, said in missing.items() if name not in GIVEN_BY_BRANDS}
    if missing:
        raise BadInput("The brief is not complete.", errors=missing, code="incomplete")
    place.console.answer(
        {
            "ok": True,
            "brief": found.brief,
            "brand": found.brand or None,
            "settings": found.settings,
            "cuts": found.cuts,
            "sha256": briefs.brief_hash(found.brief),
        }
    )
    for words in found.cuts:
        place.console.note(words)
    place.console.say("The brief is complete.")
    return codes.OK


@brief.command("run")
@click.argument("file")
@click.option(
    "--mode", type=click.Choice(["parallel", "sequential"]), help="Makers side by side, or one after another."
)
@click.option(
    "--platform", "platforms", multiple=True, metavar="NAME", help="Instead of the brief's platforms; repeatable."
)
@click.option("--brand", default="", metavar="NAME", help="A brand of the team, instead of the one the file names.")
@click.option("--out", metavar="DIR", help="Write the pieces, the audit and a manifest into this folder.")
@click.option("--force", is_flag=True, help="Write into DIR although it is not empty.")
@click.option("--budget", metavar="AMOUNT", help="The most it may cost, e.g. 2.50.")
@click.option("--truncate", is_flag=True, help="Accept that texts over their limit are cut at a word.")
@in_team
@click.option("--detach", is_flag=True, help="Do not wait for the end.")
@common
def run(
    place: Place,
    *,
    file: str,
    mode: str | None,
    platforms: tuple[str, ...],
    brand: str,
    out: str | None,
    force: bool,
    budget: str | None,
    truncate: bool,
    team: str,
    detach: bool,
) -> int:
    """File the brief in FILE, run it, and show what it makes.

    Where no worker is alive on this machine, some are started and end with the command.
    """
    if out and detach:
        raise BadInput(errors={"--out": "Waits for the end, so it does not go with --detach."})
    if platforms:
        briefs.platforms(list(platforms), "--platform")
    found = files.read_campaign(file, kind="creative", truncate=truncate)
    folder = files.check_folder(out, force=force) if out else None
    body: dict[str, Any] = {"kind": "creative", "brief": found.brief, "settings": found.settings}
    body |= {"name": found.name} if found.name else {}
    body |= {"brand": brand or found.brand} if brand or found.brand else {}
    body |= {"budget": budget or found.budget} if budget or found.budget else {}
    for words in found.cuts:
        place.console.note(words)
    choices: dict[str, Any] = {"mode": mode} if mode else {}
    choices |= {"platforms": list(platforms)} if platforms else {}
    ended = runs.file_and_start(place, body, choices, team=team, detach=detach)
    if folder is not None:
        names = files.unpack(place.door.export(ended["id"]), folder)
        place.console.say(f"\n{len(names)} files are in {folder}.")
    return runs.finish(place, ended)
