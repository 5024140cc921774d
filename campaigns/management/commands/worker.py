"""Run a supervisor with its workers on this host, until SIGTERM."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from campaigns.engine.witness import sweep_once
from campaigns.jobs.supervisor import Supervisor, preload_models
from campaigns.states import Queue


class Command(BaseCommand):
    help = "Run workers: --short N for briefs and audits, --long M for coding agents and shell tasks."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--short", type=int, default=3)
        parser.add_argument("--long", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        sweep_once()
        preload_models()
        places = [Queue.SHORT.value] * options["short"] + [Queue.LONG.value] * options["long"]
        raise SystemExit(Supervisor(places).run())
