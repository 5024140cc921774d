"""Wait for a database that is away: a unit of work is repeated whole, so that an outage costs time and not work.

Only for what may be repeated: a transaction that compares before it sets, or a read. Never inside a transaction.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final, TypeVar

import psycopg
from django.db import InterfaceError, OperationalError, connection

from conductor.lib.clock import boot_seconds, timing

log = logging.getLogger("conductor.worker")

T = TypeVar("T")

#: What Django raises when the server, the way to it or a lock is the trouble, and not what was asked.
AWAY: Final = (OperationalError, InterfaceError)
FIRST_S: Final = 0.1


def only_locked(error: BaseException) -> bool:
    """True where the server is well and somebody else has held one row for too long."""
    return isinstance(error.__cause__, psycopg.errors.LockNotAvailable)


def patiently(work: Callable[[int], T], *, stop: Callable[[], bool] = lambda: False) -> T:
    """Do the work, as often as the database goes away, until contact is given up. `work` gets the tries before."""
    began = boot_seconds()
    tries = 0
    while True:
        try:
            return work(tries)
        except AWAY as error:
            connection.close()
            if stop() or boot_seconds() - began > timing().HARD_FENCE_S:
                raise
            log.warning("database away: %s", error.__class__.__name__, extra={"tries": tries})
            time.sleep(min(FIRST_S * 2**tries, timing().HEARTBEAT_S))
            tries += 1
