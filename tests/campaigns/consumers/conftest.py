"""A team with a run, and real web processes on the test's database and Redis, for tests of sockets."""

import asyncio
import contextlib
import dataclasses
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F
from django.test import Client

from campaigns.actions.tokens import create_token
from campaigns.models import Campaign, Event, Membership, Run, Team
from campaigns.permissions import actor_for
from campaigns.states import Role
from conductor.lib import clock, push
from tests.conftest import environment_of_processes
from tests.websocket import WebSocket

T = TypeVar("T")
PROJECT = Path(__file__).parents[3]


@dataclasses.dataclass(frozen=True)
class Person:
    user: User
    token: str

    @property
    def by_token(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.token}"}

    def by_session(self, port: int) -> dict[str, str]:
        client = Client()
        client.force_login(self.user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}", "Origin": f"http://127.0.0.1:{port}"}


@dataclasses.dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    async def run_socket(self, run: Run, person: Person, after: int | None = None) -> WebSocket:
        query = "" if after is None else f"?after={after}"
        return await WebSocket.connect(self.port, f"/ws/runs/{run.pk}/{query}", person.by_token)

    async def page_socket(self, person: Person) -> WebSocket:
        return await WebSocket.connect(self.port, "/ws/", person.by_token)


def make_person(name: str, team: Team | None, role: Role = Role.VIEWER) -> Person:
    user = User.objects.create_user(name, password=f"{name}-long-password")
    if team is not None:
        Membership.objects.create(team=team, user=user, role=role)
    _, secret = create_token(user_id=user.pk, name="test", days=1, scope="read", actor=actor_for(user, "test"))
    return Person(user, secret)


def make_team(name: str) -> Team:
    return Team.objects.create(name=name, slug=name.lower())


def make_run(team: Team, **values: Any) -> Run:
    campaign = Campaign.objects.create(team=team, kind="creative", name="Spring", state="active")
    now = clock.now()
    given = {"number": 1, "kind": "creative", "state": "running", "deadline_at": now + timedelta(days=1)}
    given |= {"updated_at": now}
    return Run.objects.create(campaign=campaign, team=team, created_at=now, **(given | values))


def append(run: Run, count: int = 1, *, ring: bool = True, roll_back: bool = False, size: int = 0) -> None:
    """Commit `count` events of a run in one transaction, numbered under its row lock, as the engine does."""
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(last_event_seq=F("last_event_seq") + count)
        last = Run.objects.values_list("last_event_seq", flat=True).get(pk=run.pk)
        Event.objects.bulk_create(
            Event(
                stream="run", stream_id=run.pk, seq=seq, campaign_id=run.campaign_id, type="task.completed",
                state="running", time=clock.now(), actor="system", message=f"event {seq}", data={"pad": "x" * size},
            )
            for seq in range(last - count + 1, last + 1)
        )  # fmt: skip
        if ring:
            transaction.on_commit(lambda: push.hints([(f"run:{run.pk}", last)]))
        if roll_back:
            raise ZeroDivisionError


async def in_thread(work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Database work beside the sockets, in a thread that leaves no connection behind."""

    def done() -> T:
        try:
            return work(*args, **kwargs)
        finally:
            connection.close()

    return await asyncio.to_thread(done)


@pytest.fixture
def team(transactional_db: None) -> Team:
    return make_team("Home")


@pytest.fixture
def run(team: Team) -> Run:
    return make_run(team)


@pytest.fixture
def viewer(team: Team) -> Person:
    return make_person("viewer", team)


@pytest.fixture
def outsider(team: Team) -> Person:
    return make_person("outsider", make_team("Elsewhere"))


StartServer = Callable[..., Server]


@contextlib.contextmanager
def servers(folder: Path) -> Iterator[StartServer]:
    """Starts daphne on free ports, with the environment changed where the test says so; ends what it started."""
    started: list[subprocess.Popen[bytes]] = []

    def start(port: int = 0, *flags: str, **environment: str) -> Server:
        port = port or free_port()
        log = folder / f"web-{port}.log"
        where = ["-b", "127.0.0.1", "-p", str(port)]
        command = [sys.executable, "-m", "daphne", *where, *flags, "conductor.asgi:application"]
        environment = environment_of_processes() | environment
        with log.open("wb") as written:
            process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=written, stderr=written)
        started.append(process)
        wait_for(port, process, log)
        return Server(process, port, log)

    try:
        yield start
    finally:
        for process in started:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()


@pytest.fixture
def start_server(transactional_db: None, tmp_path: Path) -> Iterator[StartServer]:
    """Web processes of this test alone."""
    with servers(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def shared_server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with servers(tmp_path_factory.mktemp("web")) as start:
        yield start()


@pytest.fixture
def server(transactional_db: None, shared_server: Server) -> Server:
    """A web process the tests of a module share; who harms it takes `start_server`."""
    return shared_server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"the web process did not start: {log.read_text()[-2000:]}")


def private_mb(pid: int) -> float:
    """Memory of the process alone; SQLite's mapped file is not."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon:")).split()[1]) / 1024


#: Of nothing; the same in every process, for the names of tests.
SOME_ID = str(uuid.UUID(int=7, version=4))
