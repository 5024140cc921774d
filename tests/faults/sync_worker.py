"""A lone worker that stands still at named sync points: `python -m tests.faults.sync_worker QUEUE POINT,POINT`.

It says on which point it stands in a file beside the oracle, and waits to be killed. A test tool, never shipped.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import django


def main(queue: str, points: str) -> int:
    django.setup()
    from campaigns.jobs.process import run_worker  # models exist only after the line above

    wanted = points.split(",")
    reached = Path(os.environ["CONDUCTOR_ORACLE"]).with_name("reached")

    def sync(point: str) -> None:
        if point not in wanted:
            return
        with reached.open("a") as told:
            told.write(f"{point} {os.getpid()}\n")
        while True:
            time.sleep(60)

    return run_worker(queue, sync=sync)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conductor.settings")
    sys.exit(main(*sys.argv[1:]))
