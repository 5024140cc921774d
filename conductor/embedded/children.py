"""Starts child processes that cannot outlive us, and stops them. Must not know what the children do.

Linux sends each child a signal when the process that started it dies, even by SIGKILL; start children from the main
thread, since the kernel means the thread. Elsewhere a killed parent leaves its children behind.
"""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def start(
    argv: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    output: IO[bytes] | int | None = None,
    folder: Path | None = None,
    owner: int | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """A child in its own process group; `owner` is the user id to run it as, for servers that refuse root."""
    return subprocess.Popen(
        argv,
        env=None if environment is None else dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        cwd=folder,
        process_group=0,
        user=owner,
        group=None if owner is None else pwd.getpwuid(owner).pw_gid,
        extra_groups=None if owner is None else [],
        preexec_fn=_die_with_parent(os.getpid(), death_signal),  # noqa: PLW1509 - children start from the main thread
    )


def _die_with_parent(parent: int, death_signal: signal.Signals) -> Callable[[], None] | None:
    if _libc is None:
        return None
    libc = _libc

    def arrange() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # The parent died between fork and here; nobody would tell us.
            os._exit(1)

    return arrange


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """The signal to the child and everything in its group; a group that is gone is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def stop(process: subprocess.Popen[bytes], first: signal.Signals, grace_s: float) -> None:
    """A polite signal to the child, then SIGKILL to its whole group."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(first)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_s)
    signal_group(process, signal.SIGKILL)
    process.wait()
