"""F13, F14, F67 (G19): a deploy. Workers are asked to leave while they work."""

from __future__ import annotations

import signal
import time

import pytest

from campaigns.models import Attempt, Worker
from conductor.lib.clock import Timing
from tests.faults import scenes
from tests.faults.stack import SLACK_S, Started, alive, family, kill, tries, wait_for_end, wait_for_workers, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.postgres]


def test_a_draining_worker_finishes_what_it_holds_and_takes_nothing_new(s: Started, t: Timing) -> None:
    """The work takes longer than a lease: a draining worker keeps its lease alive."""
    s.script({key: {"mode": "slow", "seconds": 1.2 * t.LEASE_S} for key in "ab"})
    supervisor = s.workers(2, CONDUCTOR_DRAIN_S="60")
    s.witness()
    run = scenes.start(scenes.graph(scenes.task("a"), scenes.task("b"), scenes.task("c", "a", "b")))
    s.wait_for_start("a")
    s.wait_for_start("b")
    supervisor.send_signal(signal.SIGTERM)
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(t.LEASE_S + SLACK_S) == 0
    assert tries(run, "a") == tries(run, "b") == ["succeeded"]
    assert tries(run, "c") == [], "a draining worker took something new"
    assert not Worker.objects.filter(stopped_at=None).exists()
    s.workers(1)
    wait_for_end(s, run)
    assert run.state == "completed"


def test_what_does_not_finish_within_the_drain_time_is_handed_back_and_not_counted(s: Started, t: Timing) -> None:
    s.script({"a": {"mode": "fork_tree"}, "b": {"mode": "slow", "seconds": 600}})
    drain_s = t.DRAIN_S / 3
    supervisor = s.workers(2, CONDUCTOR_DRAIN_S="10")
    run = scenes.start(scenes.graph(scenes.task("a", max_attempts=1), scenes.task("b", max_attempts=1)))
    s.wait_for_start("a")
    s.wait_for_start("b")
    below = family(supervisor.pid)[1:]
    s.script({})
    asked = time.monotonic()
    supervisor.send_signal(signal.SIGTERM)
    s.workers(2)
    wait_for_end(s, run, seconds=drain_s + SLACK_S)
    took = time.monotonic() - asked
    supervisor.wait(drain_s + SLACK_S)
    assert run.state == "completed"
    for key in ("a", "b"):
        task = run.tasks.get(key=key)
        assert tries(run, key) == ["released", "succeeded"]
        assert (task.failures, task.crashes) == (0, 0)
    first, again = Attempt.objects.filter(task__key="a").order_by("number")
    assert (again.started_at - first.finished_at).total_seconds() < t.RING_AGAIN_S + 1
    assert not alive(below), "an agent outlived the drain"
    print(f"released after the drain time and done by others {took:.2f} s after SIGTERM (drain time {drain_s:.0f} s)")


def test_a_service_manager_that_signals_every_process_at_once_and_twice_is_a_drain_too(s: Started, t: Timing) -> None:
    """F14: TERM goes to the supervisor and to each worker, as it does where a whole group is told to stop."""
    s.script({key: {"mode": "slow", "seconds": t.LEASE_S / 2} for key in "ab"})
    supervisor = s.workers(2, CONDUCTOR_DRAIN_S="60")
    run = scenes.start(scenes.graph(scenes.task("a", max_attempts=1), scenes.task("b", max_attempts=1)))
    held = [s.wait_for_start(key)["pid"] for key in "ab"]
    for _ in range(2):
        for pid in (supervisor.pid, *held):
            kill(pid, signal.SIGTERM)
    assert supervisor.wait(t.LEASE_S + SLACK_S) == 0
    wait_for_end(s, run)
    assert run.state == "completed"
    assert tries(run, "a") == tries(run, "b") == ["succeeded"]
    assert not Worker.objects.filter(stopped_at=None).exists()


def test_a_rolling_deploy_under_load_fails_nothing(s: Started, t: Timing) -> None:
    """F67: supervisors replace one another while runs come in; nothing fails, is lost or is done twice."""
    s.script({key: {"mode": "slow", "seconds": 0.1} for key in ("a", "b")})
    s.witness()
    old = s.workers(2)
    wait_for_workers(s, 2)
    runs = []
    for _ in range(3):
        runs += [scenes.start(scenes.graph(scenes.task("a"), scenes.task("b", "a"))) for _ in range(6)]
        wait_until(lambda: len(s.heard("start")) > len(runs) // 2, told=s.told)
        new = s.workers(2)
        old.send_signal(signal.SIGTERM)
        assert old.wait(t.DRAIN_S + SLACK_S) == 0
        old = new
    wait_for_end(s, *runs)
    for run in runs:
        assert run.state == "completed"
        assert tries(run, "a") == tries(run, "b") == ["succeeded"]
