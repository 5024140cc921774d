"""A pytest plugin (`-p tests.services`) that starts real PostgreSQL and Redis before Django reads its settings.

pytest-django reads settings while the first conftest loads, so this happens at import. Every child of xdist has servers
of its own, since tests crash them. CONDUCTOR_TEST_DATABASE=sqlite selects the SQLite leg.
"""

import atexit
import os
import shutil
import signal
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
CHILD = os.environ.get("PYTEST_XDIST_WORKER", "")


def start_services() -> Path:
    """Fill the environment from which settings are read; returns the folder everything of this session is in."""
    leg = os.environ.setdefault(LEG, "postgres")
    if leg not in ("postgres", "sqlite"):
        raise pytest.UsageError(f"{LEG} must be postgres or sqlite, not {leg!r}")
    folder = _folder()
    for name in ("DEBUG", "HTTPS", "HOST", "PORT", "ALLOWED_HOSTS", "SECRET_KEY", "LOG_FORMAT"):
        os.environ.pop(name, None)
    os.environ |= {"CONDUCTOR_ENV": "test", "CONDUCTOR_HOME": str(folder / "home"), FOLDER: str(folder)}
    os.environ.setdefault("CONDUCTOR_TIME_SCALE", SCALE)
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        # Whoever runs us in the background of a shell; every process of a test would be deaf to Ctrl-C as well.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ["DATABASE_URL"] = _database_url(leg, folder)
    os.environ["REDIS_URL"] = _redis_url(folder)
    return folder


def _folder() -> Path:
    if CHILD:
        folder = Path(os.environ[FOLDER]) / CHILD
        folder.mkdir()
    else:
        folder = Path(tempfile.mkdtemp(prefix="conductor-test-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o711)  # The database server may run as another user and must reach its own folder in here.
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
        return given.replace("db=0", f"db={int(CHILD.removeprefix('gw')) + 1}") if CHILD else given
    server = redis.start(folder / "redis", folder / "redis" / "redis.sock", durable=False)
    atexit.register(server.stop)
    return server.url


def pytest_report_header() -> str:
    scale = os.environ["CONDUCTOR_TIME_SCALE"]
    return f"services: {os.environ[LEG]} and redis in {os.environ[FOLDER]}, time scale {scale}"


start_services()
