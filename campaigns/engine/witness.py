"""The witness: sweeps every few seconds, says that it did, and expires nothing right after a gap in its own sight."""

from __future__ import annotations

import logging
import os
import socket
import threading
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, connection

from campaigns.engine.checks import due_checks
from campaigns.engine.sweeps import SWEEPS
from campaigns.models import Service
from campaigns.permissions import Actor
from campaigns.transitions.accept import database_now
from conductor.lib import logs
from conductor.lib.clock import boot_seconds, timing
from conductor.lib.ids import new_id

log = logging.getLogger("conductor.witness")

NAME = "witness"
KEEP_S = 3600


class Witness:
    """One process's sweeps. `seen_since` is when it began to see the database without a gap."""

    def __init__(self) -> None:
        now = database_now()
        self.row = Service.objects.create(
            pk=new_id(), name=NAME, host=socket.gethostname(), pid=os.getpid(), started_at=now, beat_at=now
        )
        self.last_sweep = boot_seconds()
        self.seen_since = boot_seconds()

    def sweep(self) -> dict[str, int]:
        """All sweeps once; how many repairs each made. Leases are left alone for one lease after a gap."""
        correlation = str(new_id())
        with logs.context(correlation=correlation):
            return self._sweep(Actor(None, f"witness:{self.row.pk}", correlation))

    def _sweep(self, actor: Actor) -> dict[str, int]:
        began = boot_seconds()
        if began - self.last_sweep > timing().LEASE_S / 2:
            self.seen_since = began
        blind = self._others_were_blind_too() and began - self.seen_since < timing().LEASE_S
        figures: dict[str, int] = {}
        for name, sweep in SWEEPS.items():
            if name == "leases_over" and blind:
                continue
            figures[name] = sweep(database_now(), actor)
        figures["checks"] = due_checks(database_now(), actor)
        self.last_sweep = boot_seconds()
        repaired = {name: n for name, n in figures.items() if n}
        if repaired:
            log.info("swept", extra=repaired)
        Service.objects.filter(pk=self.row.pk).update(beat_at=database_now(), figures=figures)
        return figures

    def _others_were_blind_too(self) -> bool:
        """A gap of ours does not matter if another witness has swept meanwhile: it saw the heartbeats."""
        since = database_now() - timedelta(seconds=2 * timing().SWEEP_S)
        seen = Service.objects.filter(
            name=NAME, beat_at__gt=since, started_at__lt=since - timedelta(seconds=timing().LEASE_S)
        )
        return not seen.exclude(pk=self.row.pk).exists()

    def leave(self) -> None:
        Service.objects.filter(pk=self.row.pk).update(stopped_at=database_now())
        Service.objects.filter(name=NAME, beat_at__lt=database_now() - timedelta(seconds=KEEP_S)).delete()


def sweep_once() -> dict[str, int]:
    """One sweep by whoever starts (a supervisor): leases that ran out while nobody looked are given one more lease."""
    witness = Witness()
    try:
        return witness.sweep()
    finally:
        witness.leave()


def watch(stop: threading.Event) -> None:
    """Sweep until told to stop. A database that fails is waited for; the gap is remembered."""
    witness: Witness | None = None
    while not stop.is_set():
        try:
            witness = witness or Witness()
            witness.sweep()
        except (DatabaseError, InterfaceError) as error:
            log.warning("sweep missed: %s", error.__class__.__name__)
            connection.close()
        stop.wait(timing().SWEEP_S)
    if witness is not None:
        try:
            witness.leave()
        except (DatabaseError, InterfaceError):
            log.warning("could not say goodbye to the database")
