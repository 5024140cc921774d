"""How the installation is, in plain checks: what is asked, what it said, what to do. Never writes."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import metadata
from typing import Any, Final

import django
import redis
from django.db import connection

from campaigns.models import Worker
from campaigns.permissions import Actor, visible_teams
from campaigns.queries import workers as work
from conductor.lib import jobqueue
from conductor.lib.clock import timing

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    said: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class StatusPage:
    checks: Sequence[Check]
    workers: Sequence[tuple[Worker, str]]
    figures: dict[str, Any]
    versions: dict[str, str]


def status_page(actor: Actor, now: datetime) -> StatusPage:
    figures = work.status(visible_teams(actor))
    recent = Worker.objects.filter(beat_at__gte=now - timedelta(days=1)).order_by("stopped_at", "queue", "-beat_at")
    return StatusPage(
        checks=[_database(), _redis(), _witness(figures["services"], now), *_queues(figures["workers"])],
        workers=[(worker, _state(worker, now)) for worker in recent[:SHOWN]],
        figures=figures,
        versions=versions(),
    )


def _state(worker: Worker, now: datetime) -> str:
    if worker.stopped_at is not None:
        return "stopped"
    if now - worker.beat_at > timedelta(seconds=timing().READY_AGE_S):
        return "silent"
    return "draining" if worker.draining else "alive"


def _database() -> Check:
    kind = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}.get(connection.vendor, connection.vendor)
    return Check("Database", True, f"{kind} answers.")


def _redis() -> Check:
    try:
        jobqueue.connection().ping()
    except (redis.RedisError, OSError):
        advice = "Pages read and accept as always; the witness rings for what waits as soon as Redis is back."
        return Check("Redis", False, "Does not answer.", advice)
    return Check("Redis", True, "Answers.")


def _witness(services: Sequence[Mapping[str, Any]], now: datetime) -> Check:
    beats = [datetime.fromisoformat(service["beat_at"]) for service in services if service["name"] == "witness"]
    if not beats:
        return Check("Witness", False, "None is running.", "Start it: conductor witness.")
    if now - max(beats) > timedelta(seconds=timing().READY_AGE_S):
        return Check(
            "Witness", False, "Its last sweep is too long ago.", "Lost work is taken up again when it is back."
        )
    return Check("Witness", True, "Sweeps.")


def _queues(live: Mapping[str, int]) -> list[Check]:
    checks = []
    for queue, count in live.items():
        name, said = f"Workers, {queue}", f"{count} at work or waiting for it." if count else "None is alive."
        advice = "" if count else f"Start some: conductor worker --{queue} 1. What is ready waits until then."
        checks.append(Check(name, count > 0, said, advice))
    return checks


def versions() -> dict[str, str]:
    """What runs here, for whoever reports a fault."""
    try:
        own = metadata.version("conductor")
    except metadata.PackageNotFoundError:
        own = "from a checkout"
    return {"Conductor": own, "Django": django.get_version(), "Python": platform.python_version()}
