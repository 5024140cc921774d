"""Obey signals without taking locks in their handlers."""

from __future__ import annotations

import _thread
import signal
from collections.abc import Callable, Iterable
from types import FrameType

TO_STOP = (signal.SIGTERM, signal.SIGINT)


def on(numbers: Iterable[signal.Signals], act: Callable[[], object]) -> None:
    """Call `act`, in a thread of its own, each time one of these signals arrives.

    A handler runs in the main thread between any two of its steps, also in the middle of another handler. If it set an
    Event there, it could wait for the lock of that Event which its own thread holds, for ever.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        _thread.start_new_thread(act, ())

    for number in numbers:
        signal.signal(number, handle)
