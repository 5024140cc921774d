"""Removes what killed git processes leave in a store: locks, half-made packs, half-made imports.

Must not take a lock from a living process: only old ones, and only while no git works in the store.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from conductor.lib import proctree
from conductor.lib.git.clones import IMPORT_PREFIX
from conductor.lib.git.sources import locked

#: Longer than git holds a lock for the moves of branches that we make, and shorter than a lease: who tries again
#: after a worker that was lost must not meet its locks.
LOCK_OLD_S = 20.0
#: Longer than any git command of ours may take.
SCRAP_OLD_S = 1_800.0
_LOCKS = ("*.lock", "refs/**/*.lock", "objects/info/*.lock", "objects/info/**/*.lock")
_SCRAPS = ("objects/pack/tmp_*", "objects/tmp_objdir-*", "objects/incoming-*", "objects/??/tmp_obj_*")


def repair(store: Path) -> tuple[str, ...]:
    """Remove old left-overs; answers their names. Does nothing while a git process works here."""
    removed: list[str] = []
    if not store.is_dir():
        return ()
    with locked(store):
        if git_at_work(store):
            return ()
        now = time.time()
        for path, kept_s in _left_over(store):
            with suppress(FileNotFoundError):
                if path.lstat().st_mtime < now - kept_s:
                    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
                    removed.append(str(path.relative_to(store)))
    return tuple(sorted(removed))


def _left_over(store: Path) -> Iterator[tuple[Path, float]]:
    for pattern in _LOCKS:
        yield from ((path, LOCK_OLD_S) for path in store.glob(pattern))
    for pattern in (*_SCRAPS, f"{IMPORT_PREFIX}*"):
        yield from ((path, SCRAP_OLD_S) for path in store.glob(pattern))


def git_at_work(store: Path) -> bool:
    """Does a process of this host name the store in its command line? Ours all do."""
    wanted = str(store).encode()
    for process in proctree.everyone():
        with suppress(OSError):
            line = (proctree.PROC / str(process.pid) / "cmdline").read_bytes()
            if process.state != "Z" and wanted in line and b"git" in line.partition(b"\0")[0].rpartition(b"/")[2]:
                return True
    return False
