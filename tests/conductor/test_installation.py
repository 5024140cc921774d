"""What an installation stands on: wrong results refuse, weak hardening warns."""

import os
from pathlib import Path
from typing import Any

import pytest

from conductor import installation, prepare
from conductor.installation import Fault
from conductor.lib.errors import Unavailable

NFS = "server:/export /srv/shared nfs4 rw 0 0\n"
LOCAL = "/dev/sda1 / ext4 rw 0 0\n"


@pytest.fixture
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "mounts"
    file.write_text(LOCAL + NFS)
    monkeypatch.setattr(installation, "MOUNTS", file)
    return file


def test_the_nearest_mount_says_the_file_system(mounts: Path) -> None:
    assert installation.file_system(Path("/srv/shared/home")) == "nfs4"
    assert installation.file_system(Path("/srv/own")) == "ext4"


def test_an_unknown_system_says_nothing(mounts: Path) -> None:
    mounts.unlink()
    assert installation.file_system(Path("/srv")) == ""


@pytest.mark.django_db
def test_sqlite_on_a_network_disk_is_refused(mounts: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SQLITE, settings.REDIS_EMBEDDED = True, True
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", "/srv/shared/conductor.sqlite3")
    monkeypatch.setattr(installation, "_ask", lambda question: "wal")
    assert [(fault.refuses, "network disk (nfs4)" in fault.words) for fault in installation.faults()] == [(True, True)]


@pytest.mark.django_db
def test_sqlite_without_a_write_ahead_log_is_refused(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SQLITE = True
    monkeypatch.setattr(installation, "_ask", lambda question: "delete")
    assert any(fault.refuses and "write-ahead log" in fault.words for fault in installation.faults())


@pytest.mark.django_db
def test_a_sqlite_that_cannot_make_a_turn_is_refused(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SQLITE = True
    monkeypatch.setattr(installation, "_ask", lambda question: "wal")
    monkeypatch.setattr(installation.sqlite3, "sqlite_version_info", (3, 34, 1))
    assert any(fault.refuses and "the least that will do is 3.35.0" in fault.words for fault in installation.faults())


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_postgres_that_may_lose_commits_is_refused(settings: Any) -> None:
    settings.CONDUCTOR_ENV = "development"
    words = [fault.words for fault in installation.faults() if fault.refuses]
    assert [word.split(" with ")[1].split(":")[0] for word in words] == ["fsync off", "synchronous_commit off"]


@pytest.mark.django_db
def test_a_given_redis_that_keeps_nothing_is_warned_about() -> None:
    kept = [fault for fault in installation.faults() if "appendonly" in fault.words]
    assert [fault.refuses for fault in kept] == [False]


def test_a_refusal_stops_and_a_warning_does_not(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(installation, "faults", lambda: [Fault("weak.", False)])
    prepare.refuse_faults()
    assert capsys.readouterr().err == "conductor: warning: weak.\n"
    monkeypatch.setattr(installation, "faults", lambda: [Fault("wrong.", True)])
    with pytest.raises(Unavailable, match="wrong"):
        prepare.refuse_faults()


def test_in_production_a_warning_stops_too(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.PRODUCTION = True
    monkeypatch.setattr(installation, "faults", lambda: [Fault("weak.", False)])
    with pytest.raises(Unavailable, match="weak"):
        prepare.refuse_faults()


@pytest.mark.skipif(
    os.environ["CONDUCTOR_TEST_DATABASE"] == "postgres",
    reason="the SQLite leg proves that the database of the tests is set up as ours",
)
@pytest.mark.django_db
def test_the_sqlite_of_the_tests_is_without_fault() -> None:
    assert not [fault for fault in installation.faults() if fault.refuses]
