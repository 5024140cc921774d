"""Where the demonstration leaves its pieces."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from conductor.cli.demo.command import kept_in


def test_a_home_that_the_demonstration_makes_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service refuses, or would fill, a home that others can read."""
    home = tmp_path / "home"
    monkeypatch.setenv("CONDUCTOR_HOME", str(home))
    assert kept_in("") == home / "demo"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_named_folder_makes_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDUCTOR_HOME", str(tmp_path / "home"))
    assert kept_in(str(tmp_path / "out")) == tmp_path / "out"
    assert not (tmp_path / "home").exists()
