"""Builds the file system of a sandbox: read-only system, private /tmp, only the workspace writable.

Must not follow a name twice: every source is held by a descriptor and compared with what the caller saw.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conductor.lib.launcher.kernel import (
    ATTR_NODEV,
    ATTR_NOSUID,
    ATTR_RDONLY,
    MNT_DETACH,
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_REC,
    Failed,
    checked,
    libc,
    mount,
    restrict,
    write_file,
)

# Mounts are put together here, in a mount namespace of our own; what the host has there is not touched.
STAGES = ("/mnt", "/media", "/srv")
DEVICES = ("null", "zero", "full", "random", "urandom")
TMP, SHARED = "/tmp", "/dev/shm"
SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")


@dataclass(frozen=True, slots=True)
class Bind:
    """A path of the host shown inside."""

    source: str
    inside: str
    writable: bool
    directory: bool
    device: int
    inode: int


@dataclass(frozen=True, slots=True)
class View:
    """What the inside sees."""

    binds: tuple[Bind, ...]
    etc: tuple[str, ...]
    files: Mapping[str, str]
    home: str
    tmp_bytes: int


def open_sources(binds: Sequence[Bind]) -> list[tuple[Bind, int]]:
    """Hold every source by a descriptor, so that a later swap of a name changes nothing."""
    held = []
    for bind in binds:
        try:
            fd = os.open(bind.source, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise Failed(f"{bind.inside}: {error.strerror}") from error
        found = os.fstat(fd)
        if (found.st_dev, found.st_ino) != (bind.device, bind.inode):
            raise Failed(f"{bind.inside}: it was replaced while it was being opened")
        held.append((bind, fd))
    return held


def find_stage() -> str:
    for stage in STAGES:
        if os.path.isdir(stage) and not os.path.islink(stage):
            return stage
    raise Failed(f"none of {', '.join(STAGES)} exists to mount on")


def touch_point(path: str, is_directory: bool) -> None:
    if is_directory:
        os.makedirs(path, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))


def bind_fd(fd: int, target: str, is_directory: bool) -> None:
    touch_point(target, is_directory)
    mount(f"/proc/self/fd/{fd}", target, None, MS_BIND | MS_REC)
    os.close(fd)


def bind_read_only(source: str, target: str) -> None:
    touch_point(target, os.path.isdir(source))
    mount(source, target, None, MS_BIND | MS_REC)
    restrict(target, ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV)


def tmpfs(target: str, mode: str, size: int | str, flags: int = MS_NOSUID | MS_NODEV) -> None:
    os.makedirs(target, exist_ok=True)
    mount("tmpfs", target, "tmpfs", flags, f"mode={mode},size={size}")


def build_root(view: View, held: Sequence[tuple[Bind, int]], root: str) -> None:
    tmpfs(root, "755", "1m")
    _show_system(view, root)
    os.makedirs(f"{root}/proc")
    mount("proc", f"{root}/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    _make_devices(root, view.tmp_bytes)
    tmpfs(root + TMP, "1777", view.tmp_bytes)
    os.makedirs(root + view.home, mode=0o700)
    for bind, fd in held:
        bind_fd(fd, root + bind.inside, bind.directory)
        restrict(root + bind.inside, ATTR_NOSUID | ATTR_NODEV | (0 if bind.writable else ATTR_RDONLY))


def _show_system(view: View, root: str) -> None:
    bind_read_only("/usr", f"{root}/usr")
    for name in SYSTEM:
        if os.path.islink(f"/{name}"):
            os.symlink(os.readlink(f"/{name}"), f"{root}/{name}")
        elif os.path.isdir(f"/{name}"):
            bind_read_only(f"/{name}", f"{root}/{name}")
    for path in view.etc:
        if os.path.exists(path):
            bind_read_only(os.path.realpath(path), root + path)
    for path, text in view.files.items():
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        write_file(root + path, text)


def _make_devices(root: str, tmp_bytes: int) -> None:
    tmpfs(f"{root}/dev", "755", "64k", MS_NOSUID)
    for name in DEVICES:
        touch_point(f"{root}/dev/{name}", is_directory=False)
        mount(f"/dev/{name}", f"{root}/dev/{name}", None, MS_BIND)
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        os.symlink(f"/proc/self/fd{target}", f"{root}/dev/{name}")
    tmpfs(root + SHARED, "1777", tmp_bytes)
    os.makedirs(f"{root}/dev/pts")
    mount("devpts", f"{root}/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620")
    os.symlink("pts/ptmx", f"{root}/dev/ptmx")
    restrict(f"{root}/dev", ATTR_RDONLY, recursive=False)


def enter_root(root: str) -> None:
    """Make `root` the only file system there is."""
    os.chdir(root)
    checked(libc.pivot_root(b".", b"."), "pivot_root")
    checked(libc.umount2(b".", MNT_DETACH), "umount of the old root")
    os.chdir("/")
    restrict("/", ATTR_RDONLY, recursive=False)
