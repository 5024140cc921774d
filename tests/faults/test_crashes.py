"""G2, G3, G6, G14, G17: processes killed without warning. Each test says what must be there afterwards."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import psutil
import pytest
import redis
from django.utils import timezone

from campaigns.actions.runs import cancel_run
from campaigns.models import Outbox, Task
from campaigns.permissions import SYSTEM
from tests.faults import scenes
from tests.faults.stack import (
    Started,
    family,
    kill,
    names_below,
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


def test_a_killed_workers_agents_die_and_its_task_is_tried_again_and_gives_one_version(s: Started) -> None:
    s.script({"copy": {"mode": "fork_tree"}})
    s.workers(2)
    s.witness()
    run = scenes.start(scenes.brief(copy=["scripted"]))
    first = s.wait_for_start("copy")
    wait_until(lambda: len(family(first["pid"])) >= 6, told=s.told)
    below = family(first["pid"])[1:]
    s.script({})
    kill(first["pid"])
    killed = time.time()
    gone_s = wait_until_gone(below, ORPHAN_S)
    again = s.wait_for_start("copy", 2, patience_s())
    wait_for_end(s, run)
    assert run.state == "completed"
    assert tries(run, "copy") == ["lost", "succeeded"]
    assert run.tasks.get(key="copy").crashes == 1
    assert run.versions.filter(artifact__slot="copy").count() == 1
    assert again["pid"] != first["pid"]
    print(f"{len(below)} processes below a killed worker were gone after {gone_s:.2f} s")
    print(f"another worker had its task after {again['at'] - killed:.2f} s; {recovery_s():.2f} s are promised")


def test_a_killed_agent_is_a_failed_try_and_its_worker_lives(s: Started) -> None:
    s.script({"a": {"mode": "hang"}})
    supervisor = s.workers(1)
    run = scenes.start(scenes.graph(scenes.task("a", max_attempts=2)))
    worker = s.wait_for_start("a")["pid"]
    wait_until(lambda: len(family(worker)) > 2, told=s.told)
    s.script({})
    for agent in reversed(family(worker)[1:]):
        with contextlib.suppress(psutil.NoSuchProcess):  # it may have gone with the one below it
            agent.kill()
    s.witness()
    wait_for_end(s, run)
    assert run.state == "completed"
    assert tries(run, "a") == ["failed", "succeeded"]
    assert run.tasks.get().crashes == 0
    assert worker_pids(supervisor) == [worker]


def test_nothing_outlives_a_power_cut_and_everything_goes_on_after_it(
    s: Started, redis_client: redis.Redis, tmp_path: Path
) -> None:
    """Supervisor and witness are killed, and Redis forgets everything. What was completed is not done again.

    One agent is a sandboxed command that detaches and does not listen.
    """
    s.script({"tree": {"mode": "fork_tree"}, "deaf": {"mode": "ignore_term"}, "task": {"mode": "slow", "seconds": 0.1}})
    supervisor = s.workers(4, 1)
    witness = s.witness()
    detaches = {"key": "x", "command": ["sh", "-c", "trap '' TERM; setsid sleep 600 & setsid sleep 600"]}
    sandboxed = scenes.start(scenes.coding(scenes.make_repository(tmp_path / "repository"), detaches))
    runs = [
        scenes.start(scenes.graph(scenes.task("tree"), scenes.task("deaf"), scenes.task("after", "tree", "deaf"))),
        scenes.start(scenes.graph(*(scenes.task(f"t{n}", *([f"t{n - 2}"] if n > 1 else [])) for n in range(40)))),
        scenes.start(scenes.brief()),
    ]
    workers = [s.wait_for_start(key)["pid"] for key in ("tree", "deaf")]
    wait_until(lambda: all(len(family(pid)) >= 3 for pid in workers), told=s.told)
    wait_until(lambda: Task.objects.filter(state="completed").count() >= 8, told=s.told)
    wait_until(lambda: names_below(supervisor.pid).count("sleep") >= 2 + 5, told=s.told)
    below = family(supervisor.pid)[1:]
    witness.kill()
    supervisor.kill()
    took = wait_until_gone(below, ORPHAN_S)
    redis_client.flushall()
    done = set(Task.objects.filter(state="completed").values_list("pk", flat=True))
    s.script({})
    s.workers(3)
    s.witness()
    wait_for_end(s, *runs)
    cancel_run(run_id=sandboxed.pk, actor=SYSTEM)
    wait_for_end(s, sandboxed)
    wait_until(lambda: not Outbox.objects.exists(), patience_s(), told=s.told)  # its branch is published after its end
    assert [run.state for run in runs] == ["completed"] * 3
    assert tries(runs[0], "tree") == tries(runs[0], "deaf") == ["lost", "succeeded"]
    twice = [task.key for task in Task.objects.filter(pk__in=done) if task.tries.count() != 1]
    assert not twice, "what was completed before the cut was done again"
    print(f"{len(below)} processes below a killed supervisor were gone after {took:.2f} s")


def test_without_a_witness_live_runs_go_on_and_crashed_ones_wait_for_the_next(s: Started) -> None:
    s.script({"crashed": {"mode": "hang"}})
    s.workers(1)
    wait_for_workers(s, 1)
    s.witness().kill()
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
