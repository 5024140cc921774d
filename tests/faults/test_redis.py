"""F15 to F19 (G1, G6, G8, G20): Redis goes away, comes back empty, freezes, cuts its connections."""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from campaigns.models import Artifact, Event, Run, Task
from conductor.lib import jobqueue, push
from conductor.lib.clock import Timing
from tests.conftest import Person, make_person
from tests.faults import scenes
from tests.faults.own_redis import OwnRedis, own_redis
from tests.faults.stack import SLACK_S, Started, tries, wait_for_end, wait_for_workers, wait_until
from tests.faults.web import Web
from tests.websocket import WebSocket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.postgres]

#: F17: no request may hang longer, whatever Redis does.
REQUEST_S = 5.0
#: G8: from commit to socket.
EVENT_S = 2.0


@pytest.fixture
def own(s: Started, settings: Settings) -> Iterator[OwnRedis]:
    """Redis for this test's processes, and for the test as a client."""
    with tempfile.TemporaryDirectory(prefix="conductor-redis-") as folder, own_redis(Path(folder)) as server:
        settings.REDIS_URL = s.env["REDIS_URL"] = server.url
        _forget()
        yield server
        s.stop()
    _forget()


def _forget() -> None:
    jobqueue.forget_connections()
    push._forget()


def small_runs(count: int, **more: Any) -> list[Run]:
    """Runs of two tasks, one after the other."""
    two = scenes.task("a", **more), scenes.task("b", "a", **more)
    return [scenes.start(scenes.graph(*two)) for _ in range(count)]


def each_once(runs: list[Run]) -> None:
    for run in runs:
        assert run.state == "completed"
        assert tries(run, "a") == tries(run, "b") == ["succeeded"]


def test_runs_go_on_after_redis_was_gone_without_saving(s: Started, own: OwnRedis, t: Timing) -> None:
    """Meanwhile runs are accepted, and a supervisor that is asked to leave does so."""
    s.script({"a": {"mode": "slow", "seconds": 0.2}})
    leaving = s.workers(1)
    s.workers(2)
    s.witness()
    wait_for_workers(s, 3)
    runs = small_runs(10)
    s.wait_for_start("a")
    own.shut_down()
    runs += small_runs(5)
    time.sleep(2 * t.SWEEP_S)
    leaving.terminate()
    assert leaving.wait(10) == 0, "a worker could not leave without Redis"
    own.start()
    back = time.monotonic()
    behind = len(s.heard("start"))
    wait_until(lambda: len(s.heard("start")) > behind, t.RING_AGAIN_S + t.SWEEP_S + SLACK_S, told=s.told)
    print(f"after Redis came back empty, work went on after {time.monotonic() - back:.2f} s")
    wait_for_end(s, *runs)
    each_once(runs)


def test_everything_queued_is_rung_again_after_redis_was_emptied(s: Started, own: OwnRedis, t: Timing) -> None:
    s.witness()
    runs = small_runs(60)
    wait_until(lambda: own.waiting() >= 60)
    with own.client() as client:
        client.flushall()
    began = time.monotonic()
    wait_until(lambda: own.waiting() >= 60, t.RING_AGAIN_S + t.SWEEP_S + SLACK_S, told=s.told)
    took, most = time.monotonic() - began, t.RING_AGAIN_S + t.SWEEP_S
    print(f"60 runs were rung again {took:.2f} s after FLUSHALL; {most:.1f} s are promised")
    s.script({"a": {"mode": "slow", "seconds": 0.1}})
    s.workers(3)
    wait_until(lambda: Task.objects.filter(state="completed").count() > 10, told=s.told)
    with own.client() as client:
        client.flushall()
    wait_for_end(s, *runs, seconds=60)
    each_once(runs)


def test_workers_outlive_a_redis_that_freezes_is_full_and_cuts_connections(
    s: Started, own: OwnRedis, t: Timing
) -> None:
    supervisor = s.workers(2)
    s.witness()
    pids = set(wait_for_workers(s, 2))
    runs = small_runs(10)
    own.freeze()
    began = time.monotonic()
    runs += small_runs(1)
    assert time.monotonic() - began < REQUEST_S, "accepting waited too long for a frozen Redis"
    time.sleep(max(t.LEASE_S / 2, 3.0))  # at full timing longer than a worker waits for an answer
    own.thaw()
    wait_for_end(s, *runs)
    with own.client() as client:
        client.config_set("maxmemory", 1)  # F18: whatever would write is refused
        runs += small_runs(3)
        time.sleep(t.SWEEP_S)
        client.config_set("maxmemory", 0)
    wait_for_end(s, *runs)
    runs += small_runs(20)
    until = time.monotonic() + 3
    with own.client() as client:
        while time.monotonic() < until:
            client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            time.sleep(0.2)
    wait_for_end(s, *runs)
    each_once(runs)
    assert supervisor.poll() is None
    assert set(wait_for_workers(s, 2)) == pids, "a worker died of Redis"


def test_without_redis_accepting_reading_cancelling_and_streaming_work(s: Started, own: OwnRedis, t: Timing) -> None:
    """G20. Redis is first dead, then frozen; nobody works meanwhile, and work goes on by itself afterwards."""
    web = s.web().wait()
    s.workers(2)
    s.witness()
    wait_for_workers(s, 2)
    person = make_person("operator", scenes.team(), "operator")
    made = scenes.start(scenes.brief())
    wait_for_end(s, made)
    own.shut_down()
    kept = [_accept_read_and_stream(s, web, person)]
    own.start()
    own.freeze()
    kept.append(_accept_read_and_stream(s, web, person))
    for piece in Artifact.objects.filter(campaign=made.campaign_id).select_related("active"):
        assert piece.active
        said = web.post(f"/api/v1/artifacts/{piece.pk}/approve/", person.key, {"sha256": piece.active.sha256})
        assert said.status == 200, said.body
        assert said.seconds < REQUEST_S
    own.thaw()
    wait_for_end(s, *kept)
    assert [run.state for run in kept] == ["completed", "completed"]


def _accept_read_and_stream(s: Started, web: Web, person: Person) -> Run:
    """Accept two runs, read both, cancel one while somebody watches its socket. Gives the other."""
    accepted = []
    for campaign in (scenes.brief(), scenes.brief()):
        path = f"/api/v1/campaigns/{campaign.pk}/runs/"
        said = web.post(path, person.key, Idempotency_Key=str(campaign.pk))
        assert said.status == 202, said.body
        assert said.seconds < REQUEST_S
        accepted.append(Run.objects.get(pk=said.body["id"]))
        s.given.add(accepted[-1].pk)
        read = web.get(f"/api/v1/runs/{accepted[-1].pk}/", person.key)
        assert (read.status, read.body["state"]) == (200, "queued")
        assert read.seconds < REQUEST_S
    ready = web.get("/readyz", person.key)
    assert (ready.status, ready.body["checks"]["redis"]["ok"]) == (503, False)
    assert ready.seconds < REQUEST_S
    gone, kept = accepted
    seen, after_s = asyncio.run(_watch_cancel(web, person, gone))
    stored = list(Event.objects.filter(stream_id=gone.pk).order_by("seq").values_list("seq", flat=True))
    assert seen == stored, "the socket showed other events than are stored"
    assert after_s < EVENT_S, f"the end came {after_s:.2f} s after its commit"
    print(f"without Redis: the end of a run reached the socket {after_s:.2f} s after the answer to its cancel")
    return kept


async def _watch_cancel(web: Web, person: Person, run: Run) -> tuple[list[int], float]:
    """All event numbers that a socket shows of a run that is cancelled meanwhile; the delay of its last."""
    by_token = {"Authorization": f"Token {person.key}"}
    watching = await WebSocket.connect(web.port, f"/ws/runs/{run.pk}/?after=0", by_token)
    answered: list[float] = []

    def cancel() -> None:
        said = web.post(f"/api/v1/runs/{run.pk}/cancel/", person.key)
        answered.append(time.monotonic())
        assert said.status == 202, said.body
        assert said.seconds < REQUEST_S

    thread = threading.Thread(target=cancel)
    thread.start()
    seen: list[int] = []
    while True:
        frame = await watching.frame()
        seen.append(frame["seq"])
        if frame["type"] == "run.cancelled":
            break
    arrived = time.monotonic()
    thread.join()
    await watching.close()
    return seen, max(arrived - answered[0], 0.0)
