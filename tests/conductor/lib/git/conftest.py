"""A user's repository, our store of it, and a clone, fresh for each test."""

import shutil
from pathlib import Path

import pytest

from conductor.lib import git
from tests.conductor.lib.git import repositories as real
from tests.conductor.lib.git.attempts import BRANCH, change


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of a user and our store of it, to be copied for each test."""
    directory = tmp_path_factory.mktemp("pattern")
    repository, store = real.make_repository(directory / "repository"), directory / "store"
    git.create_branch(store, BRANCH, git.mirror(git.check_source(str(repository)), store))
    return directory


@pytest.fixture
def repository(pattern: Path, tmp_path: Path) -> Path:
    return shutil.copytree(pattern / "repository", tmp_path / "repository", symlinks=True)


@pytest.fixture
def store(pattern: Path, tmp_path: Path, repository: Path) -> Path:
    return shutil.copytree(pattern / "store", tmp_path / "store")


@pytest.fixture
def clone(tmp_path: Path, store: Path) -> Path:
    path = tmp_path / "clones" / "one"
    git.clone_for_attempt(store, BRANCH, path)
    return path


@pytest.fixture
def changes(store: Path, tmp_path: Path) -> tuple[str, str, str]:
    """Three attempts from one base: the first two fit together, the third contradicts the first."""
    return (
        change(store, tmp_path / "c1", "a1", {"code.txt": "ONE\ntwo\nthree\n"}),
        change(store, tmp_path / "c2", "a2", {"other.txt": "new\n"}),
        change(store, tmp_path / "c3", "a3", {"code.txt": "eins\ntwo\nthree\n", "third.txt": "x\n"}),
    )
