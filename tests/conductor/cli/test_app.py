"""The command line from outside, as real processes: help, refusals, pipes, signals; no database is needed for most."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conductor.cli import files
from conductor.cli.app import COMMANDS, LATER
from tests.conductor.cli.conftest import BRIEF, Conductor, written

ROOT = Path(__file__).resolve().parents[3]
CONDUCTOR = [sys.executable, "-m", "conductor.cli"]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CONDUCTOR, *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_needs_no_django_and_no_settings() -> None:
    words = "import sys; from conductor.cli import main; main(['--help']); sys.exit('django' in sys.modules)"
    command = [sys.executable, "-c", words]
    done = subprocess.run(command, cwd=ROOT, env={"PORT": "nonsense"}, capture_output=True, check=False)
    assert done.returncode == 0
    assert b"campaign" in done.stdout


def test_every_command_has_help(conductor: Conductor) -> None:
    for name in COMMANDS:
        said = conductor(name, "--help")
        assert said.code == 0
        assert said.out.startswith(f"Usage: conductor {name}")


@pytest.mark.parametrize("words", [*[(name,) for name in LATER], ("campaign", "drift"), ("session", "start")])
def test_what_comes_later_is_refused_by_name(conductor: Conductor, words: tuple[str, ...]) -> None:
    said = conductor(*words)
    assert said.code == 2
    assert "is not available yet" in said.err


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("campaign", "nonsense"),
        ("brief", "run"),
        ("brief", "run", "a", "b"),
        ("brief", "check", "x", "--nonsense"),
        ("token", "create", "--days", "x", "--user", "a"),
        ("token", "create"),
        ("worker", "--short", "-1"),
        ("worker", "--short", "0", "--long", "0"),
        ("doctor", "--quiet", "3"),
    ],
)
def test_what_is_no_command_is_a_usage_fault(conductor: Conductor, words: tuple[str, ...]) -> None:
    said = conductor(*words)
    assert said.code == 2
    assert said.err
    assert said.out == ""


def test_with_json_even_a_usage_fault_is_json(conductor: Conductor) -> None:
    said = conductor("brief", "check", "--json")
    assert said.code == 2
    assert said.json["code"] == "usage"
    assert said.json["exit_code"] == 2
    assert "FILE" in said.err


def test_json_may_be_asked_for_before_the_command(conductor: Conductor, brief_file: str) -> None:
    assert conductor("--json", "brief", "check", brief_file).json["ok"] is True


@pytest.mark.parametrize("name", ["-rf", "--", "\x1b[31mred", "a" * 5_000, "ünï\u202e"])
def test_odd_words_are_only_words(conductor: Conductor, name: str) -> None:
    said = conductor("brief", "check", "--", name)
    assert said.code == 2
    assert "\x1b" not in said.err
    assert "\u202e" not in said.err


def test_an_unexpected_fault_is_one_line_and_shown_whole_on_demand(
    conductor: Conductor, brief_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_(*words: object, **named: object) -> None:
        raise ZeroDivisionError("password=abcdefghijklmnop")

    monkeypatch.setattr(files, "read_campaign", break_)
    said = conductor("brief", "check", brief_file)
    assert said.code == 5
    assert "ZeroDivisionError" in said.err
    assert "abcdefghijklmnop" not in said.err
    assert len(said.err.splitlines()) == 1
    monkeypatch.setenv("CONDUCTOR_TRACE", "1")
    with pytest.raises(ZeroDivisionError):
        conductor("brief", "check", brief_file)


def test_ctrl_c_has_its_own_code(conductor: Conductor, brief_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*words: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "read_campaign", interrupt)
    assert conductor("brief", "check", brief_file).code == 130


def test_a_wrong_setting_is_one_clear_line() -> None:
    done = run("inbox", "list", PORT="three")
    assert done.returncode == 5
    assert done.stderr.startswith("conductor: PORT must be a whole number")
    assert len(done.stderr.splitlines()) == 1


def test_a_database_that_does_not_answer_is_one_clear_line() -> None:
    done = run("inbox", "list", "--json", DATABASE_URL="postgres://u:hunter2hunter2@127.0.0.1:1/n")
    assert done.returncode == 5
    assert "hunter2" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout)["code"] == "unavailable"


@pytest.mark.parametrize("option", [["--json"], []])
def test_a_reader_that_leaves_is_no_error(tmp_path: Path, option: list[str]) -> None:
    file = written(tmp_path / "brief.yaml", BRIEF)
    process = subprocess.Popen(
        [*CONDUCTOR, "brief", "check", file, *option], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    _, told = process.communicate(timeout=60)
    assert process.returncode == 141
    assert told == b""


def test_without_a_terminal_there_is_no_colour(brief_file: str) -> None:
    done = run("brief", "check", brief_file, TERM="xterm-256color")
    assert (done.returncode, done.stdout) == (0, "The brief is complete.\n")


def test_a_terminal_of_another_encoding_is_served(tmp_path: Path) -> None:
    file = written(tmp_path / "brief.yaml", BRIEF.replace("warm", "wärm 漢"))
    done = run("brief", "check", file, "--json", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert done.returncode == 0
    assert json.loads(done.stdout)["brief"]["tone"] == "wärm 漢"
