"""One contract for every form: resources are bounded, and nothing outlives its command or its worker."""

import os
import socket as sockets
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from conductor.lib import proctree
from conductor.lib.sandbox import probing as probes
from conductor.lib.sandbox import view, watching
from tests.conductor.lib.sandbox.conftest import ROOT, Run
from tests.conductor.lib.sandbox.processes import alive, eventually, still_there

# -- S27: resources ---------------------------------------------------------------------------------------------------


def test_memory_bomb_is_contained(python: Run) -> None:
    """S27, F09"""
    finished = python("x = bytearray(2_000_000_000); print('had it')", memory_bytes=300 << 20)
    assert not finished.ok
    assert "had it" not in finished.text


def test_memory_of_all_processes_together_is_limited(python: Run) -> None:
    """S27: the kernel's limit is per process."""
    program = (
        "import os, time\n"
        "for _ in range(8):\n"
        "    if os.fork() == 0:\n"
        "        x = bytearray(os.urandom(1)) * 90_000_000; time.sleep(60)\n"
        "time.sleep(60)\n"
    )
    finished = python(program, memory_bytes=200 << 20, seconds=30)
    assert finished.reason == "memory_limit"
    assert finished.duration_ms < 20_000


@pytest.mark.parametrize(
    "script",
    [
        "i=0; while true; do i=$((i+1)); head -c 8000000 /dev/zero > full-$i; sleep 0.01; done",
        "i=0; while true; do i=$((i+1)); : > empty-$i; done",
        "head -c 30000000 /dev/zero > one; sleep 60",
    ],
)
def test_a_disk_is_not_filled(run: Run, clone: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """S27: the kernel's limit is per file."""
    (clone / "before").write_bytes(b"x" * 40_000_000)
    monkeypatch.setattr(watching, "GROWTH_BYTES", 20_000_000)
    monkeypatch.setattr(watching, "GROWTH_FILES", 500)
    monkeypatch.setattr(watching, "LOOK_S", 0.2)
    finished = run(script, seconds=40)
    assert finished.reason == "disk_limit"
    assert finished.duration_ms < 30_000


def test_what_was_there_before_does_not_count_and_what_leaves_the_clone_neither(
    run: Run, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clone / "before").write_bytes(b"x" * 4_000_000)
    (clone / "way-out").symlink_to("/usr")
    monkeypatch.setattr(watching, "GROWTH_BYTES", 1_000_000)
    monkeypatch.setattr(watching, "LOOK_S", 0.1)
    assert run("sleep 1; echo done").text == "done\n"


def test_fork_bomb_is_contained(run: Run, python: Run) -> None:
    """S27, F39"""
    most, before = 0, len(proctree.descendants(os.getpid()))

    def watch() -> bool:
        nonlocal most
        most = max(most, len(proctree.descendants(os.getpid())) - before)
        return False

    program = (
        "import os, time\n"
        "made = 0\n"
        "while True:\n"
        "    try:\n"
        "        if os.fork() == 0: time.sleep(60)\n"
        "        made += 1\n"
        "    except OSError: break\n"
        "print('made', made, flush=True)\n"
        "time.sleep(60)\n"
    )
    finished = python(program, processes=20, seconds=1.5, cancelled=watch)
    assert finished.reason == "timeout"
    assert 10 <= int(finished.text.split()[1]) <= 22
    assert most <= 20 + 6
    bomb = run("b() { b | b & }; b; sleep 60", processes=20, seconds=1)
    assert bomb.duration_ms < 10_000


def test_two_sandboxes_do_not_use_up_each_others_processes(python: Run, tmp_path: Path) -> None:
    program = "import os, time\nfor _ in range(14):\n    if os.fork() == 0: time.sleep(1); os._exit(0)\nprint('made')\n"
    texts: list[str] = []
    paths = [tmp_path / str(number) for number in range(3)]
    for path in paths:
        path.mkdir()
    threads = [
        threading.Thread(target=lambda path=path: texts.append(python(program, processes=16, cwd=path).text))
        for path in paths
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == ["made\n"] * 3


def test_huge_file_and_core_are_refused(run: Run, monkeypatch: pytest.MonkeyPatch, clone: Path) -> None:
    """S27"""
    monkeypatch.setattr(view, "FILE_BYTES", 1 << 20)
    finished = run("ulimit -c; head -c 50000000 /dev/zero > big; stat -c %s big")
    assert finished.text.splitlines()[0] == "0"
    assert (clone / "big").stat().st_size <= 1 << 20


def test_endless_computing_ends_at_the_wall_clock(run: Run) -> None:
    """S27, F36"""
    finished = run("while :; do :; done", seconds=0.5)
    assert finished.timed_out
    assert finished.duration_ms < 6_000


def test_flood_is_cut_and_marked(run: Run) -> None:
    """F40"""
    finished = run("yes | head -c 5000000; echo END", output_bytes=5_000)
    assert finished.truncated
    assert len(finished.output) < 5_200
    assert finished.output.endswith(b"END\n")


def test_endless_line_ends_at_the_hard_cap(run: Run) -> None:
    """F40"""
    finished = run("cat /dev/zero", output_bytes=1_000, seconds=60)
    assert finished.reason == "output_limit"
    assert len(finished.output) < 1_200


def test_output_is_told_while_it_runs(run: Run) -> None:
    seen: list[tuple[float, bytes]] = []
    run("echo one; sleep 0.4; echo two", on_output=lambda chunk: seen.append((time.monotonic(), chunk)))
    assert [chunk for _, chunk in seen] == [b"one\n", b"two\n"]
    assert seen[1][0] - seen[0][0] > 0.2


# -- S28: the end -----------------------------------------------------------------------------------------------------

TREE = "setsid sleep {m} & (setsid sh -c 'trap \"\" TERM HUP; sleep {m}' &) ; (sleep {m} &) ; sleep 0.2;"


def test_fork_tree_ends_with_the_command(run: Run, form: str) -> None:
    """S28, F38, F41"""
    mark = f"78001{len(form)}"
    finished = run(TREE.format(m=mark) + "echo out")
    assert finished.text == "out\n"
    assert finished.duration_ms < 3_000
    assert not alive(mark)


def test_command_that_ignores_sigterm_is_dead_in_time(run: Run, form: str) -> None:
    """F37"""
    mark = f"78002{len(form)}"
    asked = time.monotonic() + 0.3
    finished = run(
        f"trap '' TERM; {TREE.format(m=mark)} while :; do sleep {mark}; done",
        cancelled=lambda: time.monotonic() > asked,
    )
    assert finished.cancelled
    assert finished.duration_ms < 10_000
    assert not alive(mark)


def test_command_may_tidy_up_when_cancelled(run: Run, clone: Path) -> None:
    asked = time.monotonic() + 0.4
    script = "trap 'echo tidy > tidied; exit 6' TERM; while :; do sleep 0.05; done"
    finished = run(script, cancelled=lambda: time.monotonic() > asked)
    assert finished.cancelled
    assert (clone / "tidied").read_text() == "tidy\n"


@pytest.mark.parametrize("delay", [0.0, 0.03, 0.06, None])
def test_killed_worker_leaves_nobody(form: str, clone: Path, delay: float | None) -> None:
    """G17, F02: kill -9 of the worker, also while the sandbox is still being made."""
    mark = f"78003{len(form)}"
    program = (
        "import pathlib, sys; from conductor.lib import sandbox; sandbox.probe(); print('up', flush=True)\n"
        f"sandbox.run(['/bin/sh', '-c', {TREE.format(m=mark) + f'sleep {mark}'!r}], cwd=pathlib.Path({str(clone)!r}),"
        " env={}, seconds=60, output_bytes=1000, memory_bytes=1 << 28, processes=32, cancelled=lambda: False)\n"
    )
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), probes.SETTING: form}
    worker = subprocess.Popen([sys.executable, "-c", program], env=env, stdout=subprocess.PIPE)
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"up\n"
        if delay is None:
            assert eventually(lambda: len(alive(mark)) >= 4, 10)
        else:
            time.sleep(delay)
        below = proctree.descendants(worker.pid)
    finally:
        worker.kill()
        worker.communicate()
    assert eventually(lambda: not alive(mark), 2)
    assert eventually(lambda: not any(still_there(one) for one in below), 2)


def test_broker_socket_is_reachable_under_its_fixed_name(python: Run, tmp_path: Path) -> None:
    path = tmp_path / "s"
    with sockets.socket(sockets.AF_UNIX) as server:
        server.bind(str(path))
        path.chmod(0o600)
        server.listen()
        server.settimeout(10)
        heard: list[bytes] = []

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                heard.append(connection.recv(100))

        thread = threading.Thread(target=serve)
        thread.start()
        program = (
            "import os, socket\n"
            "s = socket.socket(socket.AF_UNIX); s.connect(os.environ['CONDUCTOR_BROKER']); s.send(b'hi')\n"
        )
        finished = python(program, socket=path)
        thread.join()
    assert finished.ok, finished.text
    assert heard == [b"hi"]
