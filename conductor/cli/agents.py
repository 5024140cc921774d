"""`conductor agent`: which agents there are, whether they answer, and the keys with which models are asked.

A key is read from a private file, a variable or standard input, never from the command line, which others see.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Final

import click

from agents.contracts import PROVIDERS
from campaigns.kinds.creative import PARTS
from conductor.cli import codes, tokens
from conductor.cli.door import JSON
from conductor.cli.options import Group, Place, common
from conductor.lib import redact
from conductor.lib.errors import BadInput

VARIABLE: Final = "CONDUCTOR_MODEL_KEY"
_LONGEST: Final = 600


@click.group(cls=Group)
def agent() -> None:
    """Agents, and the keys of models."""


@agent.command("check")
@click.argument("specs", nargs=-1)
@click.option("--team", default="", metavar="NAME", help="Whose key a model is asked with.")
@common
def check(place: Place, specs: tuple[str, ...], team: str) -> int:
    """Whether agents answer: those named, else all there are. A model is really asked, a few tokens long.

    Exit code 1 if one that was named is not well.
    """
    found = place.door.agents(specs, team)
    ok = not specs or all(each["ok"] for each in found)
    place.console.answer({"ok": ok, "agents": found})
    rows = [(each.get("spec") or each["id"], _word(each["ok"]), each["words"]) for each in found]
    place.console.table(("agent", "well", "words"), rows)
    return codes.OK if ok else codes.FAILED


@agent.command("keys")
@click.option("--team", default="", metavar="NAME", help="Of this team only.")
@common
def keys(place: Place, team: str) -> int:
    """The keys of models: whose, what for, the last four characters."""
    found = place.door.model_keys(team)
    place.console.answer({"results": found})
    place.console.table(
        ("id", "provider", "key", "model", "used for", "state"), [_row(key) for key in found], empty="No keys."
    )
    return codes.OK


@agent.group("key", cls=Group)
def key() -> None:
    """Add, test and revoke keys of models."""


@key.command("add")
@click.argument("provider", type=click.Choice(PROVIDERS))
@click.option("--team", default="", metavar="NAME", help="Whose key it is.")
@click.option("--model", default="", help="The model that is asked by default, such as gpt-5.")
@click.option("--use", "uses", multiple=True, type=click.Choice(PARTS), help="What it is used for by default.")
@click.option("--endpoint", default="", metavar="NAME", help="Name of an endpoint of your own.")
@click.option("--base-url", default="", metavar="URL", help="Where the endpoint, or a gateway, is.")
@click.option("--structured", default="", help="native, tool or prompted, where the usual does not work.")
@click.option("--key-file", default="", metavar="FILE", help=f"A file (mode 600) with the key. [{VARIABLE}]")
@common
def add(place: Place, provider: str, team: str, uses: tuple[str, ...], key_file: str, **said: str) -> int:
    """Give a team access to models. The key comes from a file, from CONDUCTOR_MODEL_KEY, or from standard input."""
    body = {name: value for name, value in {**said, "uses": list(uses)}.items() if value}
    made = place.door.add_model_key(team, {**body, "provider": provider, "key": _secret(key_file)})
    place.console.answer(made)
    place.console.say(f"Added {made['provider']} {made['endpoint']}".rstrip() + f": {made['id']}")
    return codes.OK


@key.command("revoke")
@click.argument("id_", metavar="ID")
@common
def revoke(place: Place, id_: str) -> int:
    """Erase a key, with effect at once."""
    gone = place.door.revoke_model_key(id_)
    place.console.answer(gone)
    place.console.say(f"Revoked {gone['provider']} {gone['endpoint']}".rstrip() + ".")
    return codes.OK


@key.command("check")
@click.argument("id_", metavar="ID")
@click.option("--model", default="", help="Another model than the key's own.")
@common
def check_key(place: Place, id_: str, model: str) -> int:
    """Ask the model for one word with this key. Exit code 1 if it does not answer."""
    found = place.door.check_model_key(id_, model)
    place.console.answer(found)
    place.console.say(found["words"])
    return codes.OK if found["ok"] else codes.FAILED


@key.command("rotate")
@common
def rotate(place: Place) -> int:
    """Seal all keys anew under the first of MODEL_KEY_SECRETS. On the server's own machine only."""
    place.refuse_server("Keys are sealed anew on the server's own machine.")
    _ = place.door  # Opens the database, and makes sure that it is of this version.
    done = importlib.import_module("conductor.sdk.people").reseal_model_keys()
    place.console.answer({"sealed": done})
    place.console.say(f"{done} keys are sealed under the present secret.")
    return codes.OK


def _secret(file: str) -> str:
    """The key, remembered so that no message can show it; "" where none is given, as some endpoints need none."""
    if file:
        said = tokens.private_text(Path(file), "--key-file")
    elif VARIABLE in os.environ:
        said = os.environ[VARIABLE].strip()
    else:
        said = "" if sys.stdin.isatty() else sys.stdin.read(_LONGEST + 1).strip()
    if len(said) > _LONGEST or not said.isprintable():
        raise BadInput(errors={"key": "Is not one key."})
    redact.remember([said])
    return said


def _word(ok: bool | None) -> str:
    return "?" if ok is None else "yes" if ok else "no"


def _row(found: JSON) -> tuple[str, ...]:
    name = f"{found['provider']} {found['endpoint']}".strip()
    state = "revoked" if found["revoked_at"] else "usable"
    shown = f"…{found['last_four']}" if found["last_four"] else "hidden"
    return found["id"], name, shown, found["model"], ", ".join(found["uses"]), state
