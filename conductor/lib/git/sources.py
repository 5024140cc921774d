"""Where a repository comes from, and a bare copy of it that is ours.

Must not obey the source: no hook, no submodule, no transport but file and https, no address inside our network.
"""

import fcntl
import ipaddress
import os
import re
import socket
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from conductor.lib.errors import BadInput, StaleVersion
from conductor.lib.git import command, refs

LONGEST = 2_000
FETCH_SECONDS = 900.0
HTTPS_PORT = 443
#: Faults of old histories that harm nobody; everything else that fsck knows is refused.
OLD_FAULTS = ("badTimezone", "missingSpaceBeforeDate", "missingSpaceBeforeEmail", "zeroPaddedFilemode")
#: The mark of a store that is whole.
MADE = "conductor.made"
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_UPLOAD_PACK = "git -c safe.directory='*' upload-pack"

Resolve = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Source:
    """A checked origin. For https the host may still answer from elsewhere later, so it is looked up at each fetch."""

    kind: Literal["https", "local"]
    location: str
    host: str = ""
    port: int = HTTPS_PORT


def check_source(
    url_or_path: str,
    *,
    roots: Sequence[Path] | None = None,
    closed: Sequence[Path] = (),
    allow_hosts: Collection[str] = (),
) -> Source:
    """An https address, or the absolute path of a repository on this machine (below one of `roots`, if given).

    Nothing below `closed` is one: there lie the stores of all teams, and clones that agents write to. `allow_hosts`
    names hosts inside our own network, and hosts with another port, that an operator permits.
    """
    said = url_or_path.strip()
    if not said or len(said) > LONGEST or said.startswith("-") or _UNSAFE.search(said.replace(" ", "")):
        raise _refused("it is empty, too long, or not an address or path")
    if said.startswith("/"):
        return _local(Path(said), roots, closed)
    if "::" in said.partition("/")[0] or "://" not in said:
        raise _refused("it must be an https address or an absolute path")
    try:
        parts = urlsplit(said)
        port = parts.port
    except ValueError:
        raise _refused("it is not a valid address") from None
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return _local(Path(unquote(parts.path)), roots, closed)
    return _https(said, parts, port, allow_hosts)


def _https(said: str, parts: SplitResult, port: int | None, allow_hosts: Collection[str]) -> Source:
    host = parts.hostname or ""
    if parts.scheme != "https":
        raise _refused("only https addresses and local paths are allowed")
    if "@" in parts.netloc or parts.query or parts.fragment or " " in said:
        raise _refused("an address carries no user, password, query or fragment")
    if not _HOST.fullmatch(host) and not parts.netloc.startswith("["):
        raise _refused("the host is not valid")
    if port not in (None, HTTPS_PORT) and host not in allow_hosts:
        raise _refused("only port 443 is allowed")
    if host not in allow_hosts:
        public_addresses(host)
    return Source("https", said, host, port or HTTPS_PORT)


def local_path(url_or_path: str) -> Path | None:
    """The path that an address of this machine names; None for any other address."""
    said = url_or_path.strip()
    if said.startswith("/"):
        return Path(said)
    parts = urlsplit(said)
    return Path(unquote(parts.path)) if parts.scheme == "file" and parts.netloc in ("", "localhost") else None


def check_place(path: Path, *, roots: Sequence[Path] | None, closed: Sequence[Path] = ()) -> Path:
    """The real path, if a repository may be taken from there. Does not look whether there is one."""
    if not path.is_absolute() or ".." in path.parts or _UNSAFE.search(str(path).replace(" ", "")):
        raise _refused("a path must be absolute and plain")
    real = path.resolve()
    allowed = roots is None or any(real.is_relative_to(root.resolve()) for root in roots)
    if not allowed or any(real.is_relative_to(folder.resolve()) for folder in closed):
        raise _refused("this path is outside the directories that are allowed")
    return real


def _local(path: Path, roots: Sequence[Path] | None, closed: Sequence[Path]) -> Source:
    real = check_place(path, roots=roots, closed=closed)
    if not real.is_dir() or git_directory(real) is None:
        raise _refused("there is no git repository at this path")
    return Source("local", str(real))


def git_directory(path: Path) -> Path | None:
    """The git directory of exactly this work tree or bare repository, none of its parents'."""
    finished = command.attempt(
        None,
        *("-C", str(path), "rev-parse", "--path-format=absolute", "--git-common-dir"),
        config={"safe.directory": "*"},
        env={"GIT_CEILING_DIRECTORIES": str(path.parent)},
    )
    return Path(finished.text.rstrip("\n")) if finished.ok and finished.text.strip() else None


def look_up(host: str) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _refused("the host is not known") from None
    return sorted({str(entry[4][0]) for entry in found})


def public_addresses(host: str, resolve: Resolve | None = None) -> Sequence[str]:
    """The addresses of a host, all of which must be public."""
    addresses = (resolve or look_up)(host)
    for address in addresses:
        number = ipaddress.ip_address(address.partition("%")[0])
        mapped = getattr(number, "ipv4_mapped", None) or number
        if not mapped.is_global or mapped.is_multicast:
            raise _refused("the host is inside a private network")
    return addresses


def mirror(source: Source, store: Path, *, allow_hosts: Collection[str] = (), seconds: float = FETCH_SECONDS) -> str:
    """Make or update our bare copy; answers the commit of the source's HEAD. Our own branches are not touched."""
    make_store(store)
    config = {"transfer.fsckObjects": "true"} | {f"fetch.fsck.{fault}": "ignore" for fault in OLD_FAULTS}
    if source.kind == "https" and source.host not in allow_hosts:
        addresses = ",".join(f"[{one}]" if ":" in one else one for one in public_addresses(source.host))
        config["http.curloptResolve"] = f"{source.host}:{source.port}:{addresses}"
    with locked(store):
        finished = command.attempt(
            store,
            *("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--prune"),
            *("--refmap=", "--upload-pack", _UPLOAD_PACK, "--", source.location),
            *(f"+HEAD:{refs.SOURCE_HEAD}", f"+refs/heads/*:{refs.SOURCE_HEADS}*"),
            config=config,
            seconds=seconds,
        )
    if not finished.ok:
        if b"couldn't find remote ref HEAD" in finished.errors:
            raise BadInput("The repository has no commit yet.", errors={"repository": "it is empty"})
        raise command.failed("fetch", finished)
    return refs.head(store)


def make_store(store: Path) -> None:
    """An empty bare repository of ours, readable by us alone, without hooks. Again is fine, also after half of it.

    Git writes HEAD long before the rest; so a mark of ours, made last, says that the store is whole. Where it is
    missing, git goes over what is there once more: it completes, and changes nothing that is whole.
    """
    store.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(store):
        if (store / MADE).exists():
            return
        for left_over in store.glob("*.lock"):  # of a git that was killed: nobody works here before the mark is there
            left_over.unlink()
        command.text(None, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", "--", str(store))
        command.text(store, "config", "core.logAllRefUpdates", "false")
        (store / MADE).touch()


@contextmanager
def locked(store: Path) -> Iterator[None]:
    """One at a time per store and machine: fetches and repairs. Moves of branches need no lock but git's own."""
    fd = os.open(store / "conductor.flock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def publish(store: Path, source: Source, branch: str) -> str:
    """Copy a branch of ours into the user's own repository as a ref; no work tree, no checked-out branch, no hook.

    A branch that a person moved there is left alone: StaleVersion.
    """
    commit = refs.head(store, branch)
    if not branch.startswith(refs.OURS):
        raise BadInput("Only branches of ours are published.", errors={"branch": "not one of ours"})
    target = git_directory(Path(source.location)) if source.kind == "local" else None
    if target is None:
        raise BadInput(
            "Branches are published to repositories on this machine only.", errors={"repository": "not local"}
        )
    finished = command.attempt(
        target,
        *("fetch", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--refmap="),
        *("--upload-pack", _UPLOAD_PACK, "--", str(store), f"refs/heads/{branch}:refs/heads/{branch}"),
        config={"safe.directory": "*"},
    )
    _give_back(target)
    if finished.ok:
        return commit
    if b"non-fast-forward" in finished.errors:
        raise StaleVersion(f"Somebody moved {branch} in the repository; it is left as it is.")
    if b"checked out" in finished.errors:
        raise StaleVersion(f"{branch} is checked out in the repository; it is left as it is.")
    raise command.failed("publish", finished)


def _give_back(git_dir: Path) -> None:
    """As root: what we wrote into somebody's repository is theirs."""
    owner = git_dir.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        return
    for _, directories, files, here in os.fwalk(git_dir, follow_symlinks=False):
        for name in (*directories, *files):
            if os.stat(name, dir_fd=here, follow_symlinks=False).st_uid == 0:
                os.chown(name, owner.st_uid, owner.st_gid, dir_fd=here, follow_symlinks=False)


def _refused(why: str) -> BadInput:
    return BadInput("This repository cannot be used.", errors={"repository": why})
