"""Threads for the database work of sockets, each with its own connection. Must not know what the work is.

Two small pools: one thread reads for everybody, a few serve single sockets (sign-in, snapshots, catching up), so that a
long catch-up never holds up live events, and neither takes a thread from the pages.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import Error, connection

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    def __init__(self, name: str, size: int) -> None:
        self._size = size
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: _guarded(work, *args, **kwargs))

    async def close_connections(self) -> None:
        """Close the connection of every thread: each takes exactly one of these calls, since all wait for all."""
        together = threading.Barrier(self._size)
        await asyncio.gather(*(self.run(_close, together) for _ in range(self._size)))


def _guarded(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """A connection that failed is thrown away: there is no request cycle here that would heal it.

    It may have died long ago, so the work, which only reads, is tried once more on a fresh one.
    """
    try:
        return work(*args, **kwargs)
    except Error:
        connection.close()
    try:
        return work(*args, **kwargs)
    except Error:
        connection.close()
        raise


def _close(together: threading.Barrier) -> None:
    together.wait(10)
    connection.close()


reading = Threads("socket-reader", 1)
desk = Threads("socket-desk", 3)
