"""What the processes around a contained command do: wait, reap, pass its status on, let go of its pipes.

Must not hold a pipe of the command open: who reads it must see its end when the command ends.
"""

import errno
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NoReturn

from conductor.lib.launcher.kernel import GONE, PR_SET_PDEATHSIG, checked, prctl

#: Where "ready", or the reason why there is no sandbox, is written to. One digit, because shells know no more.
WORDS_FD = 9
NO_SUCH_PROGRAM, NOT_EXECUTABLE, SIGNALLED = 127, 126, 128


def as_status(status: int) -> int:
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else SIGNALLED + os.WTERMSIG(status)


def reap(main: int) -> NoReturn:
    """Pid 1's work: collect everybody, leave with the main child's status; the kernel then ends the rest."""
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == main:
            os._exit(as_status(status))


def fork_init() -> None:
    """The parent waits for its namespace to end and never returns; the child is pid 1 of it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child != 0:
        hush(keep=writer)
        reap(child)
    os.close(writer)
    checked(prctl(PR_SET_PDEATHSIG, signal.SIGKILL), "parent-death signal")
    # In here the parent's number is 0 for ever, so the pipe says whether it was still alive when the signal was armed.
    os.set_blocking(reader, False)
    with suppress(BlockingIOError):
        if os.read(reader, 1) == b"":
            os._exit(GONE)
    os.close(reader)


def hush(keep: int = -1) -> None:
    """Let go of the pipes: whoever reads them must see their end when the command ends."""
    null = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    for fd in range(3, WORDS_FD + 1):
        if fd != keep:
            with suppress(OSError):
                os.close(fd)


def become(argv: Sequence[str], env: Mapping[str, str]) -> NoReturn:
    """Turn into the program, with the signals as a shell would leave them and not as Python set them."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        os.execvpe(argv[0], list(argv), env)
    except OSError as error:
        os.write(2, os.fsencode(f"{argv[0]}: {error.strerror}\n"))
        os._exit(NO_SUCH_PROGRAM if error.errno == errno.ENOENT else NOT_EXECUTABLE)
