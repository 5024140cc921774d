"""After each test here the stored state must be sound; and a small repository for coding tasks."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.campaigns.soundness import sound, unsound

__all__ = ["sound", "unsound"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    place = tmp_path / "repo"
    subprocess.run(["git", "init", "-q", "-b", "main", place], check=True)
    (place / "README").write_text("hello\n")
    subprocess.run(["git", "-C", place, "add", "."], check=True)
    subprocess.run(
        ["git", "-C", place, "-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "one"], check=True
    )
    return place
