"""Real supervisors, workers, witnesses and web processes as children, on this test's database and Redis.

Kills only what it started: every process is a child of the test, or was found below one.
"""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import psutil
from django.db import connection

from campaigns.models import Attempt, Run, Worker
from campaigns.states import RUN_ENDED
from conductor.lib.clock import Timing, timing
from tests.faults.nursery import Forked, Nursery
from tests.faults.web import Web

ROOT = Path(__file__).resolve().parent.parent.parent
#: What the machine itself may cost on top of the engine's own intervals, when many share it.
SLACK_S = 15.0

Process: TypeAlias = "subprocess.Popen[bytes] | Forked"


@dataclass(slots=True)
class Started:
    """The processes of one test, what their agents play, and what the agents told the oracle."""

    nursery: Nursery
    env: dict[str, str]
    folder: Path
    processes: list[Process] = field(default_factory=list)
    given: set[UUID] = field(default_factory=set)

    # --- processes --------------------------------------------------------------------------------------------

    def manage(self, *words: str, **env: str) -> Process:
        """A management command, as `manage.py` would run it."""
        process = self.nursery.start(words, {**self.env, **env}, self._log(words[0]))
        self.processes.append(process)
        return process

    def python(self, *words: str, **env: str) -> Process:
        """A new interpreter."""
        with self._log(words[-1]).open("wb") as log:
            command = [sys.executable, *words]
            process = subprocess.Popen(command, cwd=ROOT, env={**self.env, **env}, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def _log(self, name: str) -> Path:
        return self.logs / f"{len(self.processes):02}-{name}.log"

    def workers(self, short: int = 2, long: int = 0, **env: str) -> Process:
        """A supervisor; it returns at once, so that several may start side by side."""
        return self.manage("worker", "--short", str(short), "--long", str(long), **env)

    def witness(self, **env: str) -> Process:
        return self.manage("witness", **env)

    def standing_at(self, point: str, queue: str = "short") -> int:
        """Start a lone worker that stands still at this sync point (`sync_worker`); its process id, once it stands."""
        process = self.manage("sync_worker", queue, point)
        wait_until(lambda: f"{point} {process.pid}" in self._reached(), told=self.told)
        return process.pid

    def _reached(self) -> list[str]:
        told = self.folder / "reached"
        return told.read_text().splitlines() if told.exists() else []

    def go_on(self) -> None:
        """Whoever stands at a sync point, or comes to one, goes on."""
        (self.folder / "go-on").touch()

    def web(self, **env: str) -> Web:
        port = free_port()
        where = ["-b", "127.0.0.1", "-p", str(port), "-v", "0"]
        return Web(self.python("-m", "daphne", *where, "conductor.asgi:application", **env), port, self.told)

    def stop(self) -> None:
        """The hard way, and all below: what is tested has been tested."""
        below = [p for process in self.processes if process.poll() is None for p in family(process.pid)]
        for one in below:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        for process in self.processes:
            process.wait(30)
        wait_until_gone(below, 30)

    # --- agents -----------------------------------------------------------------------------------------------

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def oracle(self) -> Path:
        return self.folder / "oracle.jsonl"

    def script(self, replies: Mapping[str, Mapping[str, Any]]) -> None:
        """What scripted agents play from now on, by task or role; whole or not at all."""
        draft = self.folder / "script.new"
        draft.write_text(json.dumps(replies))
        draft.replace(self.folder / "script.json")

    def heard(self, what: str = "start", task: str = "") -> list[dict[str, Any]]:
        """What agents told outside the database, in order: start, paid, finish."""
        if not self.oracle.exists():
            return []
        lines = [json.loads(line) for line in self.oracle.read_text().splitlines()]
        return [line for line in lines if line["what"] == what and task in ("", line["task"])]

    def wait_for_start(self, task: str, times: int = 1, seconds: float = 30.0) -> dict[str, Any]:
        """The line of the so-manieth start of this task."""
        wait_until(lambda: len(self.heard("start", task)) >= times, seconds, told=self.told)
        return self.heard("start", task)[times - 1]

    def told(self) -> str:
        """All logs, for a failing test."""
        return "\n".join(f"--- {p.name}\n{p.read_text(errors='replace')[-6000:]}" for p in sorted(self.logs.iterdir()))


@contextmanager
def stack(nursery: Nursery, env: Mapping[str, str], folder: Path) -> Iterator[Started]:
    started = Started(nursery, dict(env), folder)
    started.logs.mkdir(parents=True, exist_ok=True)
    started.script({})
    started.env |= {"CONDUCTOR_ORACLE": str(started.oracle), "CONDUCTOR_SCRIPT": str(folder / "script.json")}
    started.oracle.touch()
    try:
        yield started
    finally:
        started.stop()


# --- waiting ------------------------------------------------------------------------------------------------------


def wait_until(true: Callable[[], object], seconds: float = 30.0, *, told: Callable[[], str] = str) -> float:
    """Poll until it is true, and say how long that took; fail with the logs otherwise."""
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        if true():
            return time.monotonic() - began
        time.sleep(0.02)
    raise AssertionError(f"not so after {seconds:.1f} s\n{told()}")


def recovery_s(t: Timing | None = None) -> float:
    """G6: how long after a crash the task is given to another worker at most, while a witness sees the database."""
    t = t or timing()
    return t.LEASE_S + t.SWEEP_S + t.HEARTBEAT_S


def patience_s(crashes: int = 1) -> float:
    """How long a test waits for what takes so many crashes: recovery, and a witness that had just started."""
    return crashes * (2 * recovery_s() + timing().RING_AGAIN_S) + SLACK_S


def ended(*runs: Run) -> bool:
    states = dict(Run.objects.filter(pk__in=[run.pk for run in runs]).values_list("pk", "state"))
    for run in runs:
        run.state = states[run.pk]
    return all(state in RUN_ENDED for state in states.values())


def wait_for_end(s: Started, *runs: Run, seconds: float | None = None) -> None:
    wait_until(lambda: ended(*runs), seconds or patience_s(), told=lambda: f"{_where(runs)}\n{s.told()}")
    for run in runs:
        run.refresh_from_db()


def _where(runs: Iterable[Run]) -> str:
    return "\n".join(f"{r.state} {r.counts} {r.errors}" for r in Run.objects.filter(pk__in=[run.pk for run in runs]))


# --- looking ------------------------------------------------------------------------------------------------------


def family(pid: int) -> list[psutil.Process]:
    """The process and everything below it."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def names_below(pid: int) -> list[str]:
    """What runs there; who ends while we look is left out."""
    found = []
    for process in family(pid)[1:]:
        with contextlib.suppress(psutil.NoSuchProcess):
            found.append(process.name())
    return found


def children_of(pid: int) -> list[psutil.Process]:
    return alive(psutil.Process(pid).children())


def alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that still run: a zombie does nothing any more."""
    found = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def wait_until_gone(processes: Iterable[psutil.Process], seconds: float) -> float:
    held = list(processes)
    return wait_until(lambda: not alive(held), seconds, told=lambda: f"still there: {alive(held)}")


def worker_pids(supervisor: Process) -> list[int]:
    return [p.pid for p in children_of(supervisor.pid)]


def wait_for_workers(s: Started, count: int) -> list[int]:
    """Until so many workers have a row; their process ids."""
    wait_until(lambda: Worker.objects.filter(stopped_at=None).count() >= count, told=s.told)
    return list(Worker.objects.filter(stopped_at=None).values_list("pid", flat=True))


def tries(run: Run, task: str) -> list[str]:
    """The states of a task's attempts, in order."""
    found = Attempt.objects.filter(run=run, task__key=task).order_by("number")
    return list(found.values_list("state", flat=True))


def mishaps() -> str:
    """Every attempt that did not succeed, for a failing test."""
    bad = Attempt.objects.exclude(state="succeeded").order_by("started_at").select_related("task")
    return "\n".join(f"{a.task.key} {a.number} {a.state} {a.error} alone={a.alone}" for a in bad)


def kill(pid: int, number: signal.Signals = signal.SIGKILL) -> None:
    """A process of this test; `pid` comes from a child of ours or from what it wrote."""
    psutil.Process(pid).send_signal(number)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def close() -> None:
    """A thread of a test leaves no connection behind."""
    connection.close()
