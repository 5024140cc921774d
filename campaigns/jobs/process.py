"""One worker process: its row, its heartbeat, its signals, its queue. Leaves by `os._exit` when its drain is over."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable

from django.conf import settings
from django.db import connections

from campaigns.engine import place
from campaigns.engine.place import Station
from campaigns.engine.pulse import Pulse
from campaigns.jobs.places import work_as
from campaigns.jobs.rq_worker import PlaceWorker
from campaigns.models import Worker
from campaigns.permissions import Actor
from campaigns.transitions.accept import database_now
from conductor.lib import signals
from conductor.lib.ids import new_id

log = logging.getLogger("conductor.worker")


def run_worker(queue: str, *, sync: Callable[[str], None] | None = None) -> int:
    """Work on one queue until told to stop; 0 after a clean stop, so that the supervisor starts the next."""
    connections.close_all()
    now = database_now()
    row = Worker.objects.create(
        pk=new_id(), host=socket.gethostname(), pid=os.getpid(), queue=queue, started_at=now, beat_at=now
    )
    actor = Actor(None, f"worker:{row.pk}", "")
    pulse = Pulse(row, release=lambda claims: place.release(actor, claims))
    station = Station(row, pulse)
    if sync is not None:
        station.sync = sync
    work_as(station)
    worker = PlaceWorker(queue, name=f"conductor-{row.pk}", stopping=pulse.draining, recycle=lambda: _is_old(pulse))
    pulse.each_beat = worker.beat
    signals.on(signals.TO_STOP, pulse.drain)  # it only sets flags: it never throws into a transaction
    pulse.start()
    log.info("worker started", extra={"worker": str(row.pk), "queue": queue})
    try:
        worker.serve()
    finally:
        pulse.stop()
        Worker.objects.filter(pk=row.pk).update(stopped_at=database_now())
        connections.close_all()
    return 0


def _is_old(pulse: Pulse) -> bool:
    return bool(pulse.attempts_done >= settings.RECYCLE_ATTEMPTS or pulse.memory_mb > settings.RECYCLE_MB)
