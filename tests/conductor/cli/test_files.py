from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from conductor.cli import files
from conductor.lib.errors import BadInput, Conflict, Unavailable


def packed(**entries: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_an_export_is_unpacked(tmp_path: Path) -> None:
    assert files.unpack(packed(**{"copy.md": "# Copy", "copy.json": "{}"}), tmp_path) == ["copy.md", "copy.json"]
    assert (tmp_path / "copy.md").read_text() == "# Copy"


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/b", "..", "a\\b"])
def test_an_export_that_leads_outside_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unavailable, match="outside"):
        files.unpack(packed(**{"good.md": "x", name: "y"}), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        files.unpack(b"<html>", tmp_path)


def test_a_link_in_the_folder_is_replaced_and_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("mine")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "copy.md").symlink_to(target)
    files.unpack(packed(**{"copy.md": "new"}), folder)
    assert target.read_text() == "mine"


def test_a_file_that_is_too_large_is_refused_and_not_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 10)
    (tmp_path / "a").write_text("0123456789")
    assert files.read_bytes(str(tmp_path / "a")) == b"0123456789"
    (tmp_path / "a").write_text("0123456789a")
    with pytest.raises(BadInput) as refused:
        files.read_bytes(str(tmp_path / "a"), what="--pack")
    assert refused.value.errors == {"--pack": [f"{tmp_path / 'a'} is larger than 10 bytes."]}


def test_a_folder_must_be_empty_or_forced(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(Conflict, match="not empty"):
        files.check_folder(str(tmp_path), force=False)
    assert files.check_folder(str(tmp_path), force=True) == tmp_path
    with pytest.raises(BadInput):
        files.check_folder(str(tmp_path / "x" / "y"), force=False)


def test_the_repository_of_an_example_is_the_same_commit_everywhere(tmp_path: Path) -> None:
    heads = []
    for name in ("one", "two"):
        place = files.make_repository(tmp_path / name, {"README.md": "hello\n", "site/a.txt": "a"})
        done = subprocess.run(["git", "-C", place, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
        heads.append(done.stdout)
    assert heads[0] == heads[1]
    with pytest.raises(Conflict):
        files.make_repository(tmp_path / "one", {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("objective: [", "not valid YAML"),
        ("brief: {tone: warm, tone: cold}", "appears twice"),
        ("kind: creative\nbrief:\n  tones: warm\n", "line 3"),
        ("tasks:\n  - {key: a, command: ls}\n", "holds a coding campaign"),
    ],
)
def test_a_file_that_is_no_brief_is_told_where_it_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "brief.yaml"
    file.write_text(text)
    with pytest.raises(BadInput) as refused:
        files.read_campaign(str(file), kind="creative")
    assert words.lower() in str(refused.value).lower()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for name in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(BadInput) as refused:
            files.read_campaign(str(name), kind="creative")
        assert "FILE" in refused.value.errors
    with pytest.raises(BadInput):
        files.read_object(str(tmp_path))


def test_an_object_is_read_from_yaml_or_json() -> None:
    assert files.object_in('{"output": {"a": 1}}', "ANSWER") == {"output": {"a": 1}}
    for text in ("[1]", "{", "x"):
        with pytest.raises(BadInput) as refused:
            files.object_in(text, "ANSWER")
        assert "ANSWER" in refused.value.errors
