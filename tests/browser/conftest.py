"""A real browser on real pages: Debian's chromium by its path, and for live tests the whole stack as child processes.

Run alone (`make test-browser`): the browser's event loop makes Django see every query as asynchronous.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from campaigns.models import Team, Worker
from tests import factories as make

ROOT = Path(__file__).resolve().parent.parent.parent
START_S = 40.0
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

#: Signs into the browser without the form: the cookie of a session made in this process.
SignIn = Callable[[BrowserContext, User, str], None]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    assert CHROMIUM, "the browser leg needs chromium on PATH"
    return {"executable_path": CHROMIUM, "args": ["--no-sandbox"] if os.geteuid() == 0 else []}


@pytest.fixture(scope="session")
def base_url() -> str:
    """Tests say whole addresses: each has a server of its own."""
    return ""


@pytest.fixture
def team(transactional_db: None) -> Team:
    return make.make_team("Home")


@pytest.fixture
def admin(team: Team) -> User:
    user = make.make_user("ada")
    make.make_member(team, user)
    return user


def sign_in(context: BrowserContext, user: User, address: str) -> None:
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])


@dataclass
class Watched:
    """A page and whatever its browser complained about."""

    page: Page
    complaints: list[str]

    def assert_quiet(self, *but: str) -> None:
        loud = [said for said in self.complaints if not any(words in said for words in but)]
        assert not loud, loud


def watched(page: Page) -> Watched:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return Watched(page, complaints)


@pytest.fixture
def seen(page: Page, context: BrowserContext, admin: User, live_server: Any) -> Watched:
    """The admin's browser on pages without sockets: for looks, forms and keys."""
    sign_in(context, admin, live_server.url)
    return watched(page)


@dataclass
class Site:
    """The whole stack: web process with sockets, workers, witness."""

    address: str
    web: subprocess.Popen[bytes]


@pytest.fixture
def site(process_environment: dict[str, str], redis_client: redis.Redis, tmp_path: Path) -> Iterator[Site]:
    port = _free_port()
    env = {**process_environment, "PORT": str(port)}
    commands = (
        ("-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0", "conductor.asgi:application"),
        ("manage.py", "worker", "--short", "2", "--long", "0"),
        ("manage.py", "witness"),
    )
    log = (tmp_path / "processes.log").open("wb")
    started = [
        subprocess.Popen([sys.executable, *words], cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
        for words in commands
    ]
    try:
        _wait_until(lambda: _answers(port) and Worker.objects.count() >= 2, tmp_path / "processes.log")
        yield Site(f"http://127.0.0.1:{port}", started[0])
    finally:
        for process in started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        log.close()


def _wait_until(true: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + START_S
    while not true():
        assert time.monotonic() < until, log.read_text(errors="replace")[-6000:]
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
