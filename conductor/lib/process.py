"""Runs a child process under limits: time, output, cancel, death of its parent; ends its whole tree.

Must not isolate it from the machine (`conductor.lib.sandbox` does that) and never starts it through a shell of its own.
"""

import os
import secrets
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from conductor.lib.captures import CHUNK, Capture
from conductor.lib.clock import timing
from conductor.lib.errors import BadInput
from conductor.lib.proctree import LEAVE_S, MARK, Tree

Reason = Literal["exited", "signal", "timeout", "cancelled", "output_limit", "memory_limit", "disk_limit"]
Contain = Literal["tree", "group", "given"]

LAUNCHER = Path(__file__).with_name("launcher")
#: How long output may still arrive after the end: a grandchild may hold the pipe open for ever.
DRAIN_S = 1.0
KILL_AGAIN_S = 0.2
HARD_FACTOR = 16
HARD_LEAST = 64 << 20
ERRORS_BYTES = 1 << 15
SHELL_SIGNAL = 128
NOT_FOUND = 127
# The shell refuses to start the program when the parent died before the signal was armed.
_ARM = 'test "$PPID" = "$1" || exit 125; shift; exec "$@"'


@dataclass(frozen=True, slots=True)
class Finished:
    """How a child ended. A signal also shows as exit code 128 + number, whatever stood in between.

    `exit_code` is None where it is not known: a child that would not leave, or that somebody else collected.
    """

    exit_code: int | None
    signal: int | None
    timed_out: bool
    cancelled: bool
    truncated: bool
    output: bytes
    duration_ms: int
    reason: Reason
    errors: bytes = b""

    @property
    def ok(self) -> bool:
        return self.reason == "exited" and self.exit_code == 0

    @property
    def text(self) -> str:
        return self.output.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class _Rules:
    seconds: float
    grace_s: float
    poll_s: float
    hard_bytes: int
    cancelled: Callable[[], bool] | None
    on_output: Callable[[bytes], None] | None
    watch: Callable[[int], Reason | None] | None


def run(
    argv: Sequence[str],
    *,
    seconds: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    output_bytes: int = 1 << 20,
    hard_bytes: int | None = None,
    head_bytes: int | None = None,
    stdin: bytes | None = None,
    cancelled: Callable[[], bool] | None = None,
    on_output: Callable[[bytes], None] | None = None,
    watch: Callable[[int], Reason | None] | None = None,
    grace_s: float | None = None,
    contain: Contain = "tree",
    errors_apart: bool = False,
    pass_fds: Sequence[int] = (),
) -> Finished:
    """Run `argv` to its end and answer how it ended; it never outlives this call, nor this thread.

    `contain`: "tree" puts it in its own PID namespace where the kernel lets us, "group" in its own session only (for
    short, trusted programs), "given" says that `argv` is a launcher of ours which makes the namespace itself.
    The environment is exactly `env`; None means an empty one with a PATH. Stdin is closed unless bytes are given.
    """
    _check(argv, cwd)
    token = secrets.token_hex(8)
    variables = dict(env) if env is not None else {"PATH": os.defpath}
    if contain == "tree":
        variables[MARK] = token
    rules = _Rules(
        seconds=seconds,
        grace_s=timing().KILL_GRACE_S if grace_s is None else grace_s,
        poll_s=timing().CANCEL_POLL_S / 2,
        hard_bytes=hard_bytes or max(HARD_FACTOR * output_bytes, HARD_LEAST),
        cancelled=cancelled,
        on_output=on_output,
        watch=watch,
    )
    started = time.monotonic()
    pipe = subprocess.PIPE
    ways = {
        "stdin": subprocess.DEVNULL if stdin is None else pipe,
        "stderr": pipe if errors_apart else subprocess.STDOUT,
        "pass_fds": tuple(pass_fds),
    }
    try:
        child = _start([*_prefix(contain), *argv], cwd, variables, **ways)
    except FileNotFoundError:
        return Finished(NOT_FOUND, None, False, False, False, b"", 0, "exited", f"{argv[0]}: not found\n".encode())
    tree = Tree(child, token if contain == "tree" else "", wrapped=contain != "group")
    following = _Following(tree, rules, Capture(output_bytes, head_bytes), stdin)
    try:
        finished = following.to_the_end(started)
    finally:
        tree.kill()
        tree.leave()
    return replace(finished, duration_ms=round((time.monotonic() - started) * 1000))


def _start(argv: list[str], cwd: Path | None, env: Mapping[str, str], **ways: Any) -> subprocess.Popen[bytes]:
    """In a session of its own, its output in pipes without a buffer."""
    return subprocess.Popen(argv, cwd=cwd, env=env, stdout=subprocess.PIPE, start_new_session=True, bufsize=0, **ways)


def _check(argv: Sequence[str], cwd: Path | None) -> None:
    if not argv or any("\0" in part for part in argv):
        raise BadInput("A command needs a program, and no part may hold a NUL.", errors={"argv": "not a command"})
    if cwd is not None and not cwd.is_dir():
        raise BadInput("The working directory does not exist.", errors={"cwd": "no such directory"})


@cache
def _setpriv() -> str | None:
    return shutil.which("setpriv", path="/usr/bin:/bin:/usr/sbin:/sbin") if sys.platform == "linux" else None


def _prefix(contain: Contain) -> list[str]:
    me = str(os.getpid())
    if contain == "tree" and sys.platform == "linux":
        return [sys.executable, "-I", "-S", str(LAUNCHER), "tree", me]
    if contain != "given" and (setpriv := _setpriv()):
        return [setpriv, "--pdeathsig", "KILL", "--", "/bin/sh", "-c", _ARM, "sh", me]
    return []


class _Following:
    """One loop in one thread: read, feed, look at the clock, stop in two steps."""

    def __init__(self, tree: Tree, rules: _Rules, capture: Capture, stdin: bytes | None) -> None:
        self._tree = tree
        self._rules = rules
        self._capture = capture
        self._errors = Capture(ERRORS_BYTES)
        self._input = memoryview(stdin or b"")
        self._stop: Reason | None = None
        self._kill_at: float | None = None
        self._give_up_at: float | None = None
        self._next_poll = 0.0
        self._pidfd = -1
        self._selector = selectors.DefaultSelector()

    def to_the_end(self, started: float) -> Finished:
        try:
            return self._loop(started)
        finally:
            if self._pidfd >= 0:
                os.close(self._pidfd)

    def _loop(self, started: float) -> Finished:
        child = self._tree.child
        open_pipes = self._register(child)
        ended_at: float | None = None
        with self._selector:
            while True:
                now = time.monotonic()
                if ended_at is None and self._tree.has_ended():
                    ended_at = now
                    self._tree.kill()
                if ended_at is not None and (not open_pipes or now > ended_at + DRAIN_S):
                    break
                if ended_at is None and not self._judge(now, started):
                    break
                for key, _ in self._selector.select(self._wait_s(now, started, ended_at)):
                    if key.data == "stdin":
                        self._feed(child)
                    elif key.data == "ended":
                        self._selector.unregister(key.fileobj)
                    elif not self._read(key.fd, key.data):
                        self._selector.unregister(key.fileobj)
                        open_pipes -= 1
        return self._finished(None if self._tree.lost else child.poll())

    def _register(self, child: subprocess.Popen[bytes]) -> int:
        pipes = {"stdout": child.stdout, "stderr": child.stderr}
        for name, pipe in pipes.items():
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
                self._selector.register(pipe, selectors.EVENT_READ, name)
        if child.stdin is not None:
            os.set_blocking(child.stdin.fileno(), False)
            self._selector.register(child.stdin, selectors.EVENT_WRITE, "stdin")
        with suppress(OSError, AttributeError):  # no pidfd: the poll notices the end a little later
            self._pidfd = os.pidfd_open(child.pid)
            self._selector.register(self._pidfd, selectors.EVENT_READ, "ended")
        return sum(pipe is not None for pipe in pipes.values())

    def _wait_s(self, now: float, started: float, ended_at: float | None) -> float:
        if ended_at is not None:
            return 0.05
        soonest = min(self._next_poll, self._kill_at or started + self._rules.seconds)
        return min(max(soonest - now, 0.0), self._rules.poll_s if self._pidfd >= 0 else 0.05)

    def _judge(self, now: float, started: float) -> bool:
        """Decide whether it must stop; False when it does not even leave after a kill."""
        if self._kill_at is not None and now >= self._kill_at:
            self._give_up_at = self._give_up_at or now + LEAVE_S
            self._kill_at = now + KILL_AGAIN_S
            self._tree.kill()
            return now < self._give_up_at
        if self._stop is not None:
            return True
        if now - started >= self._rules.seconds:
            self._end("timeout", now)
        elif now >= self._next_poll:
            self._next_poll = now + self._rules.poll_s
            if self._rules.cancelled is not None and self._rules.cancelled():
                self._end("cancelled", now)
            elif self._rules.watch is not None and (reason := self._rules.watch(self._tree.child.pid)) is not None:
                self._end(reason, now)
        return True

    def _end(self, reason: Reason, now: float) -> None:
        if self._stop is not None:
            return
        self._stop = reason
        if reason in ("timeout", "cancelled"):
            self._kill_at = now + self._rules.grace_s
            self._tree.ask()
        else:
            self._kill_at = now

    def _feed(self, child: subprocess.Popen[bytes]) -> None:
        pipe = child.stdin
        if pipe is None:
            return
        try:
            self._input = self._input[os.write(pipe.fileno(), self._input[:CHUNK]) :] if self._input else self._input
        except BlockingIOError:
            return
        except OSError:  # the child does not want it
            self._input = self._input[:0]
        if not self._input:
            self._selector.unregister(pipe)
            pipe.close()

    def _read(self, fd: int, name: str) -> bool:
        try:
            chunk = os.read(fd, CHUNK)
        except BlockingIOError:
            return True
        if name == "stderr":
            self._errors.add(chunk)
        else:
            self._capture.add(chunk)
            if chunk and self._rules.on_output is not None:
                self._rules.on_output(chunk)
        if self._capture.total + self._errors.total > self._rules.hard_bytes:
            self._end("output_limit", time.monotonic())
        return bool(chunk)

    def _finished(self, code: int | None) -> Finished:
        number = -code if code is not None and code < 0 else None
        if number is None and code is not None and code > SHELL_SIGNAL and code - SHELL_SIGNAL in set(signal.Signals):
            number = code - SHELL_SIGNAL  # as shells and launchers report it
        if code is not None and code < 0:
            code = SHELL_SIGNAL - code
        reason: Reason = self._stop or ("signal" if number is not None else "exited")
        return Finished(
            exit_code=code,
            signal=number,
            timed_out=reason == "timeout",
            cancelled=reason == "cancelled",
            truncated=self._capture.truncated,
            output=self._capture.content(),
            duration_ms=0,
            reason=reason,
            errors=self._errors.content(),
        )
