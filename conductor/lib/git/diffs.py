"""What changed between two commits of a store, bounded, without starting any program a repository names.

Must not look at a work tree.
"""

from dataclasses import dataclass
from pathlib import Path

from conductor.lib.git import command, refs

_NO_PROGRAMS = ("--no-ext-diff", "--no-textconv", "--no-color")


@dataclass(frozen=True, slots=True)
class Diff:
    text: str
    files: tuple[str, ...]
    truncated: bool


def diff(store: Path, a: str, b: str, max_bytes: int) -> Diff:
    """The patch from `a` to `b`, cut after `max_bytes`, and all changed files."""
    commits = (refs.check_commit(a, "a"), refs.check_commit(b, "b"))
    finished = command.attempt(
        store,
        *("diff-tree", "-p", "-r", "-M", "--full-index", "--no-commit-id", *_NO_PROGRAMS, *commits),
        output_bytes=max_bytes,
    )
    if not finished.ok and finished.reason != "output_limit":
        raise command.failed("diff", finished)
    # What a cut adds at the end is not part of the patch, and half a character is none.
    text = finished.output[:max_bytes].decode("utf-8", "replace")
    return Diff(text, changed_files(store, a, b), finished.truncated)


def changed_files(store: Path, a: str, b: str) -> tuple[str, ...]:
    """Paths that differ, sorted; a renamed file counts under both names."""
    commits = (refs.check_commit(a, "a"), refs.check_commit(b, "b"))
    names = command.output(store, "diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-commit-id", *commits)
    return tuple(sorted(command.lines(names)))


def tree_hash(store: Path, commit: str) -> str:
    """The id of everything a commit holds; two commits with the same files have the same."""
    return command.text(store, "rev-parse", "--verify", f"{refs.check_commit(commit)}^{{tree}}")
