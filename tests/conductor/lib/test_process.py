"""A child runs within its limits and nothing of it outlives the call."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from conductor.lib import process, proctree
from conductor.lib.errors import BadInput
from conductor.lib.process import Contain, Finished
from tests.conductor.lib.sandbox.processes import alive, eventually

ROOT = Path(__file__).parents[3]
ENV = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
CONTAINS: list[Contain] = ["tree", "group"]


def shell(script: str, *, seconds: float = 20, contain: Contain = "tree", **options: object) -> Finished:
    return process.run(["/bin/sh", "-c", script], seconds=seconds, contain=contain, env=ENV, grace_s=0.5, **options)  # type: ignore[arg-type]


def python(program: str, *, seconds: float = 20, **options: object) -> Finished:
    return process.run([sys.executable, "-c", program], seconds=seconds, env=ENV, grace_s=0.5, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("contain", CONTAINS)
def test_result_says_how_it_ended(contain: Contain) -> None:
    finished = shell("echo out; echo err >&2; exit 3", contain=contain)
    assert (finished.exit_code, finished.signal, finished.reason) == (3, None, "exited")
    assert sorted(finished.text.split()) == ["err", "out"]
    assert not finished.ok


@pytest.mark.parametrize("contain", CONTAINS)
def test_signal_is_told_apart_from_an_exit(contain: Contain) -> None:
    finished = shell("kill -SEGV $$", contain=contain)
    assert (finished.exit_code, finished.signal, finished.reason) == (128 + 11, 11, "signal")


@pytest.mark.parametrize("contain", CONTAINS)
def test_missing_program_is_exit_127(contain: Contain) -> None:
    assert process.run(["no-such-program-here"], seconds=5, contain=contain).exit_code == 127


def test_missing_directory_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        process.run(["true"], seconds=5, cwd=tmp_path / "gone")
    assert "cwd" in caught.value.errors


def test_empty_command_and_nul_are_refused() -> None:
    with pytest.raises(BadInput):
        process.run([], seconds=5)
    with pytest.raises(BadInput):
        process.run(["echo", "a\0b"], seconds=5)


def test_arguments_reach_no_shell() -> None:
    assert process.run(["echo", "$(id); `id` && x"], seconds=5).text == "$(id); `id` && x\n"


def test_environment_is_only_what_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_OF_THE_WORKER", "secret")
    assert "CANARY_OF_THE_WORKER" not in process.run(["env"], seconds=5).text
    assert "CANARY_OF_THE_WORKER" not in process.run(["env"], seconds=5, contain="group").text


@pytest.mark.parametrize("contain", CONTAINS)
def test_stdin_is_closed_or_what_was_given(contain: Contain) -> None:
    assert shell("cat", contain=contain).output == b""
    content = b"x" * 3_000_000
    assert shell("cat", contain=contain, stdin=content, output_bytes=4_000_000).output == content
    assert shell("exit 0", contain=contain, stdin=content).ok


@pytest.mark.parametrize("contain", CONTAINS)
def test_hanging_child_ends_at_its_time_limit(contain: Contain) -> None:
    finished = shell("sleep 77001", seconds=0.3, contain=contain)
    assert (finished.timed_out, finished.reason, finished.signal) == (True, "timeout", signal.SIGTERM)
    assert finished.duration_ms < 2_000
    assert not alive("77001")


def test_child_may_tidy_up_in_the_grace_time() -> None:
    finished = shell("trap 'echo tidy; exit 5' TERM; echo up; while :; do sleep 0.05; done", seconds=0.3)
    assert finished.reason == "timeout"
    assert finished.text.split()[0] == "up"
    assert finished.text.endswith("tidy\n")
    assert finished.exit_code == 5


@pytest.mark.parametrize("contain", CONTAINS)
def test_child_that_ignores_sigterm_is_killed_after_the_grace_time(contain: Contain) -> None:
    finished = shell("trap '' TERM; while :; do sleep 77002; done", seconds=0.3, contain=contain)
    assert finished.reason == "timeout"
    assert finished.duration_ms < 3_000
    assert not alive("77002")


def test_cancel_is_noticed_within_a_second() -> None:
    asked = time.monotonic() + 0.3
    finished = shell("sleep 77003", cancelled=lambda: time.monotonic() > asked)
    assert (finished.cancelled, finished.timed_out, finished.reason) == (True, False, "cancelled")
    assert finished.duration_ms < 2_000


def test_detached_grandchildren_end_with_the_child() -> None:
    finished = shell("setsid sleep 77004 & (setsid sh -c 'trap \"\" TERM; sleep 77004' &) ; sleep 0.2; echo done")
    assert finished.text == "done\n"
    assert not alive("77004")


def test_detached_grandchildren_end_without_namespaces_too(monkeypatch: pytest.MonkeyPatch) -> None:
    script = "setsid sleep 77005 & (setsid sh -c 'trap \"\" TERM; sleep 77005' &) ; sleep 0.2; echo done"
    monkeypatch.setattr(process, "_prefix", lambda contain: [])
    assert shell(script).text == "done\n"
    assert eventually(lambda: not alive("77005"), 2)


def test_grandchild_that_keeps_the_pipe_open_does_not_hold_us() -> None:
    finished = shell("sleep 77006 & exit 0", contain="group")
    assert finished.ok
    assert finished.duration_ms < 2_000


def test_flood_is_cut_in_the_middle_and_marked() -> None:
    seen: list[int] = []
    finished = shell(
        "yes abcdefg | head -c 3000000; echo THE-END", output_bytes=10_000, on_output=lambda b: seen.append(len(b))
    )
    assert finished.truncated
    assert len(finished.output) < 10_200
    assert b"bytes left out" in finished.output
    assert finished.output.endswith(b"THE-END\n")
    assert sum(seen) == 3_000_008


def test_endless_line_is_killed_at_the_hard_cap_without_growing_us() -> None:
    before = proctree.PAGE * int(Path("/proc/self/statm").read_text().split()[1])
    finished = shell("cat /dev/zero", output_bytes=10_000, hard_bytes=50_000_000)
    after = proctree.PAGE * int(Path("/proc/self/statm").read_text().split()[1])
    assert finished.reason == "output_limit"
    assert finished.truncated
    assert after - before < 30_000_000


def test_errors_can_be_kept_apart_and_only_the_head_kept() -> None:
    finished = shell("seq 100000; echo oops >&2", errors_apart=True, output_bytes=100, head_bytes=100)
    assert finished.errors == b"oops\n"
    assert finished.output.startswith(b"1\n2\n3\n")


def test_watch_can_end_it() -> None:
    assert shell("sleep 77007", watch=lambda pid: "memory_limit").reason == "memory_limit"


def test_child_is_gone_when_a_callback_fails() -> None:
    def fail(chunk: bytes) -> None:
        raise RuntimeError("the page went away")

    with pytest.raises(RuntimeError):
        shell("echo x; sleep 77008", on_output=fail)
    assert eventually(lambda: not alive("77008"), 2)


def test_invalid_text_is_shown_and_not_refused() -> None:
    assert process.run(["printf", r"\377\376ok"], seconds=5).text.endswith("ok")


def test_descriptors_do_not_leak() -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        shell("exit 0", stdin=b"x")
    assert len(os.listdir("/proc/self/fd")) == before


def test_many_run_side_by_side_from_threads() -> None:
    codes: list[int | None] = []
    threads = [threading.Thread(target=lambda: codes.append(shell("sleep 0.2; exit 7").exit_code)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [7] * 8


@pytest.mark.parametrize("contain", CONTAINS)
def test_killed_parent_leaves_nobody(contain: Contain) -> None:
    mark = "77010" if contain == "tree" else "77011"
    detached = f"setsid sleep {mark} & (setsid sh -c 'trap \"\" TERM; sleep {mark}' &);" if contain == "tree" else ""
    program = (
        "from conductor.lib import process; print('up', flush=True);"
        f"process.run(['sh', '-c', {f'{detached} exec sleep {mark}'!r}], seconds=60, contain={contain!r})"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env={**ENV, "PYTHONPATH": str(ROOT)})
    try:
        expected = 3 if contain == "tree" else 1
        assert eventually(lambda: len(alive(mark)) >= expected, 10)
    finally:
        parent.kill()
        parent.wait()
    assert eventually(lambda: not alive(mark), 2)


def test_thread_that_waits_may_be_any_thread() -> None:
    """The parent-death signal belongs to the starting thread, which therefore stays until the child has ended."""
    results: list[Finished] = []
    thread = threading.Thread(target=lambda: results.append(shell("sleep 0.5; echo whole")))
    thread.start()
    thread.join()
    assert results[0].text == "whole\n"


def test_stopped_child_is_killed_too() -> None:
    finished = shell("kill -STOP $$; sleep 77012", seconds=0.3)
    assert finished.reason == "timeout"
    assert not alive("77012")


def test_python_child_sees_default_signals() -> None:
    program = "import signal; print(signal.getsignal(signal.SIGXFSZ), sorted(signal.pthread_sigmask(0, ())))"
    assert "[]" in python(program).text
    assert shell("yes | head -1; exit 0").text == "y\n"


@pytest.mark.parametrize("contain", CONTAINS)
def test_end_that_nobody_saw_is_no_success(contain: Contain) -> None:
    program = (
        "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "from conductor.lib import process\n"
        f"done = process.run(['echo', 'out'], seconds=10, contain={contain!r})\n"
        "print(done.output, done.exit_code, done.ok)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program],
        env={**ENV, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert said.stdout == "b'out\\n' None False\n"
