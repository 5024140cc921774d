"""How the installation is, in plain checks: what is asked, what it said, what to do. Never writes."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import metadata
from typing import Any, Final

import django
import redis
from django.db import connection

from campaigns.models import Service, Worker
from campaigns.permissions import Actor, visible_teams
from campaigns.queries import workers as work
from campaigns.queries.pages.now import Crew, crew
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
    crew: Crew
    workers: Sequence[tuple[Worker, str]]
    services: Sequence[Service]
    figures: dict[str, Any]
    versions: dict[str, str]


def status_page(actor: Actor, now: datetime) -> StatusPage:
    at_work = crew(now)
    recent = Worker.objects.filter(beat_at__gte=now - timedelta(days=1)).order_by("stopped_at", "queue", "-beat_at")
    return StatusPage(
        checks=[_database(), _redis(), _witness(at_work), *_queues(at_work)],
        crew=at_work,
        workers=[(worker, _state(worker, now)) for worker in recent[:SHOWN]],
        services=list(Service.objects.filter(stopped_at__isnull=True).order_by("name", "-beat_at")[:SHOWN]),
        figures=work.status(visible_teams(actor)),
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


def _witness(at_work: Crew) -> Check:
    if at_work.swept_at is None:
        return Check("Witness", False, "Has never swept here.", "Start it: conductor witness.")
    if at_work.sweep_is_late:
        return Check(
            "Witness", False, "Its last sweep is too long ago.", "Lost work is taken up again when it is back."
        )
    return Check("Witness", True, "Sweeps.")


def _queues(at_work: Crew) -> list[Check]:
    checks = []
    for queue, count in at_work.live.items():
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
