"""Finds and signals the processes below one of ours, through /proc; without /proc there is nothing to find.

Must not signal anything it has not just recognised: each is held by a pidfd and looked at again before the signal.
"""

import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
PAGE = os.sysconf("SC_PAGE_SIZE")
#: An environment variable that marks every process of one run, also those that left its session and lost their parent.
MARK = "CONDUCTOR_TREE"
#: How long a killed process may take to leave; more means that it hangs in the kernel.
LEAVE_S = 5.0


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    parent: int
    group: int
    started: int
    state: str


def look(pid: int) -> Process | None:
    """One process, or None when it is gone."""
    try:
        stat = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    fields = stat[stat.rindex(")") + 2 :].split()
    return Process(pid, int(fields[1]), int(fields[2]), int(fields[19]), fields[0])


def everyone() -> list[Process]:
    try:
        names = os.listdir(PROC)
    except OSError:
        return []
    return [process for name in names if name.isdigit() and (process := look(int(name))) is not None]


def descendants(pid: int) -> list[Process]:
    """Living processes below `pid`, parents first. Orphans inside a PID namespace still hang below its init."""
    children: dict[int, list[Process]] = defaultdict(list)
    for process in everyone():
        children[process.parent].append(process)
    found: list[Process] = []
    queue = [pid]
    while queue:
        below = children.pop(queue.pop(), [])
        found += [process for process in below if process.state != "Z"]
        queue += [process.pid for process in below]
    return found


def marked(token: str) -> list[Process]:
    """Processes whose environment carries our mark, wherever they went."""
    wanted = f"{MARK}={token}".encode()
    found = []
    for process in everyone():
        with suppress(OSError):
            if wanted in (PROC / str(process.pid) / "environ").read_bytes().split(b"\0"):
                found.append(process)
    return found


def send(processes: Iterable[Process], number: signal.Signals) -> int:
    """Signal those that are still the same processes; says how many were reached."""
    reached = 0
    for process in processes:
        try:
            held = os.pidfd_open(process.pid)
        except (OSError, AttributeError):
            continue
        try:
            now = look(process.pid)
            if now is not None and now.started == process.started and now.state != "Z":
                signal.pidfd_send_signal(held, number)
                reached += 1
        except OSError:
            continue
        finally:
            os.close(held)
    return reached


def private_bytes(pid: int) -> int:
    """Memory that the processes below `pid` hold for themselves, roughly: resident minus shared pages."""
    total = 0
    for process in descendants(pid):
        with suppress(OSError, ValueError, IndexError):
            numbers = (PROC / str(process.pid) / "statm").read_text().split()
            total += max(int(numbers[1]) - int(numbers[2]), 0) * PAGE
    return total


def count_of_user(uid: int) -> int:
    count = 0
    for process in everyone():
        with suppress(OSError):
            count += (PROC / str(process.pid)).stat().st_uid == uid
    return count


class Tree:
    """A child of ours and everything below it."""

    def __init__(self, child: subprocess.Popen[bytes], token: str, *, wrapped: bool) -> None:
        self.child = child
        #: Somebody else collected it (SIGCHLD ignored): how it ended will never be known, which is no success.
        self.lost = False
        self._token = token
        self._wrapped = wrapped

    def has_ended(self) -> bool:
        """True from the moment the child is a zombie: not reaped yet, so its number still stands for its group."""
        if self.child.returncode is not None or not hasattr(os, "waitid"):
            return self.child.poll() is not None
        try:
            return os.waitid(os.P_PID, self.child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            self.lost = True
            return True

    def ask(self) -> None:
        """SIGTERM to all but the launcher, which would take its namespace down at once."""
        below = descendants(self.child.pid)
        if self._wrapped:
            send(below, signal.SIGTERM)
        else:
            send((process for process in below if process.group != self.child.pid), signal.SIGTERM)
            self._group(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL until nobody is left. The launcher goes last: it ends after its namespace is empty."""
        for _ in range(20):
            found = [*descendants(self.child.pid), *(marked(self._token) if self._token else ())]
            if not send((process for process in found if process.pid != self.child.pid), signal.SIGKILL):
                break
            if self._wrapped:
                time.sleep(0.01)
        if self.child.returncode is None:
            self._group(signal.SIGKILL)

    def leave(self) -> None:
        with suppress(subprocess.TimeoutExpired):
            self.child.wait(LEAVE_S)
        for pipe in (self.child.stdin, self.child.stdout, self.child.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.child.pid, number)
