"""Page and API time over HTTP on a real web process: a small run, 1,000 and 10,000 tasks, beside an empty answer.

`python -m benchmarks.pages` starts its own PostgreSQL, Redis and web process. One request at a time, warm.
"""

from __future__ import annotations

import http.client
import os
import statistics
import time

from benchmarks import world
from benchmarks.sockets import web

ROUNDS = 30
WARM_UP = 5


def main() -> None:
    with world.services():
        os.environ["ALLOWED_HOSTS"] = "127.0.0.1"
        from benchmarks import page_world  # Django's settings are read on import; the environment comes first.

        cookie, runs = page_world.prepare((100, 1_000, 10_000))
        with web("conductor.asgi:application") as port:
            floor = median_ms(port, "/healthz", cookie)
            print(f"Pages and API, median of {ROUNDS} requests; an empty answer takes {floor:.1f} ms")
            for tasks, run_id in runs.items():
                for name, path in page_world.addresses(run_id).items():
                    took = median_ms(port, path, cookie)
                    print(f"  {tasks:6d} tasks  {name:14s} {took:8.1f} ms {took / floor:7.1f} x empty")


def median_ms(port: int, path: str, cookie: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    took: list[float] = []
    for n in range(ROUNDS + WARM_UP):
        began = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
        if n >= WARM_UP:
            took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


if __name__ == "__main__":
    main()
