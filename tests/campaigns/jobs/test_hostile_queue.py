"""S49: whatever somebody who can write to Redis puts into a queue, the worker stays, small and at work."""

from __future__ import annotations

import json
import resource
import threading
import time
import zlib
from collections.abc import Mapping
from typing import Any

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer

from campaigns.jobs.rq_worker import PlaceWorker
from conductor.lib import jobqueue

KEY = "rq:queue:short"
DEEP = b"[" * 200_000 + b"]" * 200_000
WHEN = "2026-01-01T00:00:00.000000Z"
GOOD = zlib.compress(json.dumps(["campaigns.jobs.places.take_place", None, ["x", "short"], {}]).encode())

HASHES: dict[str, Mapping[Any, Any]] = {
    "deep data": {"data": DEEP, "created_at": WHEN},
    "deep meta": {"data": GOOD, "created_at": WHEN, "meta": DEEP},
    "deep dependencies": {"data": GOOD, "created_at": WHEN, "dependency_ids": DEEP},
    "deep packed data": {"data": zlib.compress(DEEP), "created_at": WHEN},
    "bomb": {"data": zlib.compress(b"[" + b" " * 300_000_000, 9), "created_at": WHEN},
    "large": {"data": b"x" * 30_000_000, "created_at": WHEN},
    "no time": {"data": GOOD, "created_at": "yesterday"},
    "bad bytes": {"data": GOOD, "created_at": b"\xff\xfe", "origin": b"\xff"},
    "bad numbers": {"data": GOOD, "created_at": WHEN, "timeout": "1e999", "result_ttl": "nan", "ttl": "x"},
    "bad names": {b"\xff": b"\xff"},
    "callbacks": {"data": GOOD, "created_at": WHEN, "success_callback_name": "os.system", "stopped_callback_name": "x"},
    "not packed": {"data": b"[1, 2]", "created_at": WHEN},
    "not a list": {"data": zlib.compress(b'{"a": 1}')},
    "not four": {"data": zlib.compress(b"[1, 2]")},
    "number as name": {"data": zlib.compress(b"[1, null, [], {}]")},
    "list as name": {"data": zlib.compress(b"[[], null, [], {}]")},
    "an instance": {"data": zlib.compress(json.dumps(["system", "os", ["true"], {}]).encode())},
    "names": {"data": zlib.compress(json.dumps([jobqueue.TAKE_PLACE, None, ["x"], {"queue": 5}]).encode())},
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_no_entry_of_the_queue_ends_the_worker(redis_client: redis.Redis) -> None:
    for words, fields in HASHES.items():
        name = words.replace(" ", "-")
        redis_client.hset(f"rq:job:{name}", mapping=dict(fields))
        redis_client.rpush(KEY, name)
    redis_client.set("rq:job:wrong-kind", "x")
    redis_client.rpush(KEY, "wrong-kind", "an id", b"\xff\xfe", "", "a" * 1_000_000, "../..", "missing")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    stopping = threading.Event()
    until = time.monotonic() + 60
    worker = PlaceWorker("short", name="hostile", stopping=stopping, recycle=lambda: time.monotonic() > until)
    empty = threading.Thread(target=_stop_when_empty, args=(redis_client, stopping))
    empty.start()
    began = time.monotonic()
    worker.serve()
    empty.join()
    assert time.monotonic() - began < 20, "each bad entry made the worker wait as if Redis were away"
    assert redis_client.llen(KEY) == 0
    assert worker.successful_job_count == 0
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mb < 150, f"{grown_mb:.0f} MB"


def test_a_job_as_rq_packs_it_is_read(redis_client: redis.Redis) -> None:
    """What the worker does not find is the run, not the job."""
    queue = Queue("short", connection=redis_client, serializer=JSONSerializer)
    queue.enqueue_many([Queue.prepare_data(jobqueue.TAKE_PLACE, args=("an id", "short"))])
    found = PlaceWorker("short", name="reads", stopping=threading.Event(), recycle=lambda: False)._pop()
    assert found is not None
    assert (found.func_name, list(found.args)) == (jobqueue.TAKE_PLACE, ["an id", "short"])


def _stop_when_empty(client: redis.Redis, stopping: threading.Event) -> None:
    until = time.monotonic() + 50
    while client.llen(KEY) and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(1)
    stopping.set()
