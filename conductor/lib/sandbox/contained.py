"""Runs one job in one form of containment and says whether the form itself failed.

Must not choose the form, and must not answer with a result when the command never started.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from conductor.lib import process
from conductor.lib.errors import BadInput, Unavailable
from conductor.lib.launcher.profile import Spec
from conductor.lib.process import Finished
from conductor.lib.sandbox import view, workspaces
from conductor.lib.sandbox.watching import Watch

_READY = b"ready"
_WORDS_BYTES = 4096


class SandboxUnavailable(Unavailable):
    """This host cannot isolate programs, or could not this time; the message says why."""

    default_code = "sandbox_unavailable"


@dataclass(frozen=True, slots=True)
class Job:
    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    seconds: float
    output_bytes: int
    memory_bytes: int
    processes: int
    cancelled: Callable[[], bool]
    on_output: Callable[[bytes], None] | None = None
    stdin: bytes | None = None
    socket: Path | None = None
    read_only: Sequence[Path] = ()


def execute(job: Job, bwrap: str | None) -> Finished:
    """Run the job, through bubblewrap where its path is given, else by the kernel calls."""
    spec = _spec(job, bwrap)
    spec_fd = os.memfd_create("conductor-spec")
    reader, writer = os.pipe()
    try:
        os.write(spec_fd, spec.dump())
        os.lseek(spec_fd, 0, os.SEEK_SET)
        numbers = (str(os.getpid()), str(spec_fd), str(writer))
        finished = process.run(
            [sys.executable, "-I", "-S", str(process.LAUNCHER), "sandbox", *numbers],
            seconds=job.seconds,
            cwd=Path("/"),
            output_bytes=job.output_bytes,
            stdin=job.stdin,
            cancelled=job.cancelled,
            on_output=job.on_output,
            watch=Watch(job.cwd, job.memory_bytes),
            contain="given",
            pass_fds=(spec_fd, writer),
        )
        os.set_blocking(reader, False)
        words = _words(reader)
    finally:
        for fd in (spec_fd, reader, writer):
            os.close(fd)
    if _READY not in words and finished.reason in ("exited", "signal"):
        said = (words or finished.output).decode("utf-8", "replace").strip()[:500]
        raise SandboxUnavailable(f"The sandbox could not be made: {said or 'it ended without a word'}.")
    return finished


def _spec(job: Job, bwrap: str | None) -> Spec:
    if not job.argv or any("\0" in part for part in job.argv):
        raise BadInput("A command needs a program, and no part may hold a NUL.", errors={"argv": "not a command"})
    workspace = workspaces.check(job.cwd)
    uid = workspaces.uid_for(workspace)
    if uid is not None:
        _give(workspace, job.socket, uid)
    return Spec(
        bwrap=bwrap,
        argv=job.argv,
        env=view.environment(job.env, broker=job.socket is not None),
        uid=uid,
        limits=view.limits(job.seconds, job.memory_bytes, job.processes),
        view=view.view(workspace, job.socket, job.read_only, job.memory_bytes),
    )


def _give(workspace: Path, socket: Path | None, uid: int) -> None:
    try:
        workspaces.hand_over(workspace, uid)
        if socket is not None:
            os.chown(socket, uid, uid, follow_symlinks=False)
    except OSError as error:
        raise SandboxUnavailable(f"The workspace could not be handed over: {error.strerror}.") from error


def _words(reader: int) -> bytes:
    try:
        return os.read(reader, _WORDS_BYTES)
    except BlockingIOError:
        return b""
