"""Doorbells over Redis: "stream S is at event n", "a run of team T changed", and text that is still being written.

Nothing here may fail, hold up or decide anything for its caller: readers take every event from the database, so that a
lost, doubled, late or forged message costs at most a little time. Both ends of the wire format live in this module.
"""

import functools
import json
import os
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from conductor.lib import logs, redact

PREFIX = "conductor:"
KINDS = frozenset({"run", "campaign", "team"})
#: Nobody waits longer than this for a doorbell, and after a failure nobody rings at all for a moment.
TIMEOUT_S = 0.25
REST_S = 1.0
REST_MAX_S = 8.0
#: Text being written travels whole up to here, else its end; each message of an attempt replaces the one before.
PARTIAL_CHARS = 20_000
#: So much more is held by whoever collects it, so that a secret at the cut is still known by its beginning.
HELD_CHARS = PARTIAL_CHARS + 4_000
LARGEST_SEQ = 2**63 - 1

log = logs.logger(__name__)


@dataclass(frozen=True, slots=True)
class Hint:
    """The stream has events up to about `seq`; what it really has, the database says."""

    seq: int


@dataclass(frozen=True, slots=True)
class Changed:
    """Something about this run changed, for pages that list runs."""

    run: str


@dataclass(frozen=True, slots=True)
class Partial:
    """Everything an attempt has written so far of what it is still writing."""

    attempt: str
    task: str
    text: str


@dataclass(slots=True)
class Tally:
    """What this process sent, and what it dropped because Redis did not take it."""

    sent: int = 0
    lost: int = 0
    last_error: str = ""


def hints(pairs: Iterable[tuple[str, int]]) -> None:
    """Say how far streams such as "run:<id>" have come; after the commit, never inside the transaction."""
    heads: dict[str, int] = {}
    for stream, seq in pairs:
        heads[stream] = max(seq, heads.get(stream, 0))
    _bell().ring([(channel(stream), str(seq)) for stream, seq in heads.items()])


def changed(team_id: object, run_id: object) -> None:
    """Tell pages that list the team's runs to look at this one again; may be lost, and repeats are merged."""
    _bell().ring([(channel(f"team:{team_id}"), f"run:{run_id}")])


def partial(run_id: object, attempt_id: object, task_key: str, text: str) -> None:
    """Show what an attempt has written so far; `text` is all of it, each call replaces the last. May be lost.

    Its last word may be half a secret and waits for its end; the cut comes after the secrets have gone.
    """
    whole = text[: len(text) - redact.unfinished(text)]
    shown = redact.redact(whole)[-PARTIAL_CHARS:]
    said = {"attempt": str(attempt_id), "task": task_key, "text": shown}
    _bell().ring([(channel(f"run:{run_id}"), json.dumps(said))])


def tally() -> Tally:
    return _bell().tally


def channel(stream: str) -> str:
    return PREFIX + stream


def stream_of(name: bytes) -> str:
    return name.decode("ascii", "replace").removeprefix(PREFIX)


def read(message: bytes) -> Hint | Changed | Partial | None:
    """What a message says; None for everything this module did not write."""
    if message.isdigit():
        seq = int(message) if len(message) <= 19 else 0
        return Hint(seq) if 0 < seq <= LARGEST_SEQ else None
    if message.startswith(b"run:"):
        run = _uuid(message[4:].decode("ascii", "replace"))
        return Changed(run) if run else None
    return _read_partial(message) if message.startswith(b"{") and len(message) <= PARTIAL_CHARS * 12 + 500 else None


def _read_partial(message: bytes) -> Partial | None:
    try:
        said = json.loads(message)
    except (ValueError, RecursionError):
        return None
    attempt, task, text = (said.get(name) for name in ("attempt", "task", "text"))
    if not (isinstance(attempt, str) and isinstance(task, str) and isinstance(text, str)):
        return None
    known = _uuid(attempt)
    return Partial(known, task[:80], text[-PARTIAL_CHARS:]) if known else None


def _uuid(said: str) -> str:
    try:
        return str(uuid.UUID(said))
    except ValueError:
        return ""


class _Bell:
    """One client per process. After a failure it rests, so that a dead or frozen Redis holds nobody up twice."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._lock = threading.Lock()
        self._quiet_until = 0.0
        self._rest_s = REST_S

    def ring(self, messages: list[tuple[str, str]]) -> None:
        if not messages:
            return
        if time.monotonic() < self._quiet_until:
            self.tally.lost += len(messages)
            return
        try:
            pipeline = _client().pipeline(transaction=False)
            for name, said in messages:
                pipeline.execute_command("PUBLISH", name, said)
            pipeline.execute()
        except (redis.RedisError, OSError, ValueError) as error:
            self._rest(len(messages), error)
        else:
            self.tally.sent += len(messages)
            self._rest_s = REST_S

    def _rest(self, lost: int, error: Exception) -> None:
        with self._lock:
            self.tally.lost += lost
            self.tally.last_error = type(error).__name__
            if time.monotonic() < self._quiet_until:
                return
            self._quiet_until = time.monotonic() + self._rest_s
            log.warning("doorbell.lost", error=type(error).__name__, rest_s=self._rest_s)
            self._rest_s = min(self._rest_s * 2, REST_MAX_S)


@functools.cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )


@functools.cache
def _bell() -> _Bell:
    return _Bell()


def _forget() -> None:
    """A forked child must not talk over its parent's connection, nor wait for its lock."""
    _client.cache_clear()
    _bell.cache_clear()


os.register_at_fork(after_in_child=_forget)
