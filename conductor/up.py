"""`conductor up`: everything on this machine under one supervisor, until Ctrl-C or SIGTERM.

Must not load the models: what needs them runs in children. No child outlives this process.
"""

import contextlib
import fcntl
import os
import queue
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import redis
from django.conf import settings

from conductor import web
from conductor.embedded import children, paths
from conductor.embedded import redis as embedded_redis
from conductor.embedded.stack import Stack
from conductor.lib.errors import BadSetting, ConductorError, Conflict, Unavailable

LEAST_FREE_MB = 200
TOOLS = ("git",)
READY_S = 60.0
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """The exit code: 0 after a stop that was asked for, 4 where one runs already, 5 where it cannot start."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conductor.settings")
    signals = _signals()
    try:
        with running() as stack:
            print(f"Conductor is at {address()}  (Ctrl-C ends it; state is in {paths.home()})", flush=True)
            while not _asked_to_stop(signals):
                stack.tend()
            print("Stopping; once more Ctrl-C to stop at once.", flush=True)
            stack.stop(hurry=lambda: not signals.empty())
    except Conflict as refused:
        print(f"conductor: {refused}", file=sys.stderr)
        return 4
    except ConductorError as refused:
        print(f"conductor: {refused}", file=sys.stderr)
        return 5
    return 0


@contextlib.contextmanager
def running() -> Iterator[Stack]:
    """The whole stack, started and answering; whoever uses this calls `tend` now and then."""
    paths.make_home()
    stack = Stack(say=lambda words: print(words, file=sys.stderr, flush=True))
    with sole_user():
        refuse_early()
        try:
            start_redis(stack)
            prepare()
            start_processes(stack)
            wait_until_it_answers(stack)
            yield stack
        finally:
            stack.stop(hurry=lambda: True)


def address() -> str:
    host = {"0.0.0.0": "localhost", "::": "localhost"}.get(settings.HOST, settings.HOST)  # noqa: S104 - only for show
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}/"


def refuse_early() -> None:
    """What would make the start fail halfway, said in one line before anything is touched."""
    free_mb = shutil.disk_usage(paths.home()).free // 1_000_000
    if free_mb < LEAST_FREE_MB:
        raise Unavailable(f"Only {free_mb} MB are free at {paths.home()}; {LEAST_FREE_MB} are needed.")
    for tool in TOOLS:
        if shutil.which(tool) is None:
            raise Unavailable(f"{tool} is missing; install it.")
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((settings.HOST, settings.PORT))
        except OSError as error:
            where = f"{settings.HOST}:{settings.PORT}"
            raise BadSetting(f"Cannot listen on {where} ({error.strerror}); set PORT, or HOST.") from error


@contextlib.contextmanager
def sole_user() -> Iterator[None]:
    """One supervisor per home: the lock goes with the process, however it ends."""
    file = paths.home() / "up.lock"
    with file.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise Conflict(
                f"Conductor runs already on {paths.home()}: {lock.read().strip() or 'starting'}.",
                code="already_running",
            ) from error
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, {address()}")
        lock.flush()
        yield


def start_redis(stack: Stack) -> None:
    if not settings.REDIS_EMBEDDED:
        try:
            with redis.Redis.from_url(settings.REDIS_HASTY_URL, retry=None) as client:
                client.ping()
        except (redis.RedisError, OSError) as error:
            raise Unavailable(f"REDIS_URL: nothing answers there ({error}).") from error
        return
    folder, place = paths.redis_folder(), paths.redis_socket()
    stack.add("redis", lambda: embedded_redis.start(folder, place).process, folder / "redis.log")


def prepare() -> None:
    """Migrations, static files and the first admin, in a process of their own; its words are for the person here."""
    quiet = {"LOG_LEVEL": "warning", **os.environ}  # What the first start runs is no news to whoever typed the command.
    work = children.start([sys.executable, "-m", "conductor.prepare"], environment=quiet)
    if work.wait() != 0:
        raise Unavailable("The installation could not be made ready; see the line above.")


def start_processes(stack: Stack) -> None:
    stack.add_command("web", web.command(), _logs())
    start_engine(stack)


def start_engine(stack: Stack) -> None:
    """Those who do the work: the witness and the workers."""
    conductor = [sys.executable, "-m", "conductor.cli"]
    workers = [part for name, number in settings.WORKERS.items() for part in (f"--{name}", str(number))]
    stack.add_command("witness", [*conductor, "witness"], _logs())
    stack.add_command("worker", [*conductor, "worker", *workers], _logs())


def _logs() -> Path:
    return paths.private_folder(paths.home() / "logs")


def wait_until_it_answers(stack: Stack) -> None:
    site = next(child for child in stack.children if child.name == "web")
    deadline = time.monotonic() + READY_S
    while not _answers():
        if site.has_died() or time.monotonic() > deadline:
            raise Unavailable(f"The web process does not answer: {_last_line(site.log)} (log: {site.log})")
        time.sleep(0.1)


def _answers() -> bool:
    try:
        with urllib.request.urlopen(f"{address()}healthz", timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except urllib.error.HTTPError as refusal:
        return refusal.code == 400  # This host name is not in ALLOWED_HOSTS, which is the operator's choice.
    except (urllib.error.URLError, OSError):
        return False


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1][-300:] if lines else "it said nothing"


def _asked_to_stop(signals: "queue.SimpleQueue[int]") -> bool:
    try:
        signals.get(timeout=0.2)
    except queue.Empty:
        return False
    return True


def _signals() -> "queue.SimpleQueue[int]":
    """Signals that ask us to stop; putting into this kind of queue is allowed inside a handler."""
    arrived: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in STOPPING:
        signal.signal(number, lambda got, _: arrived.put(got))
    return arrived


if __name__ == "__main__":
    sys.exit(main())
