"""One contract for every form of containment: what runs inside sees, changes, reaches and outlives nothing."""

import json
import os
import shutil
import socket as sockets
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conductor.lib import process, proctree, sandbox
from conductor.lib.errors import BadInput, BadSetting
from conductor.lib.sandbox import probing as probes
from conductor.lib.sandbox import view, workspaces

ROOT = Path(__file__).parents[3]
PYTHON = Path(os.path.realpath(sys.executable))
SHOWN = (Path(sys.base_prefix),) if not sys.base_prefix.startswith("/usr") else ()


@pytest.fixture(params=probes.FORMS)
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "bwrap" and shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed here, so this form cannot be tried")
    monkeypatch.setenv(probes.SETTING, request.param)
    return str(request.param)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    path = tmp_path / "clone"
    path.mkdir()
    (path / "README").write_text("hello\n")
    return path


Run = Callable[..., process.Finished]


@pytest.fixture
def run(form: str, clone: Path) -> Run:
    def call(script: str, *args: str, **options: Any) -> process.Finished:
        defaults: dict[str, Any] = {
            "cwd": clone,
            "env": {},
            "seconds": 20,
            "output_bytes": 1 << 20,
            "memory_bytes": 512 << 20,
            "processes": 32,
            "cancelled": lambda: False,
        }
        return sandbox.run(["/bin/sh", "-c", script, "sh", *args], **{**defaults, **options})

    return call


@pytest.fixture
def python(run: Run) -> Run:
    def call(program: str, *args: str, **options: Any) -> process.Finished:
        script = 'exec "$@"'
        return run(script, str(PYTHON), "-I", "-c", program, *args, read_only=SHOWN, **options)

    return call


def alive(mark: str) -> list[int]:
    found = []
    for entry in proctree.everyone():
        try:
            line = Path(f"/proc/{entry.pid}/cmdline").read_bytes()
        except OSError:
            continue
        if f"sleep\0{mark}".encode() in line and entry.state != "Z":
            found.append(entry.pid)
    return found


def still_there(process: proctree.Process) -> bool:
    now = proctree.look(process.pid)
    return now is not None and now.started == process.started and now.state != "Z"


def eventually(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


# -- probe and refusals -----------------------------------------------------------------------------------------------


def test_probe_names_the_form_that_was_tried(form: str) -> None:
    found = sandbox.probe()
    assert (found.form, found.ok) == (form, True)
    assert form in found.words


def test_switched_off_refuses_with_the_reason(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S29"""
    monkeypatch.setenv(probes.SETTING, "none")
    with pytest.raises(sandbox.SandboxUnavailable) as caught:
        run_plain(clone)
    assert caught.value.code == "sandbox_unavailable"
    assert "CONDUCTOR_SANDBOX" in caught.value.message


def test_host_without_namespaces_fails_closed(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S29"""
    monkeypatch.delenv(probes.SETTING, raising=False)
    monkeypatch.setattr(probes, "_try", lambda form: "unshare of namespaces: Operation not permitted")
    probes._probe.cache_clear()
    try:
        with pytest.raises(sandbox.SandboxUnavailable, match="Operation not permitted"):
            run_plain(clone)
        assert not (clone / "ran").exists()
    finally:
        probes._probe.cache_clear()


def test_unknown_setting_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(probes.SETTING, "docker")
    with pytest.raises(BadSetting, match="CONDUCTOR_SANDBOX"):
        sandbox.probe()


def test_broken_form_is_reported_and_the_other_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(probes.SETTING, raising=False)
    monkeypatch.setattr(probes, "program", lambda form: "/bin/false" if form == "bwrap" else None)
    probes._probe.cache_clear()
    try:
        assert sandbox.probe().form == "unshare"
        monkeypatch.setenv(probes.SETTING, "bwrap")
        assert "could not be made" in sandbox.probe().words
    finally:
        probes._probe.cache_clear()


def run_plain(clone: Path) -> process.Finished:
    return sandbox.run(
        ["touch", "ran"],
        cwd=clone,
        env={},
        seconds=5,
        output_bytes=1000,
        memory_bytes=1 << 28,
        processes=8,
        cancelled=lambda: False,
    )


def test_workspace_must_be_a_directory_of_its_own(run: Run, tmp_path: Path, clone: Path) -> None:
    """S36"""
    (tmp_path / "link").symlink_to(clone)
    for path in (Path("/"), Path("/tmp"), Path.home(), Path("relative"), tmp_path / "gone", tmp_path / "link", ROOT):
        with pytest.raises(BadInput) as caught:
            run("true", cwd=path)
        assert "cwd" in caught.value.errors


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give directories away")
def test_directory_of_a_person_is_not_taken_over(run: Run, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    os.chown(theirs, 4321, 4321)
    with pytest.raises(BadInput, match="belongs to a person"):
        run("true", cwd=theirs)
    assert theirs.stat().st_uid == 4321


def test_workspace_replaced_while_it_is_opened_is_refused(
    run: Run, clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = view.view
    (tmp_path / "other").mkdir()

    def swapped(*args: Any) -> Any:
        shown = real(*args)
        clone.rename(tmp_path / "away")
        (tmp_path / "other").rename(clone)
        return shown

    monkeypatch.setattr(view, "view", swapped)
    with pytest.raises(sandbox.SandboxUnavailable, match="replaced"):
        run("touch ran")
    assert not (clone / "ran").exists()


# -- the plain life of a command --------------------------------------------------------------------------------------


def test_command_works_in_its_clone(run: Run, clone: Path) -> None:
    finished = run("pwd; cat README; echo new > file; exit 4")
    assert (finished.exit_code, finished.text) == (4, "/workspace\nhello\n")
    assert (clone / "file").read_text() == "new\n"


def test_new_files_are_closed_to_others(run: Run, clone: Path) -> None:
    assert run("touch file; mkdir sub").ok
    assert (clone / "file").stat().st_mode & 0o777 == 0o600
    assert (clone / "sub").stat().st_mode & 0o777 == 0o700


def test_files_of_an_earlier_run_stay_usable(run: Run, clone: Path) -> None:
    assert run("echo one > file; ln file twin; ln -s /etc/passwd link").ok
    assert run("echo two >> file; cat twin").text == "one\ntwo\n"


def test_signal_and_missing_program_are_told(run: Run) -> None:
    assert run("kill -SEGV $$").signal == 11
    assert run("exec no-such-program").exit_code == 127
    assert run('exec "$@"', "no-such-program").exit_code == 127


def test_stdin_is_closed_or_given(run: Run) -> None:
    assert run("cat").output == b""
    assert run("cat", stdin=b"given").output == b"given"


def test_arguments_are_not_interpreted(run: Run) -> None:
    """S30, S31"""
    assert run('printf "%s|" "$@"', "$(id)", "--exec=x", "a\nb", "").text == "$(id)|--exec=x|a\nb||"


def test_several_run_side_by_side(run: Run, tmp_path: Path) -> None:
    texts: list[str] = []

    def one(number: int) -> None:
        path = tmp_path / f"clone-{number}"
        path.mkdir()
        texts.append(run(f"sleep 0.2; echo {number}", cwd=path).text.strip())

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(texts) == list("012345")


# -- S22, S23: what is seen -------------------------------------------------------------------------------------------


def test_nothing_of_the_host_is_visible(run: Run, clone: Path, tmp_path: Path) -> None:
    """S22"""
    (tmp_path / "other-clone").mkdir()
    hidden = [str(tmp_path), str(tmp_path / "other-clone"), str(clone), str(ROOT), str(Path.home()), "/home", "/root"]
    hidden += ["/var/run/docker.sock", "/run/docker.sock", "/run/dbus", "/run/user", "/var/lib", "/sys/fs", "/boot"]
    hidden += ["/etc/shadow", "/etc/ssh", "/etc/hostname", "/etc/machine-id", "/opt", "/srv", "/mnt", "/old_root"]
    finished = run('for path; do test -e "$path" && echo "$path"; done; ls / /tmp; ls /run 2>/dev/null', *hidden)
    assert set(finished.text.split()) <= {
        *("bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "run", "sbin", "tmp", "usr", "workspace"),
        *("/:", "/tmp:", "home"),
    }


def test_only_own_processes_are_visible(run: Run) -> None:
    """S22"""
    finished = run('for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline; echo; done; cat /proc/1/environ')
    assert "pytest" not in finished.text
    assert run("ls -d /proc/[0-9]* | wc -l").text.strip() in {"2", "3", "4", "5"}


def test_environment_is_the_allow_list(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """S23"""
    monkeypatch.setenv("DATABASE_URL", "postgres://user:canary-in-env@host/db")
    finished = run("env; cat /proc/1/environ /proc/$PPID/environ 2>/dev/null", env={"CHOSEN": "yes"})
    names = {line.partition("=")[0] for line in run("env", env={"CHOSEN": "yes"}).text.splitlines()}
    assert names == {*view.BASE_ENV, "CHOSEN", "PWD"}
    assert "canary" not in finished.text


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "DATABASE_URL", "REDIS_URL", "PGPASSWORD", "AWS_SECRET", "a b", ""])
def test_credentials_and_odd_names_are_refused(run: Run, name: str) -> None:
    """S23"""
    with pytest.raises(BadInput) as caught:
        run("env", env={name: "canary"})
    assert "env" in caught.value.errors
    assert "canary" not in str(caught.value)


def test_environment_and_arguments_do_not_show_on_the_host(run: Run) -> None:
    """The token of the broker must not be in a command line that anybody on the host can read."""
    seen: list[bytes] = []

    def look() -> bool:
        for entry in proctree.descendants(os.getpid()):
            try:
                seen.append(Path(f"/proc/{entry.pid}/cmdline").read_bytes())
            except OSError:
                continue
        return False

    assert run("sleep 0.3", env={view.TOKEN_VARIABLE: "one-attempt-token"}, cancelled=look).ok
    assert seen
    assert not any(b"one-attempt-token" in line for line in seen)


# -- S24: network -----------------------------------------------------------------------------------------------------


def test_network_of_the_host_is_out_of_reach(python: Run) -> None:
    """S24"""
    with sockets.create_server(("127.0.0.1", 0)) as server, sockets.socket(sockets.AF_UNIX) as abstract:
        abstract.bind(f"\0conductor-test-{os.getpid()}")
        abstract.listen()
        program = (
            "import socket, sys\n"
            "def tried(make):\n"
            "    try: make(); print('reached')\n"
            "    except OSError as error: print('refused')\n"
            "tried(lambda: socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2))\n"
            "tried(lambda: socket.create_connection(('169.254.169.254', 80), 2))\n"
            "tried(lambda: socket.create_connection(('1.1.1.1', 53), 2))\n"
            "tried(lambda: socket.socket(socket.AF_UNIX).connect('\\0' + sys.argv[2]))\n"
            "tried(lambda: socket.getaddrinfo('example.org', 80))\n"
        )
        finished = python(program, str(server.getsockname()[1]), f"conductor-test-{os.getpid()}")
    assert finished.text.split() == ["refused"] * 5


def test_own_loopback_works(python: Run) -> None:
    program = (
        "import socket\n"
        "with socket.create_server(('127.0.0.1', 0)) as server:\n"
        "    socket.create_connection(server.getsockname(), 2).close(); print('inside')\n"
    )
    assert python(program).text == "inside\n"


# -- S25: writing outside ---------------------------------------------------------------------------------------------


def test_writes_outside_the_clone_fail(run: Run, clone: Path, tmp_path: Path) -> None:
    """S25"""
    (tmp_path / "secret").write_text("host secret")
    finished = run(
        'for path in /x /usr/x /etc/x /bin/x /lib/x /root/x /var/x /run/x /dev/x /workspace/../x "$1/x" ../x; do'
        '  (echo bad > "$path") 2>/dev/null && echo "wrote $path"; done;'
        'ln -s "$1" way; (echo bad > way/x) 2>/dev/null && echo wrote through link;'
        'ln "$1/secret" hard 2>/dev/null && echo linked; cat way/secret 2>/dev/null;'
        "ln /usr/bin/env hard 2>/dev/null && echo linked;"
        "mkdir sub; mount --bind / sub 2>/dev/null && echo mounted; mount -o remount,rw /usr 2>/dev/null && echo rw;"
        "chroot /workspace /bin/true 2>/dev/null && echo chroot; echo done",
        str(tmp_path),
    )
    assert finished.text == "done\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clone", "secret"]
    assert (tmp_path / "secret").read_text() == "host secret"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives directories away")
def test_links_planted_earlier_lead_nowhere_when_the_clone_is_handed_over(
    run: Run, clone: Path, tmp_path: Path
) -> None:
    """S25: the next hand-over must not follow what the last run left behind."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").touch()
    (clone / "link").symlink_to(outside)
    (clone / "file-link").symlink_to(outside / "file")
    os.link(outside / "file", clone / "hard")
    assert run("true").ok
    assert {outside.stat().st_uid, (outside / "file").stat().st_uid} == {0}
    assert (clone / "README").stat().st_uid == workspaces.uid_for(clone)


def test_tmp_is_private_and_limited(run: Run) -> None:
    finished = run(
        "echo x > /tmp/mine; ls /tmp; head -c 400000000 /dev/zero > /tmp/big; stat -c %s /tmp/big", seconds=60
    )
    assert finished.text.split()[:2] == ["home", "mine"]
    assert int(finished.text.split()[-1]) <= view.TMP_BYTES
    assert not Path("/tmp/mine").exists()
    assert "mine" not in run("ls /tmp").text


def test_read_only_paths_are_shown_and_cannot_be_changed(run: Run, tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    tool.mkdir()
    (tool / "data").write_text("shown\n")
    (tool / "data").chmod(0o666)
    finished = run('cat "$1/data"; echo bad > "$1/data"; touch "$1/new"', str(tool), read_only=[tool])
    assert finished.text.startswith("shown\n")
    assert (tool / "data").read_text() == "shown\n"
    assert not (tool / "new").exists()


@pytest.mark.parametrize("path", ["/", "/etc", "/usr", "/proc", "/var", "/run", "/tmp", "relative", "/usr/../etc"])
def test_broad_paths_cannot_be_shown(run: Run, path: str) -> None:
    with pytest.raises(BadInput):
        run("true", read_only=[Path(path)])


# -- S26: privileges --------------------------------------------------------------------------------------------------


def test_no_privilege_is_left_or_can_be_had(run: Run) -> None:
    """S26"""
    status = dict(line.split(":", 1) for line in run("cat /proc/self/status").text.splitlines() if ":" in line)
    sets = [int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")]
    assert sets == [0] * 5
    assert status["NoNewPrivs"].strip() == "1"
    assert run("id -u; id -g").text.split() == ["1000", "1000"]
    assert "0" not in status["Uid"].split()
    refused = run("unshare -U true || echo no-users; unshare -n true || echo no-net; mknod d c 1 3 || echo no-node")
    assert [word for word in refused.text.split() if word.startswith("no-")] == ["no-users", "no-net", "no-node"]


def test_no_terminal_and_only_harmless_devices(run: Run) -> None:
    """S26"""
    assert run("(: < /dev/tty) 2>/dev/null || echo none").text == "none\n"
    assert set(run("ls /dev").text.split()) <= {
        *("null", "zero", "full", "random", "urandom", "tty", "console", "core", "fd", "stdin", "stdout", "stderr"),
        *("shm", "pts", "ptmx"),
    }
    assert run("echo x > /dev/null; head -c 3 /dev/zero | wc -c; test -w /dev/shm && echo shm").text.split() == [
        "3",
        "shm",
    ]


def test_init_cannot_be_traced_or_killed(run: Run) -> None:
    """S26"""
    finished = run("cat /proc/1/mem 2>/dev/null | head -c 1; kill -9 1; sleep 0.1; echo here")
    assert finished.text == "here\n"


def test_keyring_of_the_worker_is_not_shared(run: Run) -> None:
    """S26: two runs never see one session keyring, which has no namespace of its own."""
    keys = run("cat /proc/keys 2>/dev/null || echo none").text
    assert "_ses" not in keys or run("cat /proc/keys").text != keys


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


# -- as an ordinary user ----------------------------------------------------------------------------------------------


@pytest.fixture
def readable_python() -> str:
    if os.geteuid() != 0:
        pytest.skip("the other tests already run as an ordinary user")
    for program in (sys.executable, "/usr/bin/python3"):
        try:
            said = subprocess.run(
                [program, "-c", "import sys; print(sys.version_info >= (3, 11))"],
                user=61000,
                group=61000,
                extra_groups=[],
                capture_output=True,
                check=False,
                cwd="/",
            )
        except OSError:
            continue
        if said.stdout == b"True\n":
            return program
    pytest.skip("no Python >= 3.11 here that an ordinary user may run")


def test_ordinary_user_gets_the_same(form: str, readable_python: str) -> None:
    program = (
        "import json, pathlib, tempfile; from conductor.lib import sandbox\n"
        "with tempfile.TemporaryDirectory() as directory:\n"
        "    clone = pathlib.Path(directory, 'clone'); clone.mkdir()\n"
        "    script = ('id -u; echo in > file; cat /etc/shadow; echo x > /usr/x; ls /root /home;'\n"
        "        'grep CapEff /proc/self/status')\n"
        "    done = sandbox.run(['/bin/sh', '-c', script], cwd=clone, env={}, seconds=10, output_bytes=9999,\n"
        "        memory_bytes=1 << 28, processes=4, cancelled=lambda: False)\n"
        "    bomb = sandbox.run(['/bin/sh', '-c', 'for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done; wait'], cwd=clone,\n"
        "        env={}, seconds=10, output_bytes=9999, memory_bytes=1 << 28, processes=4, cancelled=lambda: False)\n"
        "    print(json.dumps([done.text, (clone / 'file').read_text(), bomb.text]))\n"
    )
    said = subprocess.run(
        [readable_python, "-c", program],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), probes.SETTING: form, "HOME": "/nonexistent"},
        user=61000,
        group=61000,
        extra_groups=[],
        capture_output=True,
        check=False,
        cwd="/",
        umask=0o077,
    )
    assert said.returncode == 0, said.stderr.decode()
    text, written, bomb = json.loads(said.stdout)
    assert text.split()[0] == "1000"
    assert written == "in\n"
    assert "CapEff:\t0000000000000000" in text
    assert "root:" not in text
    assert "fork" in bomb.lower()
