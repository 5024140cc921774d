"""`conductor up` with real processes on a home of its own: starts, refuses, ends everything, finds it all again."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
READY = "Conductor is at "


@dataclass
class Home:
    """One CONDUCTOR_HOME and the supervisors started on it."""

    folder: Path
    port: int
    started: list[subprocess.Popen[str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def environment(self, **variables: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        scale = os.environ["CONDUCTOR_TIME_SCALE"]
        ours = {
            "CONDUCTOR_HOME": str(self.folder),
            "PORT": str(self.port),
            "WORKERS": "1,1",
            "CONDUCTOR_TIME_SCALE": scale,
        }
        return {**kept, **ours, **variables}

    def up(self, **variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "conductor.up"],
            cwd=ROOT,
            env=self.environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def up_and_ready(self) -> subprocess.Popen[str]:
        process = self.up()
        assert process.stdout is not None
        self.said.clear()
        for line in process.stdout:
            self.said.append(line)
            if line.startswith(READY):
                return process
        pytest.fail("".join(self.said))

    def processes(self) -> list[psutil.Process]:
        """Everything on this machine that was started with this home."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.status() != psutil.STATUS_ZOMBIE and process.environ().get("CONDUCTOR_HOME") == str(
                    self.folder
                ):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def wait_until_empty(self) -> list[psutil.Process]:
        deadline = time.monotonic() + 5
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return left


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Home(tmp_path / "home", port)
    yield made
    for process in made.started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    assert not made.wait_until_empty()


def refusal(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = process.communicate(timeout=60)
    return process.returncode, said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_and_ends_every_process_when_asked(home: Home, number: signal.Signals) -> None:
    process = home.up_and_ready()
    with urllib.request.urlopen(f"http://127.0.0.1:{home.port}/healthz", timeout=5) as answer:
        assert answer.status == 200
    process.send_signal(number)
    assert process.wait(60) == 0
    assert not home.wait_until_empty()


@pytest.mark.faults
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_nothing_survives_a_killed_supervisor(home: Home) -> None:
    process = home.up_and_ready()
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) >= 3
    process.kill()
    assert not psutil.wait_procs(children, timeout=5)[1]


def test_a_second_start_finds_everything_as_it_was(home: Home) -> None:
    seen = []
    collected = home.folder / "static" / ".collected"
    for _ in range(2):
        process = home.up_and_ready()
        process.terminate()
        process.wait(60)
        with sqlite3.connect(home.folder / "conductor.sqlite3") as database:
            users = database.execute("SELECT username, password FROM auth_user").fetchall()
        database.close()
        seen.append((users, (home.folder / "secret_key").read_text(), collected.stat().st_mtime_ns))
    assert seen[0] == seen[1]


def test_the_first_password_is_printed_once(home: Home) -> None:
    shown = []
    for _ in range(2):
        home.up_and_ready().terminate()
        home.started[-1].wait(60)
        shown.append([line for line in home.said if line.startswith("First admin")])
        assert not [line for line in home.said if line.startswith("[")], "log lines among the words for the person here"
    assert len(shown[0]) == 1
    assert shown[1] == []


def test_a_second_supervisor_on_the_same_home_is_refused(home: Home) -> None:
    home.up_and_ready()
    code, said = refusal(home.up(PORT="1"))
    assert code == 4
    assert len(said.splitlines()) == 1
    assert f"runs already on {home.folder}" in said


def test_a_port_in_use_is_one_clear_line(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", home.port))
        taken.listen()
        code, said = refusal(home.up())
    assert code == 5
    assert said == f"conductor: Cannot listen on 127.0.0.1:{home.port} (Address already in use); set PORT, or HOST.\n"


def test_a_missing_tool_is_one_clear_line(home: Home, tmp_path: Path) -> None:
    assert refusal(home.up(PATH=str(tmp_path))) == (5, "conductor: git is missing; install it.\n")


def test_a_redis_that_does_not_answer_is_one_clear_line(home: Home) -> None:
    code, said = refusal(home.up(REDIS_URL="redis://127.0.0.1:1/0"))
    assert code == 5
    assert said.startswith("conductor: REDIS_URL: nothing answers there")
    assert len(said.splitlines()) == 1


def test_a_database_that_does_not_answer_is_said(home: Home) -> None:
    code, said = refusal(home.up(DATABASE_URL="postgres://u:hunter2@127.0.0.1:1/n"))
    assert code == 5
    assert "the database cannot be used" in said
    assert "hunter2" not in said
    assert "Traceback" not in said


def test_a_wrong_setting_is_one_clear_line(home: Home) -> None:
    code, said = refusal(home.up(WORKERS="three"))
    assert (code, said) == (5, "conductor: WORKERS must be 2 whole numbers up to 100, like 3,2.\n")
