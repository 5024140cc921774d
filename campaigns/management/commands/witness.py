"""Run the witness: sweep every few seconds until SIGTERM. Several do no harm."""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from campaigns.engine import witness
from conductor.lib import signals


class Command(BaseCommand):
    help = "Run the witness, which finds what crashed, what nobody rang for and what is overdue."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="sweep once and leave")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            witness.sweep_once()
            return
        stop = threading.Event()
        signals.on(signals.TO_STOP, stop.set)
        witness.watch(stop)
