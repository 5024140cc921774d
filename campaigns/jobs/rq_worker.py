"""Our RQ worker: no fork per job, one queue, an allow-list of functions, no retry, no maintenance, no scheduler.

RQ hands out places; what a job does, and whether it did, is known to the database alone.
"""

from __future__ import annotations

import logging
import threading
import zlib
from collections.abc import Callable
from typing import Any

import redis
from django.db import close_old_connections
from django_rq.queues import get_queue
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import SimpleWorker
from rq.exceptions import DequeueTimeout, NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from conductor.lib import jobqueue
from conductor.lib.clock import timing

log = logging.getLogger("conductor.worker")

ALLOWED = frozenset({jobqueue.TAKE_PLACE})
POP_S = 2
HISTORY_TTL_S = 420
#: A function's name, a run's id, a queue's name.
LARGEST_JOB = 10_000


class RefusedJob(Exception):
    """A job in the queue names a function that is not ours to call."""


class PlaceJob(Job):
    """A job whose function must be on the list, judged before anything is imported.

    Of what Redis holds only the call is read, and only if it is as small as one of ours: what cannot be read is passed
    over like a job that is not there any more.
    """

    def refresh(self) -> None:
        size, data = self.connection.hstrlen(self.key, "data"), b""
        if 0 < size <= LARGEST_JOB:
            data = _unpacked(self.connection.hget(self.key, "data"))
        if not data:
            log.warning("job passed over", extra={"job": str(self.id)[:80], "size": size})
            raise NoSuchJobError("There is no job of ours under this id.")
        self.restore({b"data": data})

    def perform(self) -> Any:
        if self.func_name not in ALLOWED:
            raise RefusedJob(f"The queue holds a job for {self.func_name!r}, which is not allowed.")
        return self.func(*self.args)


def _unpacked(packed: object) -> bytes:
    """The content, or nothing where it is not packed as RQ packs it, or larger than a job of ours."""
    if not isinstance(packed, bytes):
        return b""
    unpack = zlib.decompressobj()
    try:
        content = unpack.decompress(packed, LARGEST_JOB)
    except zlib.error:
        return b""
    return content if unpack.eof else b""


class PlaceWorker(SimpleWorker):
    """One process, one queue, one job at a time, until `stopping` says so."""

    def __init__(self, queue_name: str, *, name: str, stopping: threading.Event, recycle: Callable[[], bool]) -> None:
        connection = redis.Redis.from_url(
            jobqueue.url(),
            socket_timeout=POP_S + 10,
            socket_connect_timeout=2,
            health_check_interval=30,
            retry=Retry(NoBackoff(), 0),  # `serve` waits and tries again, and looks for a stop between
        )
        queue = get_queue(queue_name, connection=connection, job_class=PlaceJob)
        self.stopping = stopping
        self.recycle = recycle
        self.registered = False
        self.current: Job | None = None
        super().__init__([queue], name=name, connection=connection, job_class=PlaceJob, serializer=JSONSerializer)

    def _set_ip_address(self, connection: Any) -> None:
        self.ip_address = "unknown"

    def serve(self) -> None:
        """The work loop. Redis may come and go: nothing is decided by it, so its errors are waited out."""
        wait = 0.2
        while not self.stopping.is_set() and not self.recycle():
            try:
                if not self.registered:
                    self._register()
                job = self._pop()
                wait = 0.2
            except (RedisError, ValueError, OSError) as error:
                log.warning("queue not reachable: %s", error.__class__.__name__)
                self.registered = False
                self.stopping.wait(wait)
                wait = min(wait * 2, timing().RING_AGAIN_S / 2)
                continue
            if job is not None:
                self._do(job)
        self._leave()

    def _register(self) -> None:
        """Enter RQ's list. RQ refuses a name it knows, but ours is new with each process: what it knows is our past."""
        self.connection.delete(self.key)
        self.register_birth()
        self.registered = True

    def _pop(self) -> Job | None:
        try:
            found = self.queue_class.dequeue_any(
                self.queues, POP_S, connection=self.connection, job_class=PlaceJob, serializer=self.serializer
            )
        except DequeueTimeout:
            self.heartbeat()
            return None
        except (ValueError, NoSuchJobError):  # an id that is none; RQ has taken it out of the queue
            return None
        if found is None:
            return None
        job, queue = found
        with self.connection.pipeline(transaction=False) as pipeline:
            pipeline.lrem(queue.intermediate_queue_key, 1, job.id)
            pipeline.delete(job.key)
            pipeline.execute()
        return job

    def _do(self, job: Job) -> None:
        """Perform a job. It has left the queue already: a crash here is found by the witness, not by RQ."""
        close_old_connections()
        self.current = job
        try:
            job.perform()
            self.successful_job_count += 1
        except RefusedJob as error:
            log.error("job refused: %s", error)
            self.failed_job_count += 1
        except Exception:  # a fault of ours must not end the worker; the run's witness rings again
            log.exception("place failed", extra={"job": job.id})
            self.failed_job_count += 1
        finally:
            self.current = None

    def beat(self) -> None:
        """Called by the heartbeat thread: keep RQ's own view of this worker alive. Errors are shrugged off."""
        if not self.registered:
            return  # a beat would make an entry without a birth, which RQ would then hold against us
        try:
            self.heartbeat(HISTORY_TTL_S)
        except (RedisError, OSError) as error:
            log.debug("rq heartbeat missed: %s", error.__class__.__name__)

    def _leave(self) -> None:
        try:
            self.register_death()
        except (RedisError, OSError) as error:
            log.debug("rq death not registered: %s", error.__class__.__name__)
