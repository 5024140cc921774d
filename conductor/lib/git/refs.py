"""Names and moves of refs in a store of ours: branches, intents, landing. One transaction per move.

Must not move a branch without an intent that is still there, nor accept a name that git could take for an option.

A worker that was declared dead may wake at any moment. So: `record_intent` before the branch moves, `land` takes the
intent and moves the branch in one transaction, `abandon` forbids both for ever for that attempt.
"""

import re
from pathlib import Path

from conductor.lib.errors import BadInput, LeaseLost, NotFound, StaleVersion
from conductor.lib.git import command

SOURCE_HEAD = "refs/conductor/source/HEAD"
SOURCE_HEADS = "refs/conductor/source/heads/"
ATTEMPTS = "refs/conductor/attempt/"
INTENTS = "refs/conductor/intent/"
ABANDONED = "refs/conductor/abandoned/"
OURS = "conductor/"
MAIN = "main"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,200}")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def check_name(name: str, field: str = "branch") -> str:
    """A branch name as it may be given from outside; anything odd is refused by field."""
    if not _NAME.fullmatch(name) or not command.attempt(None, "check-ref-format", f"refs/heads/{name}").ok:
        raise BadInput("This is not a branch name.", errors={field: f"{name[:80]!r} is not a branch name"})
    return name


def is_commit(said: str) -> bool:
    return _COMMIT.fullmatch(said) is not None


def check_commit(commit: str, field: str = "commit") -> str:
    if not is_commit(commit):
        raise BadInput("This is not a commit id.", errors={field: "not a full commit id"})
    return commit


def branch_for(campaign: str, domain: str | None = None) -> str:
    """`conductor/<campaign>/main` and `conductor/<campaign>/<domain>`.

    Both parts are slugs without a slash, so no branch is ever a directory of another; "main" is no domain.
    """
    for field, value in (("campaign", campaign), ("domain", domain)):
        if value is not None and not _SLUG.fullmatch(value):
            raise BadInput("This name cannot be part of a branch.", errors={field: f"{value[:80]!r} is not a slug"})
    if domain == MAIN:
        raise BadInput("This name is taken by the campaign itself.", errors={"domain": "'main' is not a domain"})
    return f"{OURS}{campaign}/{domain or MAIN}"


def attempt_ref(attempt_id: str, space: str = ATTEMPTS) -> str:
    if not _ID.fullmatch(attempt_id):
        raise BadInput("This is not an attempt.", errors={"attempt": f"{attempt_id[:80]!r} is not an id"})
    return space + attempt_id


def value(store: Path, ref: str) -> str | None:
    """The object a full ref stands at, or None."""
    finished = command.attempt(store, "rev-parse", "--verify", "--quiet", "--end-of-options", ref)
    return finished.text.strip() or None


def head(store: Path, ref: str = "HEAD") -> str:
    """The commit of a branch of the source, of a branch of ours, or of a commit id; "HEAD" is the source's."""
    if ref == "HEAD":
        full = SOURCE_HEAD
    elif is_commit(ref):
        full = ref
    else:
        name = check_name(ref.removeprefix("refs/heads/"), "ref")
        full = f"refs/heads/{name}" if name.startswith(OURS) else SOURCE_HEADS + name
    found = value(store, f"{full}^{{commit}}")
    if found is None:
        raise NotFound(f"The repository has no {ref[:80]!r}.")
    return found


def create_branch(store: Path, branch: str, commit: str) -> None:
    """Start a branch of ours. Again at the same commit is fine; elsewhere it is StaleVersion."""
    full = _own_branch(branch)
    if not _move(store, f"create {full} {check_commit(commit)}") and value(store, full) != commit:
        raise StaleVersion(f"The branch {branch} already exists at another commit.")


def record_intent(store: Path, attempt_id: str, new: str) -> None:
    """Say, before the branch moves, where it shall go. Refused for an abandoned attempt."""
    intent, grave = attempt_ref(attempt_id, INTENTS), attempt_ref(attempt_id, ABANDONED)
    if _move(store, f"verify {grave}", f"update {intent} {check_commit(new)}"):
        return
    if value(store, grave) is not None:
        raise LeaseLost("The attempt was given up meanwhile; it may not move a branch any more.")
    raise command.GitFailed("The intent could not be recorded.")


def imported(store: Path, attempt_id: str) -> str:
    """The commit imported from an attempt."""
    found = value(store, attempt_ref(attempt_id))
    if found is None:
        raise NotFound("Nothing was imported from this attempt.")
    return found


def take_back(store: Path, branch: str, old: str, new: str) -> bool:
    """Undo a landing whose attempt was given up: the branch returns to `old` if it still stands at `new`."""
    return _move(store, f"update {_own_branch(branch)} {check_commit(old, 'old')} {check_commit(new)}")


def committed_at(store: Path, commit: str) -> int:
    """Seconds since 1970 of the commit's committer date."""
    said = ("rev-list", "--max-count=1", "--no-commit-header", "--format=%ct", check_commit(commit))
    return int(command.text(store, *said))


def intent(store: Path, attempt_id: str) -> str | None:
    """Where the attempt meant to move its branch, while that is undecided."""
    return value(store, attempt_ref(attempt_id, INTENTS))


def land(store: Path, attempt_id: str, branch: str, old: str | None, new: str) -> None:
    """Take the intent and move the branch from `old` to `new`, both or neither. Again after success is fine.

    LeaseLost: the intent is gone, the attempt was given up. StaleVersion: somebody else moved the branch; merge anew.
    """
    full, intended = _own_branch(branch), attempt_ref(attempt_id, INTENTS)
    check_commit(new)
    move = f"create {full} {new}" if old is None else f"update {full} {new} {check_commit(old, 'old')}"
    grave = attempt_ref(attempt_id, ABANDONED)
    if old == new:
        move = f"verify {full} {new}"
    if _move(store, f"verify {grave}", f"delete {intended} {new}", move):
        return
    if value(store, grave) is not None:
        raise LeaseLost("The attempt was given up meanwhile; it may not move a branch any more.")
    undecided = value(store, intended) == new
    if landed(store, branch, new):
        if undecided:  # a crash came between the two halves of the move
            _move(store, f"delete {intended} {new}")
        return
    if not undecided:
        raise LeaseLost("The intent to move this branch is gone; the attempt was given up.")
    if value(store, full) == old:
        raise command.GitFailed("The branch could not be moved: another process holds its lock.", code="unavailable")
    raise StaleVersion(f"The branch {branch} moved meanwhile.")


def abandon(store: Path, attempt_id: str) -> None:
    """From now on no worker can land this attempt, whatever it remembers. Again is fine.

    The grave comes first: between the two steps no new intent can be born.
    """
    grave = attempt_ref(attempt_id, ABANDONED)
    empty = command.text(store, "hash-object", "-w", "--stdin", stdin=b"")
    for step in (f"update {grave} {empty}", f"delete {attempt_ref(attempt_id, INTENTS)}"):
        if not _move(store, step) and not (step.startswith("delete") and intent(store, attempt_id) is None):
            raise command.GitFailed("The attempt could not be closed.")


def forget(store: Path, attempt_id: str) -> None:
    """Drop every ref of an attempt that is long over, so that its objects may be collected."""
    _move(store, *(f"delete {attempt_ref(attempt_id, space)}" for space in (ATTEMPTS, INTENTS, ABANDONED)))


def landed(store: Path, branch: str, new: str) -> bool:
    """Is `new` part of the branch? After a crash this tells whether the move happened."""
    full = _own_branch(branch)
    if value(store, full) is None or value(store, f"{check_commit(new)}^{{commit}}") is None:
        return False
    return command.attempt(store, "merge-base", "--is-ancestor", new, full).ok


def _own_branch(branch: str) -> str:
    if not check_name(branch).startswith(OURS):
        raise BadInput("Only branches of ours are moved.", errors={"branch": f"it must begin with {OURS!r}"})
    return f"refs/heads/{branch}"


def _move(store: Path, *steps: str) -> bool:
    """One transaction: every step or none."""
    orders = "\n".join(("start", *steps, "prepare", "commit", ""))
    return command.attempt(store, "update-ref", "--stdin", stdin=orders.encode()).ok
