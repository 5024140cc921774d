"""Commands with real workers on a home of their own: started where none is alive, ended with the command."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import psutil
import pytest

from tests.conductor.cli.conftest import BRIEF, written
from tests.conductor.test_up import Home

pytestmark = pytest.mark.faults

ROOT = Path(__file__).resolve().parents[3]
SLOW = """
goal: Take a while
tasks:
  - {key: nap, command: [sleep, "%s"], timeout: 300}
"""


class Commands(Home):
    """A home, and commands on it as processes."""

    def start(self, *words: str, **variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "conductor.cli", *words],
            cwd=ROOT,
            env=self.environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def run(self, *words: str, **variables: str) -> tuple[int, str, str]:
        process = self.start(*words, **variables)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def log(self) -> str:
        """Its attempts and events, for the reader of a failure."""
        with contextlib.closing(sqlite3.connect(self.folder / "conductor.sqlite3")) as database:
            asked = ("select * from campaigns_attempt", "select * from campaigns_event")
            return "\n".join(str(row) for each in asked for row in database.execute(each))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def fresh_home(tmp_path: Path) -> Iterator[Commands]:
    made = Commands(tmp_path / "home", free_port())
    yield made
    for process in made.started:
        process.kill()
        process.communicate()
    assert not made.wait_until_empty()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as one command left it: migrated, with its admin and its static files."""
    made = Commands(tmp_path_factory.mktemp("prepared") / "home", free_port())
    code, _, err = made.run("campaign", "status")
    assert code == 3, err  # there is no run yet
    assert not made.wait_until_empty()
    return made.folder


@pytest.fixture
def home(fresh_home: Commands, prepared: Path) -> Commands:
    """A home that has been used before."""
    shutil.copytree(prepared, fresh_home.folder)
    return fresh_home


@pytest.fixture
def slow(tmp_path: Path, repository: str) -> Any:
    def words(seconds: int) -> list[str]:
        plan = written(tmp_path / f"slow-{seconds}.yaml", SLOW % seconds)
        return ["campaign", "run", "--plan", plan, "--repo", repository]

    return words


def wait_for(stream: IO[str] | None, word: str) -> None:
    assert stream is not None
    for line in stream:
        if word in line:
            return
    pytest.fail(f"{word} never came")


def assert_sound(home: Commands) -> None:
    """At full timing: nobody works here any more, and what waits for a witness may wait longer than this test."""
    code, out, err = home.run("doctor", "--invariants", CONDUCTOR_TIME_SCALE="1")
    assert code == 0, out + err


def test_on_a_fresh_machine_a_brief_is_run_and_nothing_is_left(fresh_home: Commands, tmp_path: Path) -> None:
    code, out, err = fresh_home.run("brief", "run", written(tmp_path / "b.yaml", BRIEF), "--json")
    assert code == 0, err
    assert json.loads(out)["outcome"] == "success"
    assert "some are started for the time of this command" in err
    assert "password" in err
    assert not fresh_home.wait_until_empty()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_the_run_in_order_and_no_process(home: Commands, slow: Any, number: signal.Signals) -> None:
    process = home.start(*slow(60))
    wait_for(process.stdout, "task.started")
    process.send_signal(number)
    _, err = process.communicate(timeout=150)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "is not cancelled" in err
    assert not home.wait_until_empty()
    run = json.loads(home.run("campaign", "status", "--json")[1])
    assert (run["state"], run["tasks"]) == ("running", {"ready": 1})
    assert home.run("campaign", "cancel")[0] == 0
    assert_sound(home)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_killed_command_leaves_no_process_and_another_goes_on(home: Commands, slow: Any) -> None:
    process = home.start(*slow(2))
    wait_for(process.stdout, "task.started")
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    assert not psutil.wait_procs(children, timeout=5)[1]
    code, out, err = home.run("campaign", "resume", "--json")
    assert code == 0, f"{err}\n{home.log()}"
    assert json.loads(out)["outcome"] == "success"
    assert_sound(home)


def test_two_commands_at_once_share_workers_and_the_second_takes_over(
    home: Commands, slow: Any, tmp_path: Path
) -> None:
    first = home.start("brief", "run", written(tmp_path / "b.yaml", BRIEF))
    wait_for(first.stdout, "run.accepted")
    second = home.start(*slow(8))
    for process in (first, second):
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err


def test_the_workers_of_a_supervisor_are_used(home: Commands, tmp_path: Path) -> None:
    """With `conductor up` running, a command uses its workers and starts none."""
    home.up_and_ready()
    code, _, err = home.run("brief", "run", written(tmp_path / "b.yaml", BRIEF))
    assert (code, "some are started" in err) == (0, False)


@pytest.fixture
def place() -> Iterator[Path]:
    """Where temporary folders are made: for this test alone, since others may demonstrate too; its path is short."""
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        yield Path(folder)


@pytest.fixture
def kept(place: Path) -> dict[str, str]:
    names = ("PATH", "HOME", "LANG", "CONDUCTOR_TIME_SCALE")
    found = {name: os.environ[name] for name in names if name in os.environ}
    return {**found, "WORKERS": "1,1", "TMPDIR": str(place)}


def demonstrations(place: Path) -> set[str]:
    return {str(found) for found in place.glob("conductor-demo-*")}


def left_over(homes: set[str]) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get("CONDUCTOR_HOME") in homes:
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_the_demonstration_comes_to_what_the_examples_state(tmp_path: Path, place: Path, kept: dict[str, str]) -> None:
    words = [sys.executable, "-m", "conductor.cli", "demo", "--json", "--out", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["ok"] is True
    assert [example["name"] for example in said["examples"]] == ["brief.yaml", "coding.yaml"]
    assert (tmp_path / "brief.zip").stat().st_size > 1_000
    assert not demonstrations(place)


def test_an_interrupted_demonstration_leaves_nothing(tmp_path: Path, place: Path, kept: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "conductor.cli", "demo", "--out", str(tmp_path)],
        cwd=ROOT, env=kept, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        wait_for(process.stdout, "task.started")
        homes = demonstrations(place)
        assert homes
        process.terminate()
        _, err = process.communicate(timeout=150)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert "Traceback" not in err
    until = time.monotonic() + 5
    while left_over(homes) and time.monotonic() < until:
        time.sleep(0.1)
    assert not left_over(homes)
    assert not demonstrations(place)
