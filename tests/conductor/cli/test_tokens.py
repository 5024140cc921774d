from __future__ import annotations

from pathlib import Path

import pytest

from conductor.cli import tokens
from conductor.lib import redact
from conductor.lib.errors import BadInput, NotSignedIn

SECRET = "cdr_abcdefghijkl_" + "x" * 43


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(tokens.TOKEN, raising=False)


def test_it_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tokens.TOKEN, f" {SECRET}\n")
    assert tokens.read("") == SECRET


def test_it_comes_from_a_private_file_and_is_never_shown_again(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    assert tokens.read(str(file)) == SECRET
    assert SECRET not in redact.redact(f"it was {SECRET}")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "token"
    file.write_text(SECRET)
    file.chmod(mode)
    with pytest.raises(BadInput, match="Others may read"):
        tokens.read(str(file))


def test_a_token_on_the_command_line_is_refused_and_not_repeated() -> None:
    with pytest.raises(BadInput) as refused:
        tokens.read(SECRET)
    assert SECRET not in str(refused.value)
    assert "file" in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"two words", b"\xff\xfe", b"a\x00b", b"x" * 300])
def test_a_file_that_holds_no_token_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises((BadInput, NotSignedIn)):
        tokens.read(str(file))


def test_a_folder_a_missing_file_and_no_token_are_refused(tmp_path: Path) -> None:
    for name in (str(tmp_path), str(tmp_path / "nothing")):
        with pytest.raises(BadInput):
            tokens.read(name)
    with pytest.raises(NotSignedIn, match="CONDUCTOR_TOKEN"):
        tokens.read("")
