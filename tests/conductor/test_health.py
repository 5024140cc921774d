"""Liveness, and readiness check by check."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from campaigns.models import Service, Worker
from conductor import health
from conductor.lib import clock


@pytest.fixture
def staffed(db: None) -> None:
    """A witness and a worker on each queue, all alive."""
    now = clock.now()
    Service.objects.create(name="witness", host="h", pid=1, started_at=now, beat_at=now)
    for pid, queue in enumerate(("short", "long"), 2):
        Worker.objects.create(host="h", pid=pid, queue=queue, started_at=now, beat_at=now)


def ready(factory: RequestFactory) -> tuple[int, dict[str, Any]]:
    response = health.readyz(factory.get("/readyz"))
    return response.status_code, json.loads(response.content)


def test_a_living_process_says_so_without_a_database(rf: RequestFactory) -> None:
    assert health.healthz(rf.get("/healthz")).status_code == 200


def test_only_reading_methods_are_taken(rf: RequestFactory) -> None:
    assert health.healthz(rf.post("/healthz")).status_code == 405


@pytest.mark.usefixtures("staffed")
def test_ready_when_everything_answers(rf: RequestFactory) -> None:
    status, said = ready(rf)
    assert (status, said["status"]) == (200, "ready")
    assert set(said["checks"]) == {"database", "redis", "witness", "workers_short", "workers_long"}


@pytest.mark.usefixtures("db")
def test_without_witness_and_workers_each_is_named(rf: RequestFactory) -> None:
    status, said = ready(rf)
    assert (status, said["code"]) == (503, "unavailable")
    assert set(said["errors"]) == {"witness", "workers_short", "workers_long"}


@pytest.mark.usefixtures("staffed")
def test_an_old_sweep_is_not_ready(rf: RequestFactory) -> None:
    Service.objects.update(beat_at=clock.now() - timedelta(seconds=clock.timing().READY_AGE_S + 1))
    assert set(ready(rf)[1]["errors"]) == {"witness"}


@pytest.mark.usefixtures("staffed")
def test_workers_that_leave_do_not_count(rf: RequestFactory) -> None:
    Worker.objects.filter(queue="long").update(draining=True)
    assert set(ready(rf)[1]["errors"]) == {"workers_long"}


@pytest.mark.usefixtures("staffed")
def test_redis_down_is_said_and_the_rest_still_answers(rf: RequestFactory, settings: Any, tmp_path: Any) -> None:
    settings.REDIS_HASTY_URL = f"unix://{tmp_path}/none.sock"
    status, said = ready(rf)
    assert (status, set(said["errors"])) == (503, {"redis"})
    assert said["checks"]["witness"]["ok"]
