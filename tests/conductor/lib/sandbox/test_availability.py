"""Which form is used, what is refused, and the plain life of a command inside."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from conductor.lib import process, sandbox
from conductor.lib.errors import BadInput, BadSetting
from conductor.lib.sandbox import probing as probes
from conductor.lib.sandbox import view
from tests.conductor.lib.sandbox.conftest import ROOT, Run

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


# -- as an ordinary user ----------------------------------------------------------------------------------------------


@pytest.fixture
def readable_python() -> str:
    if os.geteuid() != 0:
        pytest.skip("the other tests already run as an ordinary user")
    if not all(folder.stat().st_mode & 0o001 for folder in (ROOT, *ROOT.parents)):
        pytest.skip("this checkout lies in a folder that an ordinary user may not enter")
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
