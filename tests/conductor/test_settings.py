"""The settings as a process finds them: each case in a process of its own, since settings are read once."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "CONDUCTOR_ENV": "production",
    "SECRET_KEY": "k" * 40,
    "ALLOWED_HOSTS": "conductor.example",
    "DATABASE_URL": "postgres://u:p@db/n",
    "REDIS_URL": "redis://:secret-of-redis@redis/0",
}
SHOW = """
import json
from django.conf import settings as s
names = "DATABASES REDIS_URL SESSION_COOKIE_SECURE DEBUG SECURE_HSTS_SECONDS WEBSOCKET_ORIGINS SECRET_KEY".split()
print(json.dumps({name: getattr(s, name) for name in names}, default=str))
"""


def environment(tmp_path: Path, **variables: str) -> dict[str, str]:
    base = {
        "PATH": os.environ["PATH"],
        "CONDUCTOR_HOME": str(tmp_path / "home"),
        "DJANGO_SETTINGS_MODULE": "conductor.settings",
    }
    return {**base, "CONDUCTOR_ENV": "test", **variables}


def run(tmp_path: Path, *argv: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *argv]
    return subprocess.run(
        command, cwd=ROOT, env=environment(tmp_path, **variables), capture_output=True, text=True, check=False
    )


def read(tmp_path: Path, **variables: str) -> dict[str, object]:
    ran = run(tmp_path, "-c", SHOW, **variables)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, object] = json.loads(ran.stdout)
    return found


def test_everything_lives_in_the_home(tmp_path: Path) -> None:
    found = read(tmp_path)
    home = tmp_path / "home"
    assert found["REDIS_URL"] == f"unix://{home}/redis/redis.sock?db=0"
    assert found["DATABASES"]["default"]["NAME"] == f"{home}/conductor.sqlite3"  # type: ignore[index]
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600


def test_the_secret_key_is_made_once(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert len(str(first["SECRET_KEY"])) >= 48


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    program = "from conductor.embedded import paths; print(paths.secret_key())"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program], cwd=ROOT, env=environment(tmp_path), stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    assert len({process.communicate()[0] for process in started}) == 1


def test_a_deep_home_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 90)
    socket = str(read(tmp_path, CONDUCTOR_HOME=str(deep))["REDIS_URL"])
    assert len(socket) < 100
    assert f"conductor-{os.getuid()}-" in socket


def test_production_is_hardened(tmp_path: Path) -> None:
    found = read(tmp_path, **PRODUCTION)
    assert (found["SESSION_COOKIE_SECURE"], found["DEBUG"]) == (True, False)
    assert found["WEBSOCKET_ORIGINS"] == ["https://conductor.example"]
    assert int(str(found["SECURE_HSTS_SECONDS"])) > 0


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"])
def test_production_without_a_setting_is_refused_by_name(tmp_path: Path, missing: str) -> None:
    ran = run(tmp_path, "manage.py", "check", **{name: said for name, said in PRODUCTION.items() if name != missing})
    assert ran.returncode != 0
    assert ran.stderr.strip() == f"conductor: {missing} must be set where CONDUCTOR_ENV is production."


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("DATABASE_URL", ""),
        ("REDIS_URL", ""),
        ("PORT", "70000"),
        ("WORKERS", "many"),
        ("CONDUCTOR_HOME", ""),
        ("DEBUG", "2"),
        ("CONDUCTOR_RECYCLE_ATTEMPTS", "0"),
        ("CONDUCTOR_RECYCLE_MB", "much"),
    ],
)
def test_a_wrong_value_stops_the_start_in_one_line(tmp_path: Path, name: str, said: str) -> None:
    ran = run(tmp_path, "manage.py", "check", **{name: said})
    assert ran.returncode != 0
    assert len(ran.stderr.strip().splitlines()) == 1
    assert name in ran.stderr


def test_a_home_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = run(tmp_path, "manage.py", "check", CONDUCTOR_HOME=str(tmp_path / "file" / "home"))
    assert "CONDUCTOR_HOME" in ran.stderr


def test_sqlite_is_set_up_for_several_writers(tmp_path: Path) -> None:
    options = read(tmp_path)["DATABASES"]["default"]["OPTIONS"]  # type: ignore[index]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]


def test_postgres_has_its_time_limits(tmp_path: Path) -> None:
    options = read(tmp_path, **PRODUCTION)["DATABASES"]["default"]["OPTIONS"]["options"]  # type: ignore[index]
    for limit in ("idle_in_transaction_session_timeout=30s", "lock_timeout=5s", "statement_timeout=30s"):
        assert limit in options


@pytest.mark.parametrize(("said", "threshold"), [("", 1), ("true", 1), ("false", None)])
def test_statements_are_prepared_unless_a_pooler_forbids_it(tmp_path: Path, said: str, threshold: int | None) -> None:
    variables = {"PREPARED_STATEMENTS": said} if said else {}
    databases = read(tmp_path, DATABASE_URL="postgres://u:p@db/n", **variables)["DATABASES"]
    assert databases["default"]["OPTIONS"]["prepare_threshold"] == threshold  # type: ignore[index]


def test_passwords_of_addresses_never_reach_the_log(tmp_path: Path) -> None:
    program = "from django.conf import settings; settings.DEBUG; import logging; logging.error('x secret-of-redis y')"
    ran = run(tmp_path, "-c", program, **PRODUCTION)
    assert "secret-of-redis" not in ran.stderr
    assert json.loads(ran.stderr)["event"] == "x [redacted] y"
