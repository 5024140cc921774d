"""The file checks themselves, in this process: what holds, what does not, and what could not be decided (0, 1, 2).

`test_criteria.py` starts the same program as a process, as the gate does.
"""

from __future__ import annotations

import io
import json
import os
import resource
from pathlib import Path
from typing import Any

import pytest

from campaigns.engine import file_check


@pytest.fixture(autouse=True)
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a clone with good and bad files, and links out of it."""
    (tmp_path / "secret").write_text("password")
    here = tmp_path / "clone"
    (here / "src").mkdir(parents=True)
    (here / "src/app.py").write_text("import os\nPRICE = 5\n")
    (here / "data.json").write_text('{"name": "tea", "price": 5}')
    (here / "broken.json").write_text("{")
    (here / "out").symlink_to(tmp_path)
    (here / "link.py").symlink_to("src/app.py")
    os.mkfifo(here / "pipe")
    monkeypatch.chdir(here)
    return here


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def asked(check: str, path: str, **more: Any) -> tuple[int, str]:
        request = json.dumps({"check": check, "path": path, **more})
        monkeypatch.setattr("sys.stdin", io.StringIO(request))
        return file_check.main(), capsys.readouterr().out.strip()

    return asked


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("src/app.py", 0, "src/app.py exists."),
        ("src/none.py", 1, "src/none.py does not exist."),
        ("none/app.py", 1, "none/app.py does not exist."),
        ("src", 1, "src is not a file."),
        ("pipe", 1, "pipe is not a file."),
        ("link.py", 1, "links are not followed"),
        ("out/secret", 1, "links are not followed"),
        ("data.json/x", 1, "data.json is not a folder"),
        ("../secret", 2, "inside the clone"),
        ("/etc/passwd", 2, "inside the clone"),
        ("src//app.py", 2, "inside the clone"),
    ],
)
def test_only_a_plain_file_inside_the_clone_is_there(ask: Any, path: str, code: int, words: str) -> None:
    answered, said = ask("file_exists", path)
    assert (answered, words in said) == (code, True), said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_not_judged(ask: Any, clone: Path) -> None:
    (clone / "data.json").chmod(0)
    assert ask("file_exists", "data.json")[0] == 2


def test_a_name_too_long_for_any_file_is_not_judged(ask: Any) -> None:
    answered, said = ask("file_exists", "x" * 300)
    assert (answered, "File name too long" in said) == (2, True)


def test_only_the_program_itself_limits_its_memory(ask: Any) -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    ask("file_exists", "src/app.py")
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_no_descriptor_is_left_open(ask: Any) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for path in ("src/app.py", "src", "out/secret", "../secret", "none/x"):
        ask("file_exists", path)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_pattern_names_the_line_where_it_was_found(ask: Any) -> None:
    assert ask("pattern", "src/app.py", pattern=r"^PRICE = \d$") == (0, "src/app.py matches in line 2.")
    assert ask("pattern", "src/app.py", pattern="COST") == (1, "src/app.py holds nothing that matches.")


def test_a_file_too_large_is_not_judged(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_check, "MOST_BYTES", 10)
    assert ask("pattern", "src/app.py", pattern="import") == (2, "src/app.py is larger than 10 bytes.")


@pytest.mark.parametrize(
    ("path", "schema", "code", "words"),
    [
        ("data.json", {"required": ["name"]}, 0, "fits the schema"),
        ("data.json", {"properties": {"price": {"type": "string"}}}, 1, "does not fit at $.price"),
        ("broken.json", {}, 1, "is not valid JSON"),
        ("data.json", {"$ref": "https://example.com/schema"}, 2, "refers to something else"),
    ],
)
def test_json_fits_or_not_and_nothing_is_fetched(ask: Any, path: str, schema: Any, code: int, words: str) -> None:
    answered, said = ask("json_schema", path, schema=schema)
    assert (answered, words in said) == (code, True), said
