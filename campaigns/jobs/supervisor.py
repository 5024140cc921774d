"""The supervisor of workers: loads everything once, forks workers, restarts the dead, drains them all at the end.

It opens no connection of its own before it forks: a shared socket would mix the answers of two processes.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from django.conf import settings
from django.db import connections

from agents.health import preload
from campaigns.jobs.process import run_worker
from campaigns.queries.model_keys import any_usable
from conductor.lib import jobqueue
from conductor.lib.clock import timing

log = logging.getLogger("conductor.supervisor")

PR_SET_PDEATHSIG = 1


def preload_models() -> None:
    """Load the libraries of models before workers are forked, so that they share the memory and wait for nothing.

    They are large: without a key of any team they are left out, unless a setting asks for them.
    """
    if settings.PRELOAD_MODELS == "no" or (settings.PRELOAD_MODELS == "auto" and not any_usable()):
        return
    began = time.monotonic()
    preload(["llm"])
    log.info("models preloaded", extra={"seconds": round(time.monotonic() - began, 1)})


@dataclass(slots=True)
class Child:
    queue: str
    pid: int
    started: float
    failures: int = 0


class Supervisor:
    """`places` lists the queue of every worker that should run."""

    def __init__(self, places: list[str], work: Callable[[str], int] = run_worker) -> None:
        self.places = places
        self.work = work
        self.children: dict[int, Child] = {}
        self.waiting: list[tuple[float, str, int]] = [(0.0, queue, 0) for queue in places]
        self.stopping = False

    def run(self) -> int:
        """Until SIGTERM or SIGINT; then every worker drains, and what does not end in time is killed."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        connections.close_all()
        gc.collect()
        gc.freeze()
        while not self.stopping:
            self._start_due()
            self._reap()
            time.sleep(0.1)
        return self._drain()

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _start_due(self) -> None:
        now = time.monotonic()
        for entry in [e for e in self.waiting if e[0] <= now]:
            self.waiting.remove(entry)
            self._fork(entry[1], entry[2])

    def _fork(self, queue: str, failures: int) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._be_child(queue, parent)
        self.children[pid] = Child(queue, pid, time.monotonic(), failures)

    def _be_child(self, queue: str, parent: int) -> None:
        """In the child: work, leave without running the parent's exit handlers. A child dies with its supervisor."""
        code = 1
        try:
            ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            jobqueue.forget_connections()
            code = self.work(queue)
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        except (
            BaseException
        ):  # the last stop before the process ends: it must be seen, and must not unwind into the parent
            log.exception("worker ended by an error")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _reap(self) -> None:
        """Note dead workers and plan their restart: at once after a clean end, else with growing delay."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            child = self.children.pop(pid, None)
            if child is None:
                continue
            clean = os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0
            lived = time.monotonic() - child.started
            failures = 0 if clean or lived > 60 else child.failures + 1
            wait = 0.0 if failures <= 1 else min(timing().RESTART_S * 2 ** (failures - 2), timing().RESTART_MAX_S)
            log.warning("worker %s ended (%s)", pid, _words(status), extra={"queue": child.queue})
            if not self.stopping:
                self.waiting.append((time.monotonic() + wait, child.queue, failures))

    def _drain(self) -> int:
        for pid in list(self.children):
            _kill(pid, signal.SIGTERM)
        until = time.monotonic() + timing().DRAIN_S + 2 * timing().KILL_GRACE_S
        while self.children and time.monotonic() < until:
            self._reap()
            time.sleep(0.05)
        for pid in list(self.children):
            _kill(pid, signal.SIGKILL)
        return 0


def _kill(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _words(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"signal {os.WTERMSIG(status)}"
    return f"exit {os.WEXITSTATUS(status)}"
