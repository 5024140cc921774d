"""G20, G19: a worker and its queue, without processes: what Redis forgets, keeps or refuses must not stop it."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from pytest_django.fixtures import Settings

from campaigns.jobs import places
from campaigns.jobs.rq_worker import PlaceWorker
from conductor.embedded import redis as embedded
from conductor.lib import jobqueue

pytestmark = pytest.mark.faults


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs at which places were taken, in order."""
    found: list[str] = []
    monkeypatch.setattr(places, "take_place", lambda run_id, queue: found.append(run_id))
    return found


class Serving:
    """A worker that serves in a thread of the test until the block ends."""

    def __init__(self, first: Callable[[PlaceWorker], object] = lambda worker: None) -> None:
        self.stopping = threading.Event()
        self.worker = PlaceWorker("short", name=f"conductor-{uuid4()}", stopping=self.stopping, recycle=lambda: False)
        first(self.worker)
        self.thread = threading.Thread(target=self.worker.serve)

    def __enter__(self) -> PlaceWorker:
        self.thread.start()
        return self.worker

    def __exit__(self, *failed: object) -> None:
        self.stopping.set()
        self.thread.join(20)
        assert not self.thread.is_alive()


def wait_for(taken: list[str], count: int) -> None:
    until = time.monotonic() + 10
    while len(taken) < count and time.monotonic() < until:
        time.sleep(0.01)
    assert len(taken) == count


def test_a_heartbeat_before_the_first_job_does_not_keep_the_worker_from_working(
    redis_client: redis.Redis, taken: list[str]
) -> None:
    with Serving(first=lambda worker: worker.beat()):
        assert jobqueue.ring(uuid4(), "short", 1)
        wait_for(taken, 1)


def test_a_worker_works_on_after_its_connections_were_cut(redis_client: redis.Redis, taken: list[str]) -> None:
    with Serving() as worker:
        for number in range(1, 4):
            jobqueue.ring(uuid4(), "short", 1)
            wait_for(taken, number)
            redis_client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            worker.beat()
        jobqueue.forget_connections()


def test_a_frozen_redis_holds_a_caller_up_once_and_a_dead_one_not_at_all(tmp_path: Path, settings: Settings) -> None:
    server = embedded.start(tmp_path / "redis", tmp_path / "redis" / "r.sock", durable=False)
    try:
        settings.REDIS_URL = server.url
        jobqueue.forget_connections()
        assert jobqueue.ring(uuid4(), "short", 1)
        server.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        assert not any(jobqueue.ring(uuid4(), "short", 1) for _ in range(5))
        assert jobqueue.waiting("short") == 0
        assert time.monotonic() - began < 3.5
        server.process.send_signal(signal.SIGCONT)
        time.sleep(jobqueue.REST_S)
        assert jobqueue.ring(uuid4(), "short", 1)
        server.process.kill()
        server.process.wait()
        began = time.monotonic()
        assert not any(jobqueue.ring(uuid4(), "short", 1) for _ in range(5))
        assert time.monotonic() - began < 1  # less than one wait for an answer
    finally:
        server.process.send_signal(signal.SIGCONT)
        server.stop()
        jobqueue.forget_connections()
