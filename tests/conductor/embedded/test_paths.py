"""Folders of the installation are private, also where everybody may write beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from conductor.embedded import paths
from conductor.lib.errors import BadSetting


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in for the folder of temporary files that all users share."""
    monkeypatch.setattr(paths.tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path


def test_a_folder_of_ours_is_made_and_found_again(shared: Path) -> None:
    made = paths.private_folder(shared / "conductor-0-abc")
    assert made.stat().st_mode & 0o777 == 0o700
    assert paths.private_folder(made) == made


def test_a_folder_that_others_prepared_is_not_used(shared: Path) -> None:
    """Whoever knows the name could otherwise read and answer at the socket that we put there."""
    (shared / "open").mkdir()
    (shared / "open").chmod(0o777)
    (shared / "elsewhere").mkdir(mode=0o700)
    (shared / "link").symlink_to(shared / "elsewhere")
    for name in ("open", "link"):
        with pytest.raises(BadSetting, match="belongs to this user alone"):
            paths.private_folder(shared / name)
