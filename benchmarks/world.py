"""What the engine benchmarks stand on: private PostgreSQL and Redis, real workers and a witness, campaigns to run."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def services() -> Iterator[Path]:
    """PostgreSQL that syncs to disk and Redis of our own, in the environment from which Django reads its settings."""
    from conductor.embedded import postgres, redis  # The environment must be set before Django reads it.

    with tempfile.TemporaryDirectory(prefix="conductor-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        (folder / "postgres").mkdir(mode=0o700)
        before = dict(os.environ)
        os.environ["CONDUCTOR_HOME"] = str(folder / "home")
        os.environ["CONDUCTOR_ENV"] = "test"
        os.environ["LOG_LEVEL"] = "error"
        database = postgres.start(folder / "postgres", durable=True)
        (folder / "redis").mkdir(mode=0o700)
        doorbell = redis.start(folder / "redis", folder / "redis" / "redis.sock")
        os.environ["DATABASE_URL"] = database.url
        os.environ["REDIS_URL"] = f"unix://{folder / 'redis' / 'redis.sock'}?db=0"
        try:
            yield folder
        finally:
            doorbell.stop()
            database.stop()
            os.environ.clear()  # what runs next has servers of its own
            os.environ.update(before)


@contextlib.contextmanager
def workers(short: int = 2, long: int = 0, witness: bool = True) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A supervisor with its workers, and a witness."""
    commands = [["worker", "--short", str(short), "--long", str(long)]] + ([["witness"]] if witness else [])
    quiet = {**os.environ, "LOG_LEVEL": "error"}
    started = [subprocess.Popen([sys.executable, "manage.py", *words], cwd=PROJECT, env=quiet) for words in commands]
    try:
        yield started
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()


def pause(true: object, seconds: float = 300.0, step: float = 0.005) -> None:
    """Wait until the callable is true."""
    until = time.perf_counter() + seconds
    while not true():  # type: ignore[operator]
        if time.perf_counter() > until:
            raise TimeoutError("the benchmark did not come to its end")
        time.sleep(step)
