"""The time of one audit: work that takes longer is broken off, also in the middle of a loop or a regular expression.

Only the main thread of a process, in which workers and the command line audit, can be interrupted. In another, work
is let end, and is refused afterwards.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Final, TypeVar

T = TypeVar("T")

#: A rule that swallows the interruption gets the next so soon.
AGAIN_S: Final = 0.05


class OutOfTime(BaseException):
    """Not an Exception: what an audit calls may catch those."""


class TimeLimit:
    """Begins when it is made, and counts until the audit ends."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return self._until - time.monotonic()

    def run(self, work: Callable[[], T]) -> T:
        """What the work gives, or OutOfTime; then it is not even begun, or broken off, or of no use any more."""
        left = self.left
        if left <= 0:
            raise OutOfTime
        main = threading.current_thread() is threading.main_thread()
        done = _interruptible(work, left) if main else work()
        if self.left <= 0:
            raise OutOfTime
        return done


def _interruptible(work: Callable[[], T], seconds: float) -> T:
    """The alarm and whoever had set it before get it back as it was."""
    armed = True

    def ring(number: int, frame: FrameType | None) -> None:
        if armed:
            raise OutOfTime

    began = time.monotonic()
    before = signal.signal(signal.SIGALRM, ring)
    delay, interval = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_S)
    try:
        try:
            return work()
        finally:
            armed = False
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)
        if delay:
            signal.setitimer(signal.ITIMER_REAL, max(delay - (time.monotonic() - began), 0.001), interval)
