"""Starts management commands as real processes, quickly: one process loads Django once and forks each of them.

The child is what `manage.py` would have become, with its own environment, and dies with the test session. Must not open
a connection before it forks.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
ROOT = Path(__file__).resolve().parent.parent.parent


class Nursery:
    """The side of the test: asks for processes, and for how they ended."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"], cwd=ROOT, env=dict(env), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def start(self, argv: Sequence[str], env: Mapping[str, str], log: Path) -> Forked:
        return Forked(self, self.ask(argv=list(argv), env=dict(env), log=str(log)), list(argv))

    def ask(self, **said: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(said) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


class Forked:
    """A process of the nursery, with the verbs of `subprocess.Popen`."""

    def __init__(self, nursery: Nursery, pid: int, args: list[str]) -> None:
        self.nursery = nursery
        self.pid = pid
        self.args = args
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self.nursery.ask(ended=self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        until = time.monotonic() + (3600 if timeout is None else timeout)
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:  # not reaped yet, so the number is still its own
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def main() -> None:
    """The side of the nursery: one question per line, one answer per line."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    import django  # only now: the environment is the test's

    django.setup()
    import campaigns.engine.witness
    import campaigns.jobs.supervisor  # noqa: F401 - loaded once, for all that are forked

    for line in sys.stdin:
        said = json.loads(line)
        answer = _ended(said["ended"]) if "ended" in said else _fork(**said)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _ended(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return None if found == 0 else os.waitstatus_to_exitcode(status)


def _fork(argv: Sequence[str], env: Mapping[str, str], log: str) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == parent:
            code = _become(argv, env, log)
    finally:
        sys.stderr.flush()
        os._exit(code)


def _become(argv: Sequence[str], env: Mapping[str, str], log: str) -> int:
    """In the child: take its environment for ours, then run the command as `manage.py` does."""
    import traceback

    from django.core.management import execute_from_command_line

    nothing, file = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(nothing, 0)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.environ.clear()
    os.environ.update(env)
    _obey(env)
    try:
        if argv[0] == "sync_worker":
            from tests.faults import sync_worker

            return sync_worker.main(*argv[1:])
        execute_from_command_line(["manage.py", *argv])
    except SystemExit as leaving:
        return int(leaving.code or 0)
    except BaseException:  # the last stop: a test shows the log of a process that ended like this
        traceback.print_exc()
        return 1
    return 0


def _obey(env: Mapping[str, str]) -> None:
    """What a new process would have read from its environment at its start."""
    from django.conf import settings
    from django.db import connections

    from conductor.lib import clock

    clock.timing.cache_clear()
    old, new = settings.REDIS_URL, env["REDIS_URL"]
    settings.REDIS_URL = new
    settings.REDIS_HASTY_URL = settings.REDIS_HASTY_URL.replace(old, new)
    if "CONDUCTOR_TEST_DATABASE_HOST" in env:
        connections.settings["default"]["HOST"] = env["CONDUCTOR_TEST_DATABASE_HOST"]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conductor.settings")
    main()
