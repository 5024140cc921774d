"""Checks the directory a sandbox may write to and, as root, hands it to the unprivileged number that runs inside.

Must not touch anything outside that directory: links are never followed, files with a second name elsewhere are left.
"""

import os
import stat
import zlib
from pathlib import Path

from conductor.lib.errors import BadInput

#: Numbers no distribution gives to people; one per workspace, so that limits per user do not meet.
FIRST_UID, UIDS = 64_000, 1_000
_LEAST_PARTS = 3
#: Each level holds a descriptor while the tree is walked.
DEEPEST = 200


def check(cwd: Path) -> Path:
    """The real path of a workspace; a link, or a directory that holds more than a workspace, is refused."""
    if not cwd.is_absolute() or cwd.is_symlink() or not cwd.is_dir():
        raise _refused("it must be an existing directory, by its absolute path")
    real = cwd.resolve(strict=True)
    home = os.path.expanduser("~")  # stays "~" for a user without a home, where Path.home() raises
    too_wide = any(Path(path).resolve().is_relative_to(real) for path in (__file__, home))
    if too_wide or len(real.parts) < _LEAST_PARTS:
        raise _refused("it holds more than a workspace")
    return real


def uid_for(workspace: Path) -> int | None:
    """The number to run as, where we are root and may choose; None means our own."""
    return FIRST_UID + zlib.crc32(os.fsencode(workspace)) % UIDS if os.geteuid() == 0 else None


def hand_over(workspace: Path, uid: int) -> None:
    """Give the tree to `uid`. Without effect where it has it already."""
    top = workspace.stat(follow_symlinks=False)
    if top.st_uid not in (0, uid) and not FIRST_UID <= top.st_uid < FIRST_UID + UIDS:
        raise _refused("it belongs to a person, not to this service")
    for where, directories, files, here in os.fwalk(workspace, follow_symlinks=False):
        if where.count(os.sep) - str(workspace).count(os.sep) > DEEPEST:
            raise _refused("it has folders within folders without end")
        _own(".", here, uid)
        for name in (*directories, *files):
            _own(name, here, uid)


def _own(name: str, here: int, uid: int) -> None:
    found = os.stat(name, dir_fd=here, follow_symlinks=False)
    linked = found.st_nlink > 1 and not stat.S_ISDIR(found.st_mode)
    if found.st_uid != uid and not linked:
        os.chown(name, uid, uid, dir_fd=here, follow_symlinks=False)


def _refused(why: str) -> BadInput:
    return BadInput("The workspace cannot be used.", errors={"cwd": why})
