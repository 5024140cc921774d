"""A pytest plugin (`-p tests.services`) that starts real PostgreSQL and Redis before Django reads its settings.

pytest-django reads settings while the first conftest loads, so this happens at import. Children of xdist find the
database server of their parent in the environment, make a database of their own on it, and start a Redis of their own.
CONDUCTOR_TEST_DATABASE=sqlite selects the SQLite leg.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from conductor.embedded import postgres, redis
from conductor.lib.errors import Unavailable

LEG = "CONDUCTOR_TEST_DATABASE"
FOLDER = "CONDUCTOR_TEST_FOLDER"
#: Leases of 30 s take 3 s, and so on; `make chaos` sets 1.
SCALE = "0.1"


def start_services() -> Path:
    """Fill the environment from which settings are read; returns the folder everything of this session is in."""
    leg = os.environ.setdefault(LEG, "postgres")
    if leg not in ("postgres", "sqlite"):
        raise pytest.UsageError(f"{LEG} must be postgres or sqlite, not {leg!r}")
    folder = Path(tempfile.mkdtemp(prefix="conductor-test-"))
    folder.chmod(0o711)  # The database server may run as another user and must reach its own folder in here.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in ("DEBUG", "HTTPS", "HOST", "PORT", "ALLOWED_HOSTS", "SECRET_KEY", "LOG_FORMAT"):
        os.environ.pop(name, None)
    os.environ |= {"CONDUCTOR_ENV": "test", "CONDUCTOR_HOME": str(folder / "home"), FOLDER: str(folder)}
    os.environ.setdefault("CONDUCTOR_TIME_SCALE", SCALE)
    os.environ["DATABASE_URL"] = _database_url(leg, folder)
    os.environ["REDIS_URL"] = _redis_url(folder)
    return folder


def _database_url(leg: str, folder: Path) -> str:
    if leg == "sqlite":
        return f"sqlite:///{folder}/conductor.sqlite3"
    if given := os.environ.get("CONDUCTOR_TEST_DATABASE_URL"):
        return given
    place = folder / "postgres"
    place.mkdir(mode=0o700)
    try:
        server = postgres.start(place, durable="CONDUCTOR_TEST_DURABLE" in os.environ)
    except Unavailable as refused:
        sys.exit(f"{refused} The tests need it; CONDUCTOR_TEST_DATABASE=sqlite runs the SQLite leg alone.")
    atexit.register(server.stop)
    return server.url


def _redis_url(folder: Path) -> str:
    if given := os.environ.get("CONDUCTOR_TEST_REDIS_URL"):
        return given
    server = redis.start(folder / "redis", folder / "redis" / "redis.sock", durable=False)
    atexit.register(server.stop)
    return server.url


def join_services(worker: str) -> None:
    """An xdist child: the parent's database server, but a home and a Redis of its own.

    Another database number would not do: what is published in one is heard in all, and FLUSHALL empties all.
    """
    place = Path(os.environ[FOLDER]) / worker
    os.environ["CONDUCTOR_HOME"] = str(place / "home")
    if "CONDUCTOR_TEST_REDIS_URL" in os.environ:
        number = int(worker.removeprefix("gw")) + 1
        os.environ["REDIS_URL"] = os.environ["REDIS_URL"].replace("db=0", f"db={number}")
    else:
        os.environ["REDIS_URL"] = _redis_url(place)


def pytest_report_header() -> str:
    scale = os.environ["CONDUCTOR_TIME_SCALE"]
    return f"services: {os.environ[LEG]} and redis in {os.environ[FOLDER]}, time scale {scale}"


if "PYTEST_XDIST_WORKER" in os.environ:
    join_services(os.environ["PYTEST_XDIST_WORKER"])
else:
    start_services()
