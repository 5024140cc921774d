"""Ring for workers: the only caller of RQ's queues. A ring may be lost, doubled or late; the database is the truth.

A job is "take a place at run R" with a fresh id and ids as arguments, nothing else: no result, no retry, no callback.
"""

from __future__ import annotations

import logging
import time
from functools import cache
from uuid import UUID

import redis
from django.conf import settings
from django_rq.queues import get_queue
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue

log = logging.getLogger("conductor.queue")

TAKE_PLACE = "campaigns.jobs.places.take_place"
JOB_TTL_S = 3600
#: After a failure nobody here asks Redis again for so long: a frozen one holds a caller up once, not each time.
REST_S = 1.0

_quiet_until = 0.0


def url() -> str:
    return str(settings.REDIS_URL)


def forget_connections() -> None:
    """After a fork: the parent's sockets are not ours."""
    global _quiet_until  # noqa: PLW0603 - one rest per process, as there is one connection
    _quiet_until = 0.0
    queue.cache_clear()
    connection.cache_clear()


@cache
def connection() -> redis.Redis:
    """One client per process, with short timeouts and no second try: Redis must never hang a caller."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=2,
        socket_connect_timeout=1,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 0),
    )


@cache
def queue(name: str) -> Queue:
    """As RQ_QUEUES describes it, on our own connection."""
    return get_queue(name, connection=connection())


def ring(run_id: UUID, queue_name: str, places: int) -> bool:
    """Enqueue `places` jobs for the run. False if Redis did not take them; the witness rings again."""
    if _resting():
        return False
    q = queue(queue_name)
    data = [
        Queue.prepare_data(
            TAKE_PLACE, args=(str(run_id), queue_name), timeout=-1, result_ttl=0, ttl=JOB_TTL_S, failure_ttl=60
        )
        for _ in range(places)
    ]
    try:
        q.enqueue_many(data)
    except redis.RedisError as error:
        _rest()
        log.warning("ring lost: %s", error.__class__.__name__, extra={"run": str(run_id)})
        return False
    return True


def waiting(queue_name: str) -> int:
    """Jobs in the queue, 0 if Redis does not answer."""
    if _resting():
        return 0
    try:
        return int(connection().llen(queue(queue_name).key))
    except redis.RedisError:
        _rest()
        return 0


def _resting() -> bool:
    return time.monotonic() < _quiet_until


def _rest() -> None:
    global _quiet_until  # noqa: PLW0603 - one rest per process, as there is one connection
    _quiet_until = time.monotonic() + REST_S
