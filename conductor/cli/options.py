"""The options every command has, and what a command is given: its console and the door it works through."""

from __future__ import annotations

import functools
import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import click

from conductor.cli import tokens
from conductor.cli.console import Console
from conductor.cli.door import Door
from conductor.lib.errors import BadInput

SERVER: Final = "CONDUCTOR_SERVER"
USER: Final = "CONDUCTOR_USER"


@dataclass(frozen=True, slots=True)
class Given:
    """Options said before the name of the command."""

    as_json: bool = False
    server: str | None = None
    token_file: str | None = None


@dataclass(frozen=True)
class Place:
    """Where a command works and how it speaks."""

    console: Console
    server: str = ""
    token_file: str = ""

    @functools.cached_property
    def door(self) -> Door:
        """This machine's database, or a server. Opened only when a command needs it."""
        if self.server:
            remote = importlib.import_module("conductor.cli.remote")
            found: Door = remote.RemoteDoor(self.server, tokens.read(self.token_file), self.console.note)
            return found
        if self.token_file:
            raise BadInput(errors={"--token": "Is for a server; say --server URL as well."})
        _quietly_ready()
        local: Door = importlib.import_module("conductor.cli.local").open_door(
            os.environ.get(USER, ""), self.console.note
        )
        return local

    def certificate_key(self) -> bytes:
        """The key of this machine's certificates; needs no database."""
        _quietly_ready()
        key: bytes = importlib.import_module("conductor.lib.seals").certificate_key()
        return key

    def refuse_server(self, why: str) -> None:
        if self.server:
            raise BadInput(errors={"--server": why})


def _quietly_ready() -> None:
    """Django, logging only warnings where nothing else is said; processes that are started from here log as usual."""
    quiet = "LOG_LEVEL" not in os.environ
    if quiet:
        os.environ["LOG_LEVEL"] = "warning"
    try:
        importlib.import_module("conductor.sdk.django_ready")
    finally:
        if quiet:
            del os.environ["LOG_LEVEL"]


#: For commands that make something, which has to belong to a team.
in_team: Final = click.option(
    "--team", default="", metavar="NAME", help="In which team; needed where there are several."
)


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --json, --server and --token; the command gets its `Place` first."""

    @click.option("--json", "as_json", is_flag=True, help="Answer with JSON on stdout.")
    @click.option("--server", metavar="URL", envvar=SERVER, help=f"Work on this server. [{SERVER}]")
    @click.option(
        "--token", "token_file", metavar="FILE", help="A file (mode 600) with the API token. [CONDUCTOR_TOKEN]"
    )
    @click.pass_context
    @functools.wraps(command)
    def wrapped(ctx: click.Context, as_json: bool, server: str | None, token_file: str | None, **options: Any) -> Any:
        before = ctx.find_object(Given) or Given()
        console = Console(as_json=as_json or before.as_json)
        place = Place(console, before.server or server or "", token_file or before.token_file or "")
        return ctx.invoke(command, place, **options)

    return wrapped


class Group(click.Group):
    """A group that names the commands which come later, instead of calling them unknown."""

    def __init__(self, *args: Any, later: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.later = later or {}

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.later:
            raise click.UsageError(
                f"`{ctx.command_path} {cmd_name}` is not available yet. {self.later[cmd_name]}".strip()
            )
        return super().get_command(ctx, cmd_name)
