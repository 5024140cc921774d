"""One contract for every form: what runs inside sees, changes and reaches nothing outside, and gains nothing."""

import os
import socket as sockets
from pathlib import Path

import pytest

from conductor.lib import proctree
from conductor.lib.errors import BadInput
from conductor.lib.sandbox import view, workspaces
from tests.conductor.lib.sandbox.conftest import ROOT, Run

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


def test_sockets_that_no_namespace_holds_cannot_be_made(python: Run) -> None:
    """S24: a socket to the hypervisor or to the kernel's own services leaves through every network namespace."""
    program = (
        "import socket\n"
        "for family in (40, 17, 38, 15, 29, 31, 30, 44):\n"
        "    for kind in (1, 2, 3, 5):\n"
        "        try: socket.socket(family, kind).close(); print('made', family, kind)\n"
        "        except OSError as error: pass\n"
        "for family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6):\n"
        "    socket.socket(family, socket.SOCK_STREAM).close()\n"
        "a, b = socket.socketpair(); a.sendall(b'x'); print('works', b.recv(1).decode())\n"
    )
    assert python(program).text == "works x\n"


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


def test_system_calls_that_no_namespace_holds_are_refused(python: Run) -> None:
    """S26"""
    program = (
        "import ctypes, errno, fcntl, os, platform, pty\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "arm = platform.machine() == 'aarch64'\n"
        "calls = {'bpf': 280 if arm else 321, 'userfaultfd': 282 if arm else 323, 'perf': 241 if arm else 298,\n"
        "         'keyctl': 219 if arm else 250, 'add_key': 217 if arm else 248, 'io_uring': 425,\n"
        "         'handle': 265 if arm else 304, 'mount': 40 if arm else 165, 'setns': 268 if arm else 308}\n"
        "for name, number in calls.items():\n"
        "    if libc.syscall(number, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != errno.EPERM: print(name)\n"
        "main, other = pty.openpty()\n"
        "try: fcntl.ioctl(other, 0x5412, b'x'); print('typed')\n"
        "except OSError: pass\n"
        "print(open('/proc/self/status').read().split('Seccomp:')[1].split()[0])\n"
    )
    assert python(program).text == "2\n"


def test_keyring_of_the_worker_is_not_shared(run: Run) -> None:
    """S26: two runs never see one session keyring, which has no namespace of its own."""
    keys = run("cat /proc/keys 2>/dev/null || echo none").text
    assert "_ses" not in keys or run("cat /proc/keys").text != keys
