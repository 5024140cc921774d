"""Child processes end with us, whatever happens to us."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from conductor.embedded import children

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]
PARENT = """
import sys, time
from conductor.embedded import children
child = children.start([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


def wait_gone(pid: int, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def started(argv: list[str]) -> subprocess.Popen[bytes]:
    child = children.start(argv, output=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"up\n"
    return child


def test_a_child_is_in_a_group_of_its_own() -> None:
    child = started(SLEEPER)
    assert os.getpgid(child.pid) == child.pid
    children.stop(child, signal.SIGTERM, 5)
    assert child.returncode == -signal.SIGTERM


def test_a_child_that_ignores_the_polite_signal_is_killed() -> None:
    child = started(STUBBORN)
    begun = time.monotonic()
    children.stop(child, signal.SIGTERM, 0.2)
    assert child.returncode == -signal.SIGKILL
    assert time.monotonic() - begun < 5


def test_stopping_twice_is_no_error() -> None:
    child = started(SLEEPER)
    children.stop(child, signal.SIGTERM, 5)
    children.stop(child, signal.SIGTERM, 5)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_child_dies_when_its_parent_is_killed() -> None:
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=root, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    assert wait_gone(pid)
