"""An attempt's work as the product does it: own clone, commit in the sandbox, import of the objects."""

from datetime import UTC, datetime
from pathlib import Path

from conductor.lib import git, sandbox

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BRANCH = "conductor/abcd1234/main"


def commit_inside(clone: Path, message: str = "Work") -> str:
    """As the product does it: in the sandbox."""
    finished = sandbox.run(
        git.commit_in_sandbox_argv(message, WHEN),
        cwd=clone,
        env={},
        seconds=30,
        output_bytes=10_000,
        memory_bytes=1 << 30,
        processes=32,
        cancelled=lambda: False,
    )
    assert finished.ok, finished.text
    return finished.text.split()[-1]


def change(store: Path, clone: Path, attempt: str, files: dict[str, str]) -> str:
    """One attempt's work, from its own clone to its ref in the store."""
    base = git.clone_for_attempt(store, BRANCH, clone)
    for name, content in files.items():
        (clone / name).write_text(content)
    commit_inside(clone)
    return git.import_commit(store, clone, attempt, base=base)
