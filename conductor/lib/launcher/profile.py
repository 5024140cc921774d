"""The sandbox profile, in two forms with the same promises: through bubblewrap, or by the kernel calls themselves.

Must not run the command when any step failed: the reason goes to the word channel instead.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NoReturn

from conductor.lib.launcher import kernel, mounts, pid1, syscalls
from conductor.lib.launcher.mounts import Bind, View

INSIDE_ID = 1000
WORKSPACE = "/workspace"
BROKER = "/run/broker.sock"


@dataclass(frozen=True, slots=True)
class Spec:
    """Everything the launcher must know; travels as JSON through a memory file, never through an argument list."""

    bwrap: str | None
    argv: tuple[str, ...]
    env: Mapping[str, str]
    uid: int | None
    limits: Mapping[str, int]
    view: View

    def dump(self) -> bytes:
        return json.dumps(asdict(self)).encode()


def load(content: bytes) -> Spec:
    known: dict[str, Any] = json.loads(content)
    view: dict[str, Any] = known.pop("view")
    binds = tuple(Bind(**bind) for bind in view.pop("binds"))
    return Spec(**known, view=View(binds=binds, **view))


def run_sandbox(parent: int, spec_fd: int, words_fd: int) -> NoReturn:
    with os.fdopen(spec_fd, "rb") as file:
        spec = load(file.read())
    os.dup2(words_fd, pid1.WORDS_FD, inheritable=True)
    if words_fd != pid1.WORDS_FD:
        os.close(words_fd)
    try:
        kernel.die_with(parent)
        kernel.fresh_keyring()
        if spec.uid is not None:
            spec = _step_down(spec, spec.uid, parent)
        if spec.bwrap is not None:
            _run_bubblewrap(spec, spec.bwrap)
        _run_unshare(spec)
    except (kernel.Failed, OSError) as error:
        os.write(pid1.WORDS_FD, os.fsencode(f"{error}"[:500]))
        os._exit(kernel.GONE)


def _step_down(spec: Spec, uid: int, parent: int) -> Spec:
    """As root: mount the sources where an unprivileged number can reach them, then become that number for good.

    A real number of its own, because the kernel applies no limit on processes to number 0, mapped or not.
    """
    kernel.unshare(kernel.CLONE_NEWNS, "unshare of mounts")
    kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    held = mounts.open_sources(spec.view.binds)
    stage = mounts.find_stage()
    mounts.tmpfs(stage, "755", "1m")
    staged = []
    for number, (bind, fd) in enumerate(held):
        mounts.bind_fd(fd, f"{stage}/{number}", bind.directory)
        staged.append(replace(bind, source=f"{stage}/{number}"))
    try:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    except OSError as error:
        raise kernel.Failed(f"change of user: {error.strerror}") from error
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
    kernel.die_with(parent)
    return replace(spec, view=replace(spec.view, binds=tuple(staged)))


# -- through bubblewrap -----------------------------------------------------------------------------------------------

_NAMESPACES = "--unshare-user --unshare-pid --unshare-ipc --unshare-uts --unshare-net --unshare-cgroup-try"
_MANNERS = "--disable-userns --die-with-parent --new-session --cap-drop ALL --hostname sandbox --clearenv"
# The number of processes is limited inside: outside, all processes of this user would count.
_START = (
    'ulimit -u "$0" 2>/dev/null || ulimit -p "$0" || exit 125; '
    f'echo ready >&{pid1.WORDS_FD}; exec {pid1.WORDS_FD}>&-; exec "$@"'
)


def _run_bubblewrap(spec: Spec, program: str) -> NoReturn:
    for _, fd in mounts.open_sources(spec.view.binds):
        os.close(fd)
    outside = {name: value for name, value in spec.limits.items() if name != "RLIMIT_NPROC"}
    args = _bubblewrap_args(spec)
    options = _memory_file(b"\0".join(os.fsencode(arg) for arg in args) + b"\0")
    kernel.set_limits(outside)
    os.umask(0o077)
    inner = ["/bin/sh", "-c", _START, str(spec.limits["RLIMIT_NPROC"]), *spec.argv]
    pid1.become([program, "--args", str(options), "--", *inner], {"PATH": "/usr/bin:/bin"})


def _bubblewrap_args(spec: Spec) -> list[str]:
    view = spec.view
    size = ("--size", str(view.tmp_bytes), "--tmpfs")
    args = [
        *_NAMESPACES.split(),
        *_MANNERS.split(),
        *("--uid", str(INSIDE_ID), "--gid", str(INSIDE_ID), "--proc", "/proc", "--dev", "/dev"),
        *("--perms", "1777", *size, mounts.SHARED, "--remount-ro", "/dev"),
        *("--perms", "1777", *size, mounts.TMP, "--perms", "0700", "--dir", view.home),
        *("--ro-bind", "/usr", "/usr"),
    ]
    for name in mounts.SYSTEM:
        if os.path.islink(f"/{name}"):
            args += ["--symlink", os.readlink(f"/{name}"), f"/{name}"]
        elif os.path.isdir(f"/{name}"):
            args += ["--ro-bind", f"/{name}", f"/{name}"]
    for path in view.etc:
        args += ["--ro-bind-try", path, path]
    for path, text in view.files.items():
        args += ["--perms", "0644", "--file", str(_memory_file(text.encode())), path]
    for bind in view.binds:
        args += ["--bind" if bind.writable else "--ro-bind", bind.source, bind.inside]
    for name, value in spec.env.items():
        args += ["--setenv", name, value]
    args += ["--seccomp", str(_memory_file(syscalls.program()))]
    return [*args, "--remount-ro", "/", "--chdir", WORKSPACE]


def _memory_file(content: bytes) -> int:
    fd = os.memfd_create("conductor", 0)
    os.write(fd, content)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


# -- by the kernel calls ----------------------------------------------------------------------------------------------

_KINDS: Sequence[int] = (
    kernel.CLONE_NEWUSER,
    kernel.CLONE_NEWNS,
    kernel.CLONE_NEWPID,
    kernel.CLONE_NEWIPC,
    kernel.CLONE_NEWUTS,
    kernel.CLONE_NEWNET,
    kernel.CLONE_NEWCGROUP,
)


def _run_unshare(spec: Spec) -> NoReturn:
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(sum(_KINDS), "unshare of namespaces")
    kernel.map_user(INSIDE_ID, uid, gid)
    pid1.fork_init()
    os.umask(0o022)
    kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.set_hostname("sandbox")
    kernel.raise_loopback()
    held = mounts.open_sources(spec.view.binds)
    root = mounts.find_stage()
    mounts.build_root(spec.view, held, root)
    mounts.enter_root(root)
    kernel.write_file("/proc/sys/user/max_user_namespaces", "0")
    child = os.fork()
    if child == 0:
        _start_inside(spec)
    kernel.drop_everything()
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    pid1.hush()
    pid1.reap(child)


def _start_inside(spec: Spec) -> NoReturn:
    os.setsid()
    os.umask(0o077)
    os.chdir(WORKSPACE)
    kernel.drop_everything()
    kernel.set_limits(spec.limits)
    syscalls.install()
    os.write(pid1.WORDS_FD, b"ready\n")
    os.close(pid1.WORDS_FD)
    pid1.become(spec.argv, spec.env)
