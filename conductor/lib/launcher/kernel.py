"""The kernel calls a contained process is made with, through ctypes; needs no program of the host.

Standard library only, all imports at the top: later the file system goes away under it. Must not decide anything.
"""

import ctypes
import errno
import fcntl
import os
import platform
import resource
import signal
import socket
import struct
from collections.abc import Mapping

CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 0x1000, 0x4000, 0x40000
ATTR_RDONLY, ATTR_NOSUID, ATTR_NODEV = 1, 2, 4
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 4, 24, 38, 47
MNT_DETACH, AT_RECURSIVE, SYS_MOUNT_SETATTR, KEYCTL_JOIN_SESSION_KEYRING = 2, 0x8000, 442, 1
SYS_KEYCTL = {"x86_64": 250, "aarch64": 219}
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
CAP_VERSION_3 = 0x20080522
#: Exit code of a launcher that could not do its work.
GONE = 125

libc = ctypes.CDLL(None, use_errno=True)


class Failed(Exception):
    """Containment is not possible; the text says which step failed."""


def checked(result: int, step: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise Failed(f"{step}: {os.strerror(number)} ({errno.errorcode.get(number, number)})")


def encoded(text: str | None) -> bytes | None:
    return None if text is None else os.fsencode(text)


def unshare(flags: int, step: str) -> None:
    checked(libc.unshare(ctypes.c_int(flags)), step)


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    checked(
        libc.mount(encoded(source), encoded(target), encoded(kind), ctypes.c_ulong(flags), encoded(data)),
        f"mount of {kind or 'a part'} on {target}",
    )


def restrict(target: str, attributes: int, *, recursive: bool = True) -> None:
    """Read-only and the like for a whole tree of mounts (Linux 5.12)."""
    packed = struct.pack("QQQQ", attributes, 0, 0, 0)
    checked(
        libc.syscall(
            ctypes.c_long(SYS_MOUNT_SETATTR),
            ctypes.c_int(-100),
            ctypes.c_char_p(os.fsencode(target)),
            ctypes.c_uint(AT_RECURSIVE if recursive else 0),
            ctypes.c_char_p(packed),
            ctypes.c_size_t(len(packed)),
        ),
        f"mount_setattr on {target}",
    )


def prctl(*numbers: int) -> int:
    rest = (ctypes.c_ulong(number) for number in (*numbers[1:], 0, 0, 0, 0)[:4])
    return int(libc.prctl(ctypes.c_int(numbers[0]), *rest))


def die_with(parent: int) -> None:
    """Armed for the thread that started us. If that one is gone already nobody would tell us, so leave."""
    checked(prctl(PR_SET_PDEATHSIG, signal.SIGKILL), "parent-death signal")
    if os.getppid() != parent:
        os._exit(GONE)


def write_file(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def map_user(inside: int, outside_uid: int, outside_gid: int) -> None:
    try:
        write_file("/proc/self/setgroups", "deny")
        write_file("/proc/self/uid_map", f"{inside} {outside_uid} 1")
        write_file("/proc/self/gid_map", f"{inside} {outside_gid} 1")
    except OSError as error:
        raise Failed(f"user map: {error.strerror}") from error


def fresh_keyring() -> None:
    """Leave the session keyring of the worker; keyrings have no namespace of their own."""
    number = SYS_KEYCTL.get(platform.machine())
    if number is not None:
        libc.syscall(ctypes.c_long(number), ctypes.c_int(KEYCTL_JOIN_SESSION_KEYRING), None)


def drop_everything() -> None:
    """No capability in any set, no way to gain one."""
    checked(prctl(PR_SET_NO_NEW_PRIVS, 1), "no_new_privs")
    for capability in range(64):
        if prctl(PR_CAPBSET_DROP, capability) != 0:
            break
    prctl(PR_CAP_AMBIENT, 4)
    header = struct.pack("Ii", CAP_VERSION_3, 0)
    checked(libc.capset(ctypes.c_char_p(header), ctypes.c_char_p(bytes(24))), "capset")


def set_limits(limits: Mapping[str, int]) -> None:
    for name, value in limits.items():
        number = getattr(resource, name)
        hard = resource.getrlimit(number)[1]
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (least, least))


def set_hostname(name: str) -> None:
    checked(libc.sethostname(name.encode(), len(name)), "hostname")


def raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack_from("16sh", fcntl.ioctl(probe, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))
