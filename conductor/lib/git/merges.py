"""Merges two commits without a work tree; the same two commits always give the same id.

Must not move a ref: `refs.land` does.
"""

from dataclasses import dataclass
from pathlib import Path

from conductor.lib.git import command, refs
from conductor.lib.git.clones import IDENTITY_MAIL, IDENTITY_NAME

_CONFLICT = 1


@dataclass(frozen=True, slots=True)
class Merged:
    commit: str


@dataclass(frozen=True, slots=True)
class MergeConflict:
    files: tuple[str, ...]


def merge_in_memory(store: Path, ours: str, theirs: str, message: str | None = None) -> Merged | MergeConflict:
    """Bring `theirs` into `ours`.

    `theirs` already in `ours`: `ours`. `ours` in `theirs`: `theirs`, a fast-forward without a commit of its own. Else a
    merge commit whose author, time (the later of the two) and message follow from the two commits alone.
    """
    for field, commit in (("ours", ours), ("theirs", theirs)):
        refs.check_commit(commit, field)
    if _contains(store, ours, theirs):
        return Merged(ours)
    if _contains(store, theirs, ours):
        return Merged(theirs)
    finished = command.attempt(store, "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs)
    parts = command.lines(finished.output)
    if finished.exit_code == _CONFLICT and parts:
        return MergeConflict(tuple(sorted(set(parts[1:]))))
    if not finished.ok:
        raise command.failed("merge", finished)
    when = max(refs.committed_at(store, one) for one in (ours, theirs))
    words = message or f"Merge {theirs[:12]} into {ours[:12]}\n"
    commit = command.text(
        store,
        *("commit-tree", parts[0].strip(), "-p", ours, "-p", theirs, "-F", "-"),
        stdin=words.encode(),
        env={
            f"GIT_{role}_{what}": setting
            for role in ("AUTHOR", "COMMITTER")
            for what, setting in (("NAME", IDENTITY_NAME), ("EMAIL", IDENTITY_MAIL), ("DATE", f"@{when} +0000"))
        },
    )
    return Merged(commit)


def _contains(store: Path, whole: str, part: str) -> bool:
    finished = command.attempt(store, "merge-base", "--is-ancestor", part, whole)
    if finished.exit_code not in (0, _CONFLICT):
        raise command.failed("merge-base", finished)
    return finished.ok
