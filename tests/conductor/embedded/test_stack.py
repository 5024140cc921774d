"""The supervisor's children: restarted with growing pauses, stopped together."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conductor.embedded.stack import Stack
from conductor.lib.clock import timing

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
FAIL = [sys.executable, "-c", "import sys; print('no luck'); sys.exit(3)"]
SLOW_TO_LEAVE = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def stack(said: list[str]) -> Iterator[Stack]:
    made = Stack(say=said.append)
    yield made
    made.stop(hurry=lambda: True)


def tend_until(stack: Stack, said: list[str], lines: int) -> None:
    deadline = time.monotonic() + 20
    while len(said) < lines and time.monotonic() < deadline:
        stack.tend()
        time.sleep(0.02)


def test_a_dead_child_is_said_and_started_again(stack: Stack, said: list[str], tmp_path: Path) -> None:
    child = stack.add_command("worker", SLEEP, tmp_path)
    assert child.process is not None
    first = child.process.pid
    child.process.kill()
    tend_until(stack, said, 1)
    assert said[0].startswith("worker ended with -9; it starts again")
    time.sleep(timing().RESTART_S * 1.5)
    stack.tend()
    assert child.process is not None
    assert child.process.pid != first


def test_pauses_grow_up_to_a_limit(stack: Stack, said: list[str], tmp_path: Path) -> None:
    child = stack.add_command("worker", FAIL, tmp_path)
    tend_until(stack, said, 3)
    assert child.deaths == 3
    assert child.not_before - time.monotonic() > timing().RESTART_S * 2
    assert (tmp_path / "worker.log").read_text().count("no luck") == 3


def test_a_child_that_cannot_start_leaves_the_others_alone(stack: Stack, said: list[str], tmp_path: Path) -> None:
    child = stack.add_command("worker", SLEEP, tmp_path)
    assert child.process is not None
    child.process.kill()
    child.start = lambda: 1 / 0  # type: ignore[return-value, assignment]
    tend_until(stack, said, 2)
    assert said[1] == "worker does not start: division by zero"


def test_stop_ends_everybody_even_the_deaf(stack: Stack, tmp_path: Path) -> None:
    deaf = stack.add_command("worker", SLOW_TO_LEAVE, tmp_path)
    other = stack.add_command("web", SLEEP, tmp_path)
    while "deaf" not in (tmp_path / "worker.log").read_text():
        time.sleep(0.01)
    stack.stop(hurry=lambda: False)
    assert deaf.process is not None
    assert other.process is not None
    assert (deaf.process.returncode, other.process.returncode) == (-9, -15)


def test_a_large_log_is_put_aside(stack: Stack, tmp_path: Path) -> None:
    with (tmp_path / "web.log").open("wb") as log:
        log.truncate(20_000_000)
    stack.add_command("web", SLEEP, tmp_path)
    assert (tmp_path / "web.log.1").stat().st_size == 20_000_000
