"""`conductor up`, `worker` and `witness`: the long-running processes. Each runs until SIGTERM or Ctrl-C."""

from __future__ import annotations

import importlib
import os
from typing import Any

import click

from conductor import up as everything
from conductor.cli import codes


@click.command()
def up() -> int:
    """Run everything on this machine: database, Redis, web, witness, workers.

    PORT, HOST, WORKERS (short,long) and CONDUCTOR_HOME come from the environment.
    """
    return everything.main()


@click.command()
@click.option("--short", type=click.IntRange(0, 100), default=3, help="Workers for briefs and audits (3).")
@click.option("--long", "long_", type=click.IntRange(0, 100), default=2, help="Workers for coding and shell tasks (2).")
def worker(short: int, long_: int) -> int:
    """Run workers on this host, as many as said, and restart those that die."""
    if not short + long_:
        raise click.UsageError("Say how many workers: --short N, --long M.")
    return _manage("worker", short=short, long=long_)


@click.command()
@click.option("--once", is_flag=True, help="Sweep once and leave.")
def witness(once: bool) -> int:
    """Run the witness: it finds what crashed, what nobody works on, and what is overdue. Several do no harm."""
    return _manage("witness", once=once)


def _manage(name: str, **options: Any) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conductor.settings")
    importlib.import_module("conductor.sdk.django_ready")
    management = importlib.import_module("django.core.management")
    try:
        management.call_command(name, **options)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    return codes.OK
