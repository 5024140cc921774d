"""How a command that stays ends: SIGTERM as Ctrl-C, so that whatever it started ends with it."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def ended_politely() -> Iterator[None]:
    """SIGTERM raises KeyboardInterrupt while this is open."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
