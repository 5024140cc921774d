"""Workers for the time of a script or command: where none is alive, they are started here and end with it.

Uses the parts of `conductor up` without its web process. Must not start anything while another supervisor has the home.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from campaigns.models import Worker
from campaigns.queries import workers as found_workers
from conductor import up
from conductor.embedded import paths
from conductor.embedded.stack import Stack
from conductor.lib.errors import Conflict, Unavailable

LOOK_S: Final = 1.0
START_S: Final = 30.0
PREPARED_S: Final = 60.0


@dataclass(slots=True)
class Working:
    """Sees to it that somebody works on both queues while it is open; whoever waits calls `tend` often."""

    say: Callable[[str], None]
    stack: Stack | None = None
    looked: float = float("-inf")
    warned: bool = False
    held: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def tend(self) -> None:
        """Restart what died; start workers where none is alive and nobody else sees to that."""
        if self.stack is not None:
            self.stack.tend()
            return
        if time.monotonic() - self.looked < LOOK_S:
            return
        self.looked = time.monotonic()
        if not all(alive().values()):
            self._start()

    def _start(self) -> None:
        try:
            self.held.enter_context(up.sole_user())
        except Conflict as taken:
            if not self.warned:
                self.say(f"No worker is alive on every queue, and {taken.message[0].lower()}{taken.message[1:]}")
            self.warned = True
            return
        self.say("No worker is alive; some are started for the time of this command.")
        self.stack = Stack(say=self.say)
        up.start_redis(self.stack)
        up.start_engine(self.stack)

    def close(self) -> None:
        """End what was started: workers finish or hand back what they hold."""
        if self.stack is not None:
            stack, self.stack = self.stack, None
            stack.stop(hurry=lambda: False)
        self.held.close()


@contextlib.contextmanager
def working(say: Callable[[str], None] | None = None) -> Iterator[Working]:
    """Somebody works while this is open. `say` takes what a person should know; by default it goes to stderr."""
    opened = Working(say or _tell)
    try:
        opened.tend()
        yield opened
    finally:
        opened.close()


def _tell(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def alive() -> dict[str, int]:
    """Workers alive now, by queue. One of this machine whose process is gone is dead, however fresh its last sign."""
    counted = Counter(worker.queue for worker in found_workers.alive() if not worker.draining and _may_live(worker))
    return {queue: counted[queue] for queue in settings.WORKERS}


def _may_live(worker: Worker) -> bool:
    if worker.host != socket.gethostname():
        return True
    try:
        os.kill(worker.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def prepare_here(say: Callable[[str], None]) -> None:
    """Make tables and first admin where this machine's own database has none; other databases are only judged."""
    try:
        waiting = _migrations_wait()
    except DatabaseError as error:
        raise Unavailable(f"The database does not answer: {str(error).strip().splitlines()[0]}") from error
    if not waiting:
        return
    if not (settings.SQLITE and settings.DATABASES["default"]["NAME"] == str(paths.database_file())):
        raise Unavailable("The database is not of this version; run `python -m conductor.prepare`.")
    try:
        with up.sole_user(), contextlib.redirect_stdout(sys.stderr):
            call_command("migrate", interactive=False, verbosity=0)
            call_command("bootstrap")
    except Conflict:
        _wait_until_prepared(say)


def _migrations_wait() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _wait_until_prepared(say: Callable[[str], None]) -> None:
    """`conductor up`, or another command, is at it."""
    say("The database is being made ready; waiting for that.")
    until = time.monotonic() + PREPARED_S
    while _migrations_wait():
        if time.monotonic() > until:
            raise Unavailable("The database is not of this version, and Conductor runs on it; start it again.")
        time.sleep(0.5)
