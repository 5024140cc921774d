"""An attempt's own clone: made from the store, committed inside the sandbox, taken back as objects only.

Must not run git in a clone once an agent could write to it, nor read its configuration: only its objects are looked at.
"""

import errno
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath

from conductor.lib import process
from conductor.lib.errors import ConductorError
from conductor.lib.git import command, refs

IDENTITY_NAME, IDENTITY_MAIL = "Conductor", "conductor@localhost"
CLONE_SECONDS = 600.0
MAX_BYTES = 512 << 20
MAX_FILES = 200_000
MAX_LINKS = 1_000
DEEPEST = 100
REMOVE_SECONDS = 600.0
IMPORT_PREFIX = "conductor-import-"
_LINK, _SUBMODULE = "120000", "160000"
_REF_LINE = re.compile(r"ref: (refs/heads/[A-Za-z0-9][A-Za-z0-9._/-]{0,200})")
_SMALL = 1 << 20

# Runs inside. Hooks and signing of the clone are off so that a commit cannot fail for them; what else its
# configuration starts runs in the sandbox too. Locks are left-overs of killed programs: nobody else runs there now.
_COMMIT = """
export GIT_AUTHOR_NAME="$3" GIT_AUTHOR_EMAIL="$4" GIT_AUTHOR_DATE="$2"
export GIT_COMMITTER_NAME="$3" GIT_COMMITTER_EMAIL="$4" GIT_COMMITTER_DATE="$2"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_EDITOR=false
rm -f .git/index.lock .git/HEAD.lock
plain() { git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c commit.gpgSign=false -c gc.auto=0 "$@"; }
plain add --all
plain diff --cached --quiet || plain commit --quiet --no-verify --cleanup=verbatim -m "$1"
plain rev-parse HEAD
"""


class ImportRefused(ConductorError):
    """What the agent left in its clone is not taken; the message says why."""

    default_code = "agent_output_invalid"


def clone_for_attempt(store: Path, branch: str, target: Path, *, imported: str | None = None) -> str:
    """A clone of one branch that shares nothing with the store: no hard links, no alternates, no remote, no hooks.

    `imported` names an attempt: then the clone stands at the commit imported from it, for proving what it made.
    """
    commit = refs.head(store, branch) if imported is None else refs.imported(store, imported)
    if target.exists():
        remove_clone(target)
    target.mkdir(parents=True, mode=0o700)
    name = branch.removeprefix("refs/heads/")
    full = f"refs/heads/{name}" if name.startswith(refs.OURS) else f"{refs.SOURCE_HEADS}{name}"
    if imported is not None:
        full = refs.attempt_ref(imported)
    inside = target / ".git"
    command.text(None, "init", "--quiet", "--template=", "--initial-branch", name, "--", str(target))
    command.text(
        inside,
        *("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--refmap="),
        *("--update-head-ok", "--", str(store), f"+{full}:refs/heads/{name}"),
        seconds=CLONE_SECONDS,
    )
    for key, setting in (("user.name", IDENTITY_NAME), ("user.email", IDENTITY_MAIL), ("gc.auto", "0")):
        command.text(inside, "config", key, setting)
    command.text(inside, "--work-tree", str(target), "reset", "--quiet", "--hard", commit, seconds=CLONE_SECONDS)
    return commit


def commit_in_sandbox_argv(message: str, when: datetime) -> tuple[str, ...]:
    """The command, to be run INSIDE the sandbox, that commits everything there is and prints the commit.

    Nothing changed: no commit, and the old one is printed. The same content, message and time give the same id.
    """
    date = f"@{int(when.timestamp())} +0000"
    return ("/bin/sh", "-euc", _COMMIT, "sh", message.replace("\0", "") or "Work", date, IDENTITY_NAME, IDENTITY_MAIL)


def import_commit(store: Path, clone: Path, attempt_id: str, *, base: str | None = None) -> str:
    """Copy the commit at the clone's HEAD into the store as refs/conductor/attempt/<id>; every object is checked.

    Git never runs in the clone: a repository of our own borrows its objects for the length of the copy. With `base`
    only what changed since is looked at for links that leave the tree and for submodules, else the whole tree.
    """
    ref = refs.attempt_ref(attempt_id)
    git_dir = clone / ".git"
    _check_plain(git_dir)
    commit = _head_of(git_dir)
    with tempfile.TemporaryDirectory(prefix=IMPORT_PREFIX, dir=store) as directory:
        between = Path(directory) / "between.git"
        _make_between(between, git_dir / "objects", store / "objects")
        if not command.attempt(between, "update-ref", "refs/heads/taken", commit).ok:
            raise ImportRefused("The commit of the clone is missing or damaged.")
        finished = command.attempt(
            store,
            *("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--refmap="),
            *("--", str(between), f"+refs/heads/taken:{ref}"),
            config={"transfer.fsckObjects": "true", "fetch.fsckObjects": "true", "fetch.unpackLimit": "1"},
        )
    if not finished.ok:
        said = command.failed("import", finished).message
        raise ImportRefused(f"The commit of the clone was not taken. {said}")
    try:
        _refuse_odd_entries(store, base, commit)
    except ImportRefused:
        command.text(store, "update-ref", "-d", ref)
        raise
    return commit


def remove_clone(target: Path) -> None:
    """Delete a clone whatever an agent left in it: modes, links, folders within folders without end. Again is fine.

    The programs of the system follow no link below and know no limit of depth; walks of ours would give up.
    """
    if target.is_symlink():
        target.unlink()
        return
    if not target.exists():
        return
    for argv in (("chmod", "-R", "u+rwX", "--", str(target)), ("rm", "-rf", "--", str(target))):
        finished = process.run(argv, seconds=REMOVE_SECONDS, cwd=Path("/"), contain="group", errors_apart=True)
    if not finished.ok:
        raise OSError(errno.EIO, f"The clone could not be removed: {finished.errors.decode('utf-8', 'replace')[-300:]}")


def _make_between(between: Path, *lenders: Path) -> None:
    command.text(None, "init", "--quiet", "--bare", "--template=", "--", str(between))
    # Indexes made by the agent may lie; only the objects themselves count.
    for key in ("core.commitGraph", "core.multiPackIndex", "pack.useBitmaps", "pack.readReverseIndex"):
        command.text(between, "config", key, "false")
    (between / "objects" / "info").mkdir(exist_ok=True)
    (between / "objects" / "info" / "alternates").write_text("".join(f"{lender}\n" for lender in lenders))


def _walk(top: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for where, directories, files in os.walk(top, followlinks=False):
        if where.count(os.sep) - str(top).count(os.sep) > DEEPEST:
            raise ImportRefused("The clone's repository has folders within folders without end.")
        for name in (*directories, *files):
            path = Path(where, name)
            yield path, path.lstat()


def _check_plain(git_dir: Path) -> None:
    """A real directory with real files only, of bounded size, that borrows objects from nowhere."""
    if not git_dir.parent.exists():
        raise command.GitFailed("The clone is gone.")
    for path in (git_dir, git_dir / "objects", git_dir / "refs"):
        if path.is_symlink() or not path.is_dir():
            raise ImportRefused(f"{path.name} of the clone is not a directory.")
    size = count = 0
    for top in (git_dir / "objects", git_dir / "refs"):
        for path, found in _walk(top):
            count += 1
            size += found.st_size
            if not (stat.S_ISDIR(found.st_mode) or stat.S_ISREG(found.st_mode)):
                raise ImportRefused("The clone's repository holds a link or a special file.")
            if path.name in ("alternates", "http-alternates") and path.parent.name == "info":
                raise ImportRefused("The clone borrows objects from elsewhere.")
            if size > MAX_BYTES or count > MAX_FILES:
                raise ImportRefused("The clone's repository is larger than allowed.", code="agent_output_too_large")


def _read_small(path: Path) -> str | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return None
        return file.read(_SMALL).decode("utf-8", "replace")


def _head_of(git_dir: Path) -> str:
    """What HEAD stands at, read as text: detached, a loose ref or a packed one."""
    said = (_read_small(git_dir / "HEAD") or "").strip()
    if refs.is_commit(said):
        return said
    named = _REF_LINE.fullmatch(said)
    if named is not None and ".." not in said:
        loose = (_read_small(git_dir / named[1]) or "").strip()
        if refs.is_commit(loose):
            return loose
        for line in (_read_small(git_dir / "packed-refs") or "").splitlines():
            commit, _, name = line.partition(" ")
            if name == named[1] and refs.is_commit(commit):
                return commit
    raise ImportRefused("The clone's HEAD does not stand at a commit.")


def _refuse_odd_entries(store: Path, base: str | None, commit: str) -> None:
    links = 0
    for mode, identity, path in _entries(store, base, commit):
        if mode == _SUBMODULE:
            raise ImportRefused(f"{path[:200]!r} is another repository inside the clone; it is not taken.")
        if mode == _LINK:
            links += 1
            target = command.output(store, "cat-file", "blob", identity, output_bytes=8192).decode("utf-8", "replace")
            if links > MAX_LINKS or _leaves_tree(path, target):
                raise ImportRefused(f"The link {path[:200]!r} leads out of the repository; it is not taken.")


def _entries(store: Path, base: str | None, commit: str) -> Iterator[tuple[str, str, str]]:
    if base is None:
        for line in command.lines(command.output(store, "ls-tree", "-r", "-z", commit)):
            about, _, path = line.partition("\t")
            mode, _, identity = about.split()
            yield mode, identity, path
        return
    parts = command.lines(
        command.output(store, "diff-tree", "-r", "-z", "--no-renames", refs.check_commit(base, "base"), commit)
    )
    for about, path in zip(parts[::2], parts[1::2], strict=True):
        _, mode, _, identity, status = about.split()
        if status != "D":
            yield mode, identity, path


def _leaves_tree(path: str, target: str) -> bool:
    if target.startswith("/") or "\0" in target:
        return True
    depth = len(PurePosixPath(path).parts) - 1
    for part in target.split("/"):
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            return True
    return False
