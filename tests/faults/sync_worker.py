"""A lone worker that stands still at a named sync point, as the nursery's command `sync_worker QUEUE POINT`.

It says in a file beside the oracle where it stands, and waits to be killed, or for a file that lets it go on.
A test tool, never shipped.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from campaigns.engine import place
from campaigns.jobs.process import run_worker


def main(queue: str, point: str) -> int:
    folder = Path(os.environ["CONDUCTOR_ORACLE"]).parent
    place.SLICE_S = 3600.0  # how far it goes shall not hang on how fast the machine is

    def sync(reached: str) -> None:
        if reached != point:
            return
        with (folder / "reached").open("a") as told:
            told.write(f"{point} {os.getpid()}\n")
        while not (folder / "go-on").exists():
            time.sleep(0.05)

    return run_worker(queue, sync=sync)
