"""G2, G3, G6, G14, G17: processes killed without warning. Each test says what must be there afterwards."""

from __future__ import annotations

import pytest
from django.utils import timezone

from conductor.lib.clock import Timing
from tests.faults import scenes
from tests.faults.stack import (
    Started,
    family,
    kill,
    patience_s,
    recovery_s,
    tries,
    wait_for_end,
    wait_for_workers,
    wait_until,
    wait_until_gone,
    worker_pids,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.postgres]

#: G17: what survives its worker this long is an orphan.
ORPHAN_S = 2.0


def test_a_killed_workers_task_is_tried_again_and_gives_one_version(s: Started) -> None:
    s.script({"copy": {"mode": "slow", "seconds": 600}})
    s.workers(2)
    s.witness()
    run = scenes.start(scenes.brief(copy=["scripted"]))
    first = s.wait_for_start("copy")
    s.script({})
    kill(first["pid"])
    again = s.wait_for_start("copy", 2, patience_s())
    wait_for_end(s, run)
    assert run.state == "completed"
    assert tries(run, "copy") == ["lost", "succeeded"]
    assert run.tasks.get(key="copy").crashes == 1
    assert run.versions.filter(artifact__slot="copy").count() == 1
    assert again["pid"] != first["pid"]
    print(f"recovery after a killed worker: {again['at'] - first['at']:.2f} s, at most {recovery_s():.2f} s promised")


def test_a_killed_agent_is_a_failed_try_and_its_worker_lives(s: Started) -> None:
    s.script({"a": {"mode": "hang"}})
    supervisor = s.workers(1)
    run = scenes.start(scenes.graph(scenes.task("a", max_attempts=2)))
    worker = s.wait_for_start("a")["pid"]
    wait_until(lambda: len(family(worker)) > 2, told=s.told)
    s.script({})
    for agent in reversed(family(worker)[1:]):
        agent.kill()
    s.witness()
    wait_for_end(s, run)
    assert run.state == "completed"
    assert tries(run, "a") == ["failed", "succeeded"]
    assert run.tasks.get().crashes == 0
    assert worker_pids(supervisor) == [worker]


def test_nothing_outlives_a_killed_supervisor_and_the_next_one_finishes(s: Started) -> None:
    s.script({"a": {"mode": "fork_tree"}, "b": {"mode": "ignore_term"}})
    supervisor = s.workers(2)
    run = scenes.start(scenes.graph(scenes.task("a"), scenes.task("b"), scenes.task("c", "a", "b")))
    s.wait_for_start("a")
    s.wait_for_start("b")
    wait_until(lambda: len(family(supervisor.pid)) >= 3 + 2 * 3, told=s.told)
    below = family(supervisor.pid)[1:]
    supervisor.kill()
    took = wait_until_gone(below, ORPHAN_S)
    s.script({})
    s.workers(2)
    s.witness()
    wait_for_end(s, run)
    assert run.state == "completed"
    assert tries(run, "a") == tries(run, "b") == ["lost", "succeeded"]
    print(f"{len(below)} processes below a killed supervisor were gone after {took:.2f} s")


def test_no_agent_outlives_its_killed_worker(s: Started) -> None:
    s.script({"a": {"mode": "fork_tree"}})
    s.workers(1)
    run = scenes.start(scenes.graph(scenes.task("a")))
    worker = s.wait_for_start("a")["pid"]
    wait_until(lambda: len(family(worker)) >= 6, told=s.told)
    below = family(worker)[1:]
    s.script({})
    kill(worker)
    took = wait_until_gone(below, ORPHAN_S)
    s.witness()
    wait_for_end(s, run)
    assert tries(run, "a") == ["lost", "succeeded"]
    print(f"{len(below)} processes below a killed worker were gone after {took:.2f} s")


def test_a_killed_witness_is_replaced_by_another(s: Started) -> None:
    s.script({"a": {"mode": "hang"}})
    s.workers(1)
    first = s.witness()
    run = scenes.start(scenes.graph(scenes.task("a")))
    worker = s.wait_for_start("a")["pid"]
    s.script({})
    first.kill()
    kill(worker)
    s.witness()
    wait_for_end(s, run)
    assert run.state == "completed"
    assert tries(run, "a") == ["lost", "succeeded"]


def test_without_a_witness_live_runs_go_on_and_crashed_ones_wait_for_the_next(s: Started, t: Timing) -> None:
    s.script({"crashed": {"mode": "hang"}})
    s.workers(1)
    wait_for_workers(s, 1)
    crashed = scenes.start(scenes.graph(scenes.task("crashed")))
    kill(s.wait_for_start("crashed")["pid"])
    s.script({})
    living = scenes.start(scenes.graph(scenes.task("a"), scenes.task("b", "a"), scenes.task("c", "b")))
    wait_for_end(s, living)
    wait_until(lambda: not crashed.attempts.filter(lease_until__gt=timezone.now()).exists(), patience_s())
    assert tries(crashed, "crashed") == ["running"]
    s.witness()
    wait_for_end(s, crashed)
    assert tries(crashed, "crashed") == ["lost", "succeeded"]


def test_a_task_that_takes_three_workers_down_fails_as_poison_and_others_go_on(s: Started) -> None:
    s.script({"poison": {"mode": "hang"}})
    s.workers(2)
    s.witness()
    run = scenes.start(scenes.graph(scenes.task("poison", max_attempts=5), scenes.task("after", "poison")))
    for number in range(1, 4):
        kill(s.wait_for_start("poison", number, patience_s())["pid"])
    other = scenes.start(scenes.graph(scenes.task("a"), scenes.task("b", "a")))
    wait_for_end(s, other, run, seconds=patience_s(2))
    assert other.state == "completed"
    assert run.state == "failed"
    poisoned = run.tasks.get(key="poison")
    assert (poisoned.state, poisoned.error["code"], poisoned.failures) == ("failed", "poison", 0)
    assert tries(run, "poison") == ["lost", "lost", "lost"]
    assert run.tasks.get(key="after").state == "blocked"
