"""The command: a private home and a free port, everything started, the examples run, everything ended."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from conductor.cli import codes
from conductor.cli.console import Console
from conductor.cli.demo.examples import Demonstration, Shown
from conductor.cli.endings import ended_politely
from conductor.embedded import paths
from conductor.lib.errors import BadInput, Unavailable

EXAMPLES: Final = ("brief.yaml", "coding.yaml")


@click.command()
@click.option("--out", metavar="DIR", help="Where the ZIP goes; else demo/ in the home of this machine.")
@click.option("--home", metavar="DIR", help="Run on this home and keep it; else on a private one that is removed.")
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON on stdout.")
def demo(out: str | None, home: str | None, as_json: bool) -> int:
    """Run the examples end to end through the API, and check what they come to.

    Starts database, Redis, web, witness and workers on a free port, files the examples with a token, prints events as
    they arrive, exports the pieces. Exit code 0 only if everything is as the examples state.
    """
    console = Console(as_json=as_json)
    began = time.monotonic()
    folder = kept_in(out)
    with _private_home(home) as place, ended_politely(), _running(as_json) as stack:
        base = f"http://127.0.0.1:{os.environ['PORT']}"
        console.say(f"Conductor runs at {base}, home {place}.")
        shown = [
            Demonstration(console, base, _token(), stack.tend, place / "work").show(paths.files() / "examples" / name)
            for name in EXAMPLES
        ]
        written = [str(_keep(each, folder)) for each in shown if each.packed]
        unsound = _unsound()
    took = time.monotonic() - began
    ok = not unsound and all(not each.differences for each in shown)
    told = {"ok": ok, "seconds": round(took, 1), "files": written, "unsound": unsound}
    console.answer({**told, "examples": [each.as_json() for each in shown]})
    for file in written:
        console.say(f"Pieces: {file}")
    for each in shown:
        for words in each.differences:
            console.note(f"{each.name}: {words}")
    for words in unsound:
        console.note(f"the stored data is not sound: {words}")
    words = "Everything is as stated" if ok else "Not as stated"
    console.say(f"{words}; it took {took:.0f} s.", style="green" if ok else "red")
    return codes.OK if ok else codes.FAILED


def kept_in(out: str | None) -> Path:
    """Where the pieces go. A home that is new is made here as the service makes it: private."""
    return Path(out) if out else paths.make_home() / "demo"


def _keep(shown: Shown, folder: Path) -> Path:
    file = folder / f"{Path(shown.name).stem}.zip"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(shown.packed)
    except OSError as error:
        raise BadInput(errors={"--out": f"{file} cannot be written: {error.strerror}."}) from error
    return file


@contextlib.contextmanager
def _private_home(named: str | None) -> Iterator[Path]:
    """CONDUCTOR_HOME and PORT for this process and its children, before any setting is read."""
    home = Path(named).absolute() if named else Path(tempfile.mkdtemp(prefix="conductor-demo-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    os.environ |= {"CONDUCTOR_HOME": str(home), "PORT": str(port), "HOST": "127.0.0.1", "HTTPS": "false"}
    os.environ.setdefault("LOG_LEVEL", "warning")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conductor.settings")
    try:
        yield home
    finally:
        if named is None:
            shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def _running(as_json: bool) -> Iterator[Any]:
    """The stack. What its preparation prints must not get into a JSON answer."""
    up = importlib.import_module("conductor.up")
    real = os.dup(1)
    if as_json:
        os.dup2(2, 1)
    try:
        with up.running() as stack:
            os.dup2(real, 1)
            yield stack
    finally:
        os.dup2(real, 1)
        os.close(real)


def _token() -> str:
    """A token of the first admin, made as anybody would: with the command line."""
    made = _conductor("token", "create", "--user", "admin", "--name", "demonstration", "--days", "1", "--json")
    if made.returncode:
        raise Unavailable(f"No token could be made: {made.stderr.strip()[-300:]}")
    return str(json.loads(made.stdout)["secret"])


def _unsound() -> list[str]:
    """What the checks of the stored data find after all this; nothing is wanted."""
    looked = _conductor("doctor", "--invariants", "--json")
    try:
        found = json.loads(looked.stdout)["violations"]
    except (ValueError, KeyError):
        return [f"The check itself failed: {looked.stderr.strip()[-300:]}"]
    return [f"{one['check']} {one['subject']} {one['words']}" for one in found]


def _conductor(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "conductor.cli", *words], capture_output=True, text=True, check=False)
