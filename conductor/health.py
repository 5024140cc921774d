"""Liveness and readiness for people, load balancers and `conductor doctor`. Must not change anything.

The scrape-time metrics of the control panel belong beside these, at /metrics.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from campaigns.models import Service, Worker
from conductor.lib import clock


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be well for work to go on."""

    name: str
    ok: bool
    words: str


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Everything work needs answers; else problem JSON that says what does not."""
    checks = readiness()
    shown = {check.name: {"ok": check.ok, "words": check.words} for check in checks}
    wrong = [check for check in checks if not check.ok]
    if not wrong:
        return JsonResponse({"status": "ready", "checks": shown})
    problem = {
        "type": "about:blank",
        "title": "Not ready",
        "status": 503,
        "code": "unavailable",
        "detail": " ".join(check.words for check in wrong),
        "errors": {check.name: [check.words] for check in wrong},
        "checks": shown,
    }
    return JsonResponse(problem, status=503, content_type="application/problem+json")


def readiness() -> list[Check]:
    """The checks in the order in which an operator would look."""
    base = [_check("database", _database), _check("redis", _redis)]
    if not base[0].ok:
        return base
    return [*base, _check("witness", _witness), *(_check(f"workers_{q}", _workers(q)) for q in settings.RQ_QUEUES)]


def _check(name: str, look: Callable[[], str]) -> Check:
    """`look` returns what is wrong, in a sentence, or nothing."""
    try:
        wrong = look()
    except DatabaseError:
        wrong = "The database does not answer."
    return Check(name, not wrong, wrong or "It is well.")


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _redis() -> str:
    try:
        with redis.Redis.from_url(settings.REDIS_HASTY_URL, retry=None) as client:
            client.ping()
    except (redis.RedisError, OSError):
        return "Redis does not answer; reading and accepting go on, nothing new is started."
    return ""


def _witness() -> str:
    beat = Service.objects.filter(name="witness", stopped_at=None).order_by("-beat_at").values_list("beat_at").first()
    if beat is None:
        return "No witness is running."
    return "" if _recent(beat[0]) else "The last sweep of a witness is too long ago."


def _workers(queue: str) -> Callable[[], str]:
    def look() -> str:
        living = Worker.objects.filter(queue=queue, stopped_at=None, draining=False)
        beat = living.order_by("-beat_at").values_list("beat_at").first()
        if beat is None:
            return f"No worker is on the queue {queue}."
        return "" if _recent(beat[0]) else f"No worker on the queue {queue} has given a sign lately."

    return look


def _recent(beat: datetime) -> bool:
    return clock.now() - beat <= timedelta(seconds=clock.timing().READY_AGE_S)
