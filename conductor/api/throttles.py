"""How often one caller may ask: counters per minute in the shared cache, in this process where the cache is down.

A brake against floods, not a guard of money: budgets and limits are kept in the database.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from conductor.lib import logs
from conductor.lib.errors import Throttled

WINDOW_S: Final = 60
#: After a failure the cache is left alone this long, so that a hanging Redis does not slow every request.
REST_S: Final = 5.0
READING: Final = ("GET", "HEAD", "OPTIONS")

log = logs.logger(__name__)


class MinuteThrottle(BaseThrottle):
    """One counter per caller and kind of request: `anonymous` by address, `read` and `write` by user.

    `settings.API_REQUESTS_PER_MINUTE` names the three rates; 0 means no limit.
    """

    waits_s: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        signed_in = bool(request.user and request.user.is_authenticated)
        kind = ("read" if request.method in READING else "write") if signed_in else "anonymous"
        most = settings.API_REQUESTS_PER_MINUTE[kind]
        if not most:
            return True
        self.waits_s = _wait(kind, request.user.pk if signed_in else self.get_ident(request), most)
        return self.waits_s is None

    def wait(self) -> float | None:
        return self.waits_s


def slow_guesses(request: Request) -> None:
    """Called for each credential that was refused: whoever sends many from one address must wait."""
    most = settings.API_REQUESTS_PER_MINUTE["anonymous"]
    wait_s = _wait("guess", BaseThrottle().get_ident(request), most) if most else None
    if wait_s is not None:
        raise Throttled(retry_after_s=wait_s)


def _wait(kind: str, who: object, most: int) -> float | None:
    """Count this request; the seconds to wait if it is one too many in its minute."""
    now = time.time()
    window = int(now // WINDOW_S)
    if _count(f"throttle:{kind}:{who}:{window}", window) <= most:
        return None
    return (window + 1) * WINDOW_S - now


class _Local:
    """The counters of this process, for when the shared ones cannot be reached."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.window = -1
        self.counts: dict[str, int] = {}
        self.rest_until = 0.0

    def count(self, key: str, window: int) -> int:
        with self.lock:
            if window != self.window:
                self.window, self.counts = window, {}
            self.counts[key] = self.counts.get(key, 0) + 1
            return self.counts[key]


_local = _Local()


def _count(key: str, window: int) -> int:
    """This request's number in its minute."""
    if time.monotonic() < _local.rest_until:
        return _local.count(key, window)
    try:
        if cache.add(key, 1, timeout=2 * WINDOW_S):
            return 1
        return cache.incr(key)
    except ValueError:  # It ran out between the two.
        return 1
    except (RedisError, OSError) as error:
        _local.rest_until = time.monotonic() + REST_S
        log.warning("throttles count locally: the cache does not answer", error=type(error).__name__)
        return _local.count(key, window)
