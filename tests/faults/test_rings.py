"""F21 to F23 (G3, G16, S49): rings that were lost, came three times, came late, or were written by somebody else."""

from __future__ import annotations

import json
import time
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer

from campaigns.actions.runs import cancel_run
from campaigns.models import Event, Run
from campaigns.permissions import SYSTEM
from conductor.lib import jobqueue
from conductor.lib.clock import Timing
from tests.faults import scenes
from tests.faults.stack import Started, tries, wait_for_end, wait_for_workers, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.postgres]

KEY = "rq:queue:short"


def chain(length: int = 6) -> list[dict[str, object]]:
    keys = [f"t{number}" for number in range(length)]
    return [scenes.task(key, *keys[:number][-1:]) for number, key in enumerate(keys)]


def test_lost_tripled_reversed_and_stale_rings_change_nothing(s: Started, redis_client: redis.Redis, t: Timing) -> None:
    over = scenes.start(scenes.brief())
    s.workers(3)
    s.witness()
    wait_for_end(s, over)
    history = over.last_event_seq
    supervisors = s.processes[0]
    supervisors.terminate()
    supervisors.wait(30)

    lost = scenes.start(scenes.graph(*chain()))
    redis_client.delete(KEY)
    runs = [lost] + [scenes.start(scenes.graph(*chain())) for _ in range(10)]
    ids = redis_client.lrange(KEY, 0, -1)
    redis_client.rpush(KEY, *reversed(ids), *ids)
    for run in runs[1:]:
        jobqueue.ring(run.pk, "short", 3)
    for _ in range(5):
        jobqueue.ring(over.pk, "short", 2)
        jobqueue.ring(uuid4(), "short", 2)
    s.workers(3)
    wait_for_end(s, *runs)
    for run in runs:
        assert run.state == "completed"
        assert [tries(run, f"t{number}") for number in range(6)] == [["succeeded"]] * 6
    wait_until(lambda: redis_client.llen(KEY) == 0, told=s.told)
    over.refresh_from_db()
    assert over.last_event_seq == history, "a stale ring changed a run that had ended"


def test_jobs_of_strangers_are_refused_before_anything_is_imported(
    s: Started, redis_client: redis.Redis, tmp_path: Path
) -> None:
    marker = tmp_path / "was-here"
    queue = Queue("short", connection=redis_client, serializer=JSONSerializer)
    queue.enqueue_many(
        [
            Queue.prepare_data("os.system", args=(f"touch {marker}",)),
            Queue.prepare_data("campaigns.jobs.places.take_place", args=("not an id", "short")),
            Queue.prepare_data("campaigns.jobs.places.take_place", args=(str(uuid4()), "elsewhere")),
            Queue.prepare_data("campaigns.jobs.places.work_as", args=(None,)),
        ]
    )
    redis_client.hset("rq:job:pickled", mapping={"data": b"\x80\x04.", "created_at": "2026-01-01T00:00:00Z"})
    redis_client.hset("rq:job:torn", mapping={"data": json.dumps([1])})
    redis_client.rpush(KEY, "pickled", "torn", "missing")
    supervisor = s.workers(1)
    pids = wait_for_workers(s, 1)
    wait_until(lambda: redis_client.llen(KEY) == 0, told=s.told)
    run = scenes.start(scenes.brief())
    wait_for_end(s, run)
    assert run.state == "completed"
    assert not marker.exists()
    assert supervisor.poll() is None
    assert wait_for_workers(s, 1) == pids, "a job of a stranger ended the worker"
    assert not Event.objects.filter(type__startswith="post.").exists()


def test_lost_rings_are_found_although_others_arrive(s: Started, redis_client: redis.Redis, t: Timing) -> None:
    """One place arrives, two are lost. Those are rung again within the interval and a sweep."""
    s.script({key: {"mode": "slow", "seconds": 20 * t.RING_AGAIN_S} for key in "abc"})
    run = scenes.start(scenes.graph(*(scenes.task(key) for key in "abc")))
    assert redis_client.llen(KEY) == 1
    Run.objects.filter(pk=run.pk).update(rings_short=3)
    s.workers(3)
    s.witness()
    s.wait_for_start("a")
    began = time.monotonic()
    wait_until(lambda: len(s.heard("start")) == 3, t.RING_AGAIN_S + t.SWEEP_S + 15, told=s.told)
    print(f"lost places were rung again {time.monotonic() - began:.2f} s after the first task had started")
    cancel_run(run_id=run.pk, actor=SYSTEM)
    wait_for_end(s, run)
