"""F36 to F41 (G10, G14, G17): agents that hang, ignore TERM, detach, hold pipes, flood."""

from __future__ import annotations

import signal
import time

import psutil
import pytest

from campaigns.actions.runs import cancel_run
from campaigns.models import Attempt, Run
from campaigns.permissions import SYSTEM
from conductor.lib.clock import Timing
from tests.faults import scenes
from tests.faults.stack import SLACK_S, Started, alive, family, kill, tries, wait_for_end, wait_until, wait_until_gone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.postgres]

#: F40: no worker may grow beyond this while its agent floods it.
WORKER_MB = 200
#: G10: agents on a reachable host are dead so long after the answer to a cancel; the run is over a little later.
DEAD_S, OVER_S = 10.0, 15.0


def scaled(seconds: float, t: Timing) -> float:
    """A bound that is made of the engine's intervals, at this test's scale; the machine's own share stays."""
    return seconds * t.LEASE_S / 30.0 + 1.5


def test_agents_are_dead_soon_after_a_cancel_whatever_they_do(s: Started, t: Timing) -> None:
    modes = ("hang", "ignore_term", "fork_tree", "keep_pipe", "flood")
    s.script({mode: {"mode": mode} for mode in ("hang", "ignore_term", "fork_tree")})
    s.workers(3)
    runs = [scenes.start(scenes.graph(scenes.task(mode), scenes.task("after", mode))) for mode in modes[:3]]
    workers = [s.wait_for_start(mode)["pid"] for mode in modes[:3]]
    wait_until(lambda: all(len(family(pid)) >= 3 for pid in workers), told=s.told)
    time.sleep(0.3)  # the trees are grown
    agents = [p for pid in workers for p in family(pid)[1:]]
    began = time.monotonic()
    for run in runs:
        assert cancel_run(run_id=run.pk, reason="enough", actor=SYSTEM).state == "cancelling"
    wait_until_gone(agents, scaled(DEAD_S, t))
    dead_s = time.monotonic() - began
    wait_for_end(s, *runs, seconds=scaled(OVER_S, t))
    over_s = time.monotonic() - began
    print(f"after a cancel {len(agents)} processes were gone in {dead_s:.2f} s, the runs over in {over_s:.2f} s")
    for run, mode in zip(runs, modes[:3], strict=True):
        assert run.state == "cancelled"
        assert tries(run, mode) == ["cancelled"]
        assert tries(run, "after") == []
        assert run.tasks.get(key="after").state == "cancelled"
    assert alive(psutil.Process(pid) for pid in workers) != []


def test_a_cancelled_run_ends_although_its_worker_is_gone(s: Started, t: Timing) -> None:
    """G10 where nobody is left to hear it: the lease runs out, and the witness ends what was being cancelled."""
    s.script({"a": {"mode": "hang"}})
    s.workers(1)
    s.witness()
    run = scenes.start(scenes.graph(scenes.task("a"), scenes.task("b", "a")))
    worker = s.wait_for_start("a")["pid"]
    s.processes[0].send_signal(signal.SIGSTOP)  # its supervisor shall not start another
    kill(worker)
    began = time.monotonic()
    assert cancel_run(run_id=run.pk, actor=SYSTEM).state == "cancelling"
    wait_for_end(s, run, seconds=scaled(45.0, t))
    print(f"a run without a worker was over {time.monotonic() - began:.2f} s after its cancel")
    assert (run.state, tries(run, "a"), tries(run, "b")) == ("cancelled", ["lost"], [])


def test_an_agent_beyond_its_limit_is_timed_out_and_its_worker_lives(s: Started, t: Timing) -> None:
    timeout = 1.05 * t.LEASE_S  # the witness sees by then, and must not take the attempt for lost
    modes = {"hang": "timed_out", "ignore_term": "timed_out", "fork_tree": "timed_out"}
    s.script({mode: {"mode": mode} for mode in modes})
    s.workers(3)
    s.witness()
    runs: dict[str, Run] = {
        mode: scenes.start(scenes.graph(scenes.task(mode, timeout=timeout, max_attempts=1))) for mode in modes
    }
    workers = {mode: s.wait_for_start(mode) for mode in modes}
    wait_for_end(s, *runs.values(), seconds=timeout + scaled(OVER_S, t) + SLACK_S)
    for mode, run in runs.items():
        assert tries(run, mode) == [modes[mode]], mode
        assert run.tasks.get().error["code"] == "agent_timeout"
        assert run.tasks.get().crashes == 0
        attempt = Attempt.objects.get(run=run)
        took = (attempt.finished_at - attempt.started_at).total_seconds()
        assert took < timeout + scaled(6.0, t)
        pid = int(workers[mode]["pid"])
        assert len(family(pid)) == 1, "the worker is gone, or something of the agent is left"


def test_floods_and_held_pipes_cost_neither_memory_nor_time(s: Started, t: Timing) -> None:
    s.script({mode: {"mode": mode} for mode in ("flood", "flood_line", "keep_pipe")})
    s.workers(3)
    graphs = {m: scenes.graph(scenes.task(m, timeout=60, max_attempts=1)) for m in ("flood", "flood_line", "keep_pipe")}
    runs = {mode: scenes.start(campaign) for mode, campaign in graphs.items()}
    workers = [psutil.Process(s.wait_for_start(mode)["pid"]) for mode in runs]
    largest = 0.0

    def over() -> bool:
        nonlocal largest
        largest = max(largest, *(p.memory_info().rss / 2**20 for p in workers))
        return not Run.objects.filter(pk__in=[r.pk for r in runs.values()], finished_at=None).exists()

    wait_until(over, 30, told=s.told)
    for mode in ("flood", "flood_line"):
        task = runs[mode].tasks.get()
        assert (task.state, task.error["code"]) == ("failed", "agent_output_too_large")
    assert runs["keep_pipe"].tasks.get().state == "completed"
    assert largest < WORKER_MB
    assert all(len(family(p.pid)) == 1 for p in workers)
    print(f"the largest worker had {largest:.0f} MB while agents flooded")
