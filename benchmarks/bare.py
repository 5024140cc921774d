"""The bare limits of this machine: RQ SimpleWorker jobs that do nothing, PostgreSQL commits of one small row."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import redis
from rq import Queue

PROJECT = Path(__file__).resolve().parent.parent


def nothing() -> None:
    """A job that does nothing."""


def rq_jobs_per_s(jobs: int = 1500, workers: int = 2) -> float:
    """Jobs per second through `workers` processes of RQ's own SimpleWorker, enqueued beforehand in one pipeline."""
    connection = redis.Redis.from_url(os.environ["REDIS_URL"])
    queue = Queue("bare", connection=connection)
    queue.enqueue_many([Queue.prepare_data(nothing, result_ttl=0) for _ in range(jobs)])
    words = [
        "-m",
        "rq.cli",
        "worker",
        "--burst",
        "-q",
        "-w",
        "rq.SimpleWorker",
        "--url",
        os.environ["REDIS_URL"],
        "bare",
    ]
    started = [subprocess.Popen([sys.executable, *words], cwd=PROJECT) for _ in range(workers)]
    while connection.llen(queue.key) > jobs - 100:
        time.sleep(0.005)
    began, left = time.perf_counter(), connection.llen(queue.key)
    while connection.llen(queue.key) > 100:
        time.sleep(0.005)
    seconds = time.perf_counter() - began
    done = left - connection.llen(queue.key)
    for process in started:
        process.wait()
    return float(done / seconds)


def rq_chain_ms(rounds: int = 40) -> float:
    """Median milliseconds from enqueueing one job to its execution, four in a row, with two idle workers waiting."""
    connection = redis.Redis.from_url(os.environ["REDIS_URL"])
    queue = Queue("chain", connection=connection)
    words = ["-m", "rq.cli", "worker", "-q", "-w", "rq.SimpleWorker", "--url", os.environ["REDIS_URL"], "chain"]
    started = [subprocess.Popen([sys.executable, *words], cwd=PROJECT) for _ in range(2)]
    took: list[float] = []
    try:
        for n in range(rounds + 5):
            began = time.perf_counter()
            for _ in range(4):
                connection.delete("chain:done")
                queue.enqueue("benchmarks.bare.ring", os.environ["REDIS_URL"], result_ttl=0)
                connection.blpop(["chain:done"], timeout=30)
            if n >= 5:
                took.append((time.perf_counter() - began) * 1000)
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()
    return sorted(took)[len(took) // 2]


def ring(url: str) -> None:
    """A job that says that it ran."""
    _clients.setdefault(url, redis.Redis.from_url(url)).rpush("chain:done", 1)


_clients: dict[str, redis.Redis] = {}


def commits_per_s(seconds: float = 2.0) -> float:
    """Commits of one small row on one connection, synced as the server is configured."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("create table if not exists bare_commits (id bigserial primary key, said text)")
        n, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            connection.execute("insert into bare_commits (said) values ('x')")
            n += 1
        return n / (time.perf_counter() - began)
