"""The root command: which groups there are, and the one place where faults become words and exit codes.

Loads a group only when it is asked for, so that `conductor up` and `--help` need no Django and no database.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final

import click

from conductor.cli import codes
from conductor.cli.console import Console, NobodyReads
from conductor.cli.options import Given
from conductor.lib.errors import ConductorError

#: Name -> where it is, what it does.
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "up": ("conductor.cli.service:up", "Run everything on this machine: database, Redis, web, witness, workers."),
    "demo": ("conductor.cli.demo:demo", "Run the examples end to end through the API, and check what they come to."),
    "worker": ("conductor.cli.service:worker", "Run workers on this host until told to stop."),
    "witness": ("conductor.cli.service:witness", "Run the witness, which repairs what crashed."),
    "doctor": ("conductor.cli.doctor:doctor", "Say whether the installation is well, and whether its data is sound."),
    "check": ("conductor.cli.doctor:check", "Check settings, database and agents before any work."),
    "token": ("conductor.cli.people:token", "API tokens."),
    "user": ("conductor.cli.people:user", "Users."),
    "agent": ("conductor.cli.agents:agent", "Agents and keys of models: list, add, revoke, test."),
    "brief": ("conductor.cli.brief:brief", "Creative campaigns: check a brief, run it."),
    "brand": ("conductor.cli.brand:brand", "Brands: make, change, publish, compare, try a phrase."),
    "campaign": ("conductor.cli.campaign:campaign", "Campaigns and their runs: start, watch, steer, export."),
    "audit": ("conductor.cli.audits:audit", "Audits of texts and runs: patches, waivers, certificates, rule packs."),
    "session": ("conductor.cli.session:session", "Sittings of a run."),
    "task": ("conductor.cli.task:task", "Tasks: show, retry, skip."),
    "inbox": ("conductor.cli.inbox:inbox", "What waits for a person."),
    "decision": ("conductor.cli.inbox:decision", "Answer what waits for a person."),
}
#: Groups that come with later parts of the product; named, so that nobody takes them for a typing error.
LATER: Final = ("reflect", "postmortem", "metrics", "convoy", "work", "phases")


class LazyGroup(click.Group):
    """Imports a sub-command when it is run; help is made from the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in LATER:
            raise click.UsageError(f"`conductor {cmd_name}` is not available yet.")
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        found: click.Command = getattr(importlib.import_module(module), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="conductor", prog_name="conductor")
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON on stdout.")
@click.option("--server", metavar="URL", help="Work on this server instead of this machine's database.")
@click.option("--token", "token_file", metavar="FILE", help="A file (mode 600) that holds the API token.")
@click.pass_context
def root(ctx: click.Context, as_json: bool, server: str | None, token_file: str | None) -> None:
    """Conductor: the control room for work done by agents.

    Every command works on this machine's database, or with --server URL on a server (token in CONDUCTOR_TOKEN, or in a
    file named by --token). --json makes the answer JSON. Exit codes: 0 done, 1 the work failed, 2 the request is not
    valid, 3 not found, 4 conflict, 5 a service does not answer.
    """
    ctx.obj = Given(as_json, server, token_file)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    console = Console(as_json="--json" in words)
    try:
        answer = root.main(args=words, prog_name="conductor", standalone_mode=False)
        sys.stdout.flush()
    except (NobodyReads, BrokenPipeError):
        return _leave_the_pipe()
    except (KeyboardInterrupt, click.Abort):
        console.note("Stopped.")
        return codes.INTERRUPTED
    except Exception as error:  # The last stop before the terminal: every fault becomes words and a code.
        return _refuse(console, error)
    return answer if isinstance(answer, int) and not isinstance(answer, bool) else codes.OK


def _refuse(console: Console, error: Exception) -> int:
    if os.environ.get("CONDUCTOR_TRACE") and not isinstance(error, click.ClickException | ConductorError):
        raise error
    fault = codes.fault_of(error)
    try:
        console.refuse(fault)
    except (NobodyReads, BrokenPipeError):
        return _leave_the_pipe()
    return fault.exit_code


def _leave_the_pipe() -> int:
    """Nobody reads any more. What Python would still flush at its end goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return codes.BROKEN_PIPE
