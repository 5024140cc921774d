"""Looks after what the kernel does not limit: memory of all processes together, and what they put on the disk.

Must not stop anything: it answers with the reason for which the caller shall.
"""

import os
import time
from pathlib import Path

from conductor.lib import proctree
from conductor.lib.process import Reason

#: What the launcher may hold beside the command.
SLACK_BYTES = 32 << 20
#: By so much may one command make its workspace grow: in bytes on the disk, and in files and folders.
GROWTH_BYTES = 4 << 30
GROWTH_FILES = 500_000
LOOK_S = 1.0
#: Looking takes at most this part of the time, however many files there are.
SHARE = 20
#: Folders below this depth are counted as full: a walk holds a descriptor for each level.
DEEPEST = 200


class Watch:
    """Called again and again with the number of the outermost process."""

    def __init__(self, workspace: Path, memory_bytes: int) -> None:
        self._workspace = workspace
        self._memory_bytes = memory_bytes
        used, files = _size(workspace, None)
        self._most = used + GROWTH_BYTES, files + GROWTH_FILES
        self._next = time.monotonic() + LOOK_S

    def __call__(self, pid: int) -> Reason | None:
        if proctree.private_bytes(pid) > self._memory_bytes + SLACK_BYTES:
            return "memory_limit"
        began = time.monotonic()
        if began < self._next:
            return None
        used, files = _size(self._workspace, self._most)
        now = time.monotonic()
        self._next = now + max(LOOK_S, SHARE * (now - began))
        return "disk_limit" if used > self._most[0] or files > self._most[1] else None


def _size(top: Path, most: tuple[int, int] | None) -> tuple[int, int]:
    """Bytes on the disk and number of entries; not further than `most`. Links are not followed, races do no harm."""
    used = files = 0
    try:
        for where, directories, names, here in os.fwalk(top, follow_symlinks=False, onerror=None):
            for name in (*directories, *names):
                files += 1
                used += _blocks(name, here)
            if most is not None and (used > most[0] or files > most[1]):
                break
            if where.count(os.sep) - str(top).count(os.sep) > DEEPEST:
                directories.clear()
    except OSError:  # something went away while it was being looked at; the next look counts
        return used, files
    return used, files


def _blocks(name: str, here: int) -> int:
    try:
        return os.stat(name, dir_fd=here, follow_symlinks=False).st_blocks * 512
    except OSError:
        return 0
