"""Runs a trusted program in its own PID namespace, so that the whole tree ends with it or with its parent.

Must not refuse where the kernel offers no namespace: parent-death signals then hold at least the program itself.
"""

import os
from collections.abc import Sequence
from typing import NoReturn

from conductor.lib.launcher import kernel, pid1


def run_tree(parent: int, argv: Sequence[str]) -> NoReturn:
    kernel.die_with(parent)
    contained = _new_namespace()
    if contained:
        pid1.fork_init()
        _show_own_processes()
    me = os.getpid()
    child = os.fork()
    if child == 0:
        if not contained:
            kernel.die_with(me)
        os.setsid()
        pid1.become(argv, os.environ)
    pid1.hush()
    if contained:
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        pid1.reap(child)
    os._exit(pid1.as_status(os.waitpid(child, 0)[1]))


def _new_namespace() -> bool:
    uid, gid = os.getuid(), os.getgid()
    try:
        if uid == 0:
            kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWPID, "unshare")
        else:
            kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWPID, "unshare")
            kernel.map_user(uid, uid, gid)
        kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    except kernel.Failed:
        return False
    return True


def _show_own_processes() -> None:
    try:
        kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    except kernel.Failed:
        return  # the program then sees the numbers of the host, which harms nobody
