"""The RQ entry point: take a place at a run. Ids in, one call out, safe to run twice."""

from __future__ import annotations

import logging
from uuid import UUID

from campaigns.engine import place
from campaigns.engine.place import Station
from campaigns.states import Queue
from conductor.lib import logs

log = logging.getLogger("conductor.worker")

_station: list[Station] = []


def work_as(station: Station) -> None:
    """This process works as that station from now on."""
    _station[:] = [station]


def take_place(run_id: str, queue: str) -> int:
    """Work at the run until nothing is ready or others wait; the number of attempts made."""
    if not _station:
        raise RuntimeError("This process is no worker.")
    with logs.context(run=run_id, worker=_station[0].worker.pk):
        return place.take_place(_station[0], UUID(run_id), Queue(queue).value)
