"""Signals are obeyed at whatever moment they arrive."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from types import FrameType

import pytest

from conductor.lib import signals


@pytest.fixture
def patience() -> Iterator[None]:
    """A handler that waits for a lock for ever is an error, not a hanging test."""

    def give_up(number: int, frame: FrameType | None) -> None:
        raise AssertionError("the handler waits for ever")

    before = {number: signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGUSR1)}
    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, 5)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_is_obeyed_while_its_own_thread_holds_the_lock_of_the_event(patience: None) -> None:
    """So it is in the middle of `wait`, and of a handler for the signal before."""
    stop = threading.Event()
    signals.on([signal.SIGUSR1], stop.set)
    with stop._cond:  # type: ignore[attr-defined]
        signal.raise_signal(signal.SIGUSR1)
        assert not stop.is_set()
    assert stop.wait(5)


def test_each_signal_is_obeyed(patience: None) -> None:
    came = threading.Semaphore(0)
    signals.on([signal.SIGUSR1], came.release)
    for _ in range(3):
        signal.raise_signal(signal.SIGUSR1)
        assert came.acquire(timeout=5)
