"""Looks at the processes of this machine from outside, for tests that nobody survives."""

import time
from collections.abc import Callable
from pathlib import Path

from conductor.lib import proctree


def alive(mark: str) -> list[int]:
    found = []
    for entry in proctree.everyone():
        try:
            line = Path(f"/proc/{entry.pid}/cmdline").read_bytes()
        except OSError:
            continue
        if f"sleep\0{mark}".encode() in line and entry.state != "Z":
            found.append(entry.pid)
    return found


def still_there(process: proctree.Process) -> bool:
    now = proctree.look(process.pid)
    return now is not None and now.started == process.started and now.state != "Z"


def eventually(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()
