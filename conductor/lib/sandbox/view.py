"""What a sandbox shows and gives: paths, files, variables, limits. Pure but for looking at the paths it is given.

Must not let a name of the host through that was not asked for.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from conductor.lib import proctree
from conductor.lib.errors import BadInput
from conductor.lib.launcher.mounts import TMP, Bind, View
from conductor.lib.launcher.profile import BROKER, INSIDE_ID, WORKSPACE

HOME = f"{TMP}/home"
TMP_BYTES = 256 << 20
FILE_BYTES = 2 << 30
OPEN_FILES = 4096
_OWN_COUNT = (5, 14)
BROKER_VARIABLE = "CONDUCTOR_BROKER"
TOKEN_VARIABLE = "CONDUCTOR_BROKER_TOKEN"  # noqa: S105 a name, not a secret
#: The parts of /etc that programs need and that say nothing about this installation.
ETC = (
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/crypto-policies",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/pki/ca-trust",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl/cert.pem",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
)
FILES = {
    "/etc/group": f"agent:x:{INSIDE_ID}:\nnogroup:x:65534:\n",
    "/etc/hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "/etc/passwd": f"agent:x:{INSIDE_ID}:{INSIDE_ID}:agent:{HOME}:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n",
}
BASE_ENV = {
    "HOME": HOME,
    "LANG": "C.UTF-8",
    "LOGNAME": "agent",
    "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
    "SHELL": "/bin/sh",
    "TERM": "dumb",
    "TMPDIR": TMP,
    "TZ": "UTC",
    "USER": "agent",
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
# Variables that carry credentials by custom. The broker's token is worth nothing outside its attempt.
_SECRET = re.compile(r"KEY|SECRET|PASSW|TOKEN|CREDENTIAL|_URL$|_DSN$|^PG|^REDIS|^DATABASE|^DJANGO", re.IGNORECASE)
_RESERVED = ("/", "/bin", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", TMP, "/usr", "/var")


def environment(given: Mapping[str, str], *, broker: bool) -> dict[str, str]:
    """The whole environment inside: ours, then what the caller chose; nothing of the host's."""
    for name, value in given.items():
        if not _NAME.fullmatch(name) or "\0" in value:
            raise BadInput("An environment variable is not valid.", errors={"env": f"{name[:80]!r} is not a variable"})
        if _SECRET.search(name) and name != TOKEN_VARIABLE:
            raise BadInput("No credential goes into a sandbox.", errors={"env": f"{name} looks like a credential"})
    return BASE_ENV | ({BROKER_VARIABLE: BROKER} if broker else {}) | dict(given)


def limits(seconds: float, memory_bytes: int, processes: int) -> dict[str, int]:
    return {
        "RLIMIT_AS": memory_bytes,
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": int(seconds) * (os.cpu_count() or 1) + 5,
        "RLIMIT_FSIZE": FILE_BYTES,
        "RLIMIT_NOFILE": OPEN_FILES,
        # The launcher's own two processes are counted too.
        "RLIMIT_NPROC": processes + 2 + _others_of_this_user(),
    }


def _others_of_this_user() -> int:
    """Before Linux 5.14 the limit counts all processes of the user on the host, so they are added."""
    numbers = re.match(r"(\d+)\.(\d+)", os.uname().release)
    if os.geteuid() == 0 or numbers is None or (int(numbers[1]), int(numbers[2])) >= _OWN_COUNT:
        return 0
    return proctree.count_of_user(os.geteuid())


def view(workspace: Path, socket: Path | None, read_only: Sequence[Path], memory_bytes: int) -> View:
    binds = [_bind(path, str(path), writable=False) for path in read_only]
    binds.append(_bind(workspace, WORKSPACE, writable=True))
    if socket is not None:
        binds.append(_bind(socket, BROKER, writable=True))
    return View(tuple(binds), ETC, FILES, HOME, min(TMP_BYTES, memory_bytes))


def _bind(path: Path, inside: str, *, writable: bool) -> Bind:
    if not inside.startswith("/") or ".." in Path(inside).parts or inside.rstrip("/") in ("", *_RESERVED):
        raise BadInput("A path for the sandbox is not usable.", errors={"read_only": f"{inside!r} cannot be shown"})
    try:
        source = path.resolve(strict=True)
        found = source.stat(follow_symlinks=False)
    except OSError as error:
        raise BadInput(
            "A path for the sandbox is missing.", errors={"path": f"{path.name}: {error.strerror}"}
        ) from error
    return Bind(str(source), inside, writable, source.is_dir(), found.st_dev, found.st_ino)
