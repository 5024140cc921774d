"""Real worker supervisors and witnesses as child processes, on this test's database and Redis. Kills only what it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection

from campaigns.models import Run, Worker
from campaigns.states import RUN_ENDED
from conductor.lib.clock import timing

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(slots=True)
class Started:
    """The processes of one test."""

    env: dict[str, str]
    logs: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def manage(self, *words: str, **env: str) -> subprocess.Popen[bytes]:
        log = (self.logs / f"{words[0]}-{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "manage.py", *words], cwd=ROOT, env={**self.env, **env}, stdout=log, stderr=log
        )
        self.processes.append(process)
        return process

    def workers(self, short: int = 2, long: int = 0, **env: str) -> subprocess.Popen[bytes]:
        return self.manage("worker", "--short", str(short), "--long", str(long), **env)

    def witness(self) -> subprocess.Popen[bytes]:
        return self.manage("witness")

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        until = time.monotonic() + timing().DRAIN_S + 20
        for process in self.processes:
            try:
                process.wait(timeout=max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def told(self) -> str:
        """All logs, for a failing test."""
        return "\n".join(f"--- {p.name}\n{p.read_text(errors='replace')[-6000:]}" for p in sorted(self.logs.iterdir()))


@contextmanager
def stack(env: dict[str, str], logs: Path) -> Iterator[Started]:
    started = Started(env, logs)
    try:
        yield started
    finally:
        started.stop()


def wait_until(true: Callable[[], object], seconds: float = 30.0, *, told: Callable[[], str] = lambda: "") -> None:
    """Poll until it is true; fail with the logs otherwise."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return
        time.sleep(0.02)
    raise AssertionError(f"not so after {seconds} s\n{told()}")


def ended(run: Run) -> bool:
    run.refresh_from_db()
    return run.state in RUN_ENDED


def live_workers() -> list[Worker]:
    return list(Worker.objects.filter(stopped_at__isnull=True))


def kill(pid: int, number: signal.Signals = signal.SIGKILL) -> None:
    os.kill(pid, number)


def close() -> None:
    connection.close()
