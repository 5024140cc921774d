"""The command line inside the test's process: `conductor("campaign", "status")` gives exit code and both outputs."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from campaigns.models import Run, Team
from campaigns.queries.invariants import violations
from campaigns.states import RUN_CLAIMING
from conductor.cli import local, remote
from conductor.cli.app import main
from tests.campaigns.engine.drive import drive

BRIEF = """
objective: Win 500 trial sign-ups in May
audience: Founders of small shops
product: Larkspur, a booking tool
tone: warm
key_messages: [Set up in ten minutes, No card needed]
platforms: [linkedin, instagram]
"""
PLAN = """
goal: Write two files
tasks:
  - key: a
    command: ["sh", "-c", "echo a > a.txt"]
    domain: site
    exit: [{check: file_exists, path: a.txt}]
  - key: b
    needs: [a]
    command: ["sh", "-c", "cat a.txt > b.txt"]
"""
ASKING = """
goal: Ask somebody
tasks:
  - {key: ask, backend: human, question: "Which way?", options: [left, right]}
"""


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Conductor = Callable[..., Said]


class Driver:
    """Works at every open run while a command waits, as workers would."""

    def tend(self) -> None:
        for run in Run.objects.filter(state__in=sorted(RUN_CLAIMING)):
            drive(run)


@pytest.fixture
def conductor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Conductor:
    for door in (local.LocalDoor, remote.RemoteDoor):
        monkeypatch.setattr(door, "working", lambda self: contextlib.nullcontext(Driver()))
        monkeypatch.setattr(door, "poll_s", 0.01)
    for name in ("CONDUCTOR_TOKEN", "CONDUCTOR_SERVER", "CONDUCTOR_USER"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str) -> Said:
        capsys.readouterr()
        code = main(words)
        told = capsys.readouterr()
        return Said(code, told.out, told.err)

    return run


@pytest.fixture
def home_team(db: None) -> Team:
    return Team.objects.create(name="Home", slug="home")


@pytest.fixture
def sound(db: None) -> Iterator[None]:
    """Whatever the test did, the stored data is sound after it."""
    yield
    assert violations(quiet_s=3_600) == []


@pytest.fixture
def brief_file(tmp_path: Path) -> str:
    return written(tmp_path / "brief.yaml", BRIEF)


@pytest.fixture
def plan_file(tmp_path: Path) -> str:
    return written(tmp_path / "plan.yaml", PLAN)


@pytest.fixture
def repository(tmp_path: Path) -> str:
    place = tmp_path / "repository"
    place.mkdir()
    (place / "README").write_text("hello\n")
    name = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], [*name, "commit", "-qm", "one"]):
        subprocess.run(["git", "-C", place, *words], check=True)
    return str(place)


def written(file: Path, text: str) -> str:
    file.write_text(text)
    return str(file)
