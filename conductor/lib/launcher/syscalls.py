"""The system calls a contained process may not make, as a seccomp filter, so that both forms refuse the same.

Namespaces do not hold everything: sockets to the hypervisor, keyrings and kernel programs have none. Must not refuse
what ordinary programs need; standard library only.
"""

import ctypes
import errno
import platform
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from conductor.lib.launcher.kernel import Failed, checked, libc

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24
#: On x86-64 a second set of numbers for the same calls begins here.
_X32 = 0x40000000
#: Sockets that the network namespace holds: unix, IPv4, IPv6, netlink. Those to the hypervisor (vsock) it does not.
FAMILIES = (1, 2, 10, 16)
#: Typing into a terminal: TIOCSTI, TIOCLINUX.
TYPING = (0x5412, 0x541C)


@dataclass(frozen=True, slots=True)
class Machine:
    architecture: int
    socket: int
    socketpair: int
    ioctl: int
    denied: tuple[int, ...]


#: The same on every machine: io_uring (makes sockets past this filter), the newer calls that mount.
_EVERYWHERE = (425, 426, 427, 428, 429, 430, 431, 432, 433, 442)
#: keyctl, add_key, request_key, bpf, perf_event_open, userfaultfd, kexec, open_by_handle_at, modules, setns, mounts,
#: reboot, acct, syslog, swapon, quotactl, setting the clock.
MACHINES = {
    "x86_64": Machine(
        0xC000003E, 41, 53, 16,
        (250, 248, 249, 321, 298, 323, 246, 320, 304, 175, 313, 176, 308, 165, 166, 155, 169, 163, 103, 167, 179, 227,
         164, 172, 173, *_EVERYWHERE),
    ),
    "aarch64": Machine(
        0xC00000B7, 198, 199, 29,
        (219, 217, 218, 280, 241, 282, 104, 294, 265, 105, 273, 106, 268, 40, 39, 41, 142, 89, 116, 224, 60, 112, 170,
         *_EVERYWHERE),
    ),
}  # fmt: skip

_Step = tuple[int, int, int, int]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def program() -> bytes:
    """The filter as the kernel reads it; Failed where this machine's numbers are not known."""
    machine = MACHINES.get(platform.machine())
    if machine is None:
        raise Failed(f"no list of system calls for {platform.machine()}")
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        *_unless(machine.architecture, [_refuse(errno.ENOSYS)]),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        _refuse(errno.ENOSYS),
    ]
    for number in machine.denied:
        steps += _where(number, [_refuse(errno.EPERM)])
    known = [step for family in FAMILIES for step in _where(family, [_allow()])]
    for number in (machine.socket, machine.socketpair):
        steps += _where(number, [(_LOAD, 0, 0, _FIRST), *known, _refuse(errno.EAFNOSUPPORT)])
    typing = [step for request in TYPING for step in _where(request, [_refuse(errno.EPERM)])]
    steps += _where(machine.ioctl, [(_LOAD, 0, 0, _SECOND), *typing, _allow()])
    return b"".join(struct.pack("HBBI", *step) for step in [*steps, _allow()])


def install() -> None:
    """For this process and all that it starts; needs no_new_privs to be set."""
    content = program()
    filled = _Program(len(content) // 8, content)
    mode = ctypes.c_ulong(SECCOMP_MODE_FILTER)
    checked(libc.prctl(ctypes.c_int(PR_SET_SECCOMP), mode, ctypes.byref(filled), 0, 0), "filter of system calls")


def _where(value: int, then: Sequence[_Step]) -> list[_Step]:
    return [(_EQUAL, 0, len(then), value), *then]


def _unless(value: int, then: Sequence[_Step]) -> list[_Step]:
    return [(_EQUAL, len(then), 0, value), *then]


def _refuse(number: int) -> _Step:
    return _RETURN, 0, 0, _ERRNO | number


def _allow() -> _Step:
    return _RETURN, 0, 0, _ALLOW
