"""F51, F52 (G1, G12, G16): more than one of everything, deadlines and checkpoints."""

from __future__ import annotations

import signal
import time

import pytest

from campaigns.actions.checkpoints import restore_checkpoint
from campaigns.models import Checkpoint, Service
from campaigns.permissions import SYSTEM
from conductor.lib.clock import Timing
from conductor.lib.errors import BadInput
from tests.faults import scenes
from tests.faults.stack import (
    SLACK_S,
    Started,
    family,
    kill,
    patience_s,
    tries,
    wait_for_end,
    wait_for_workers,
    wait_until,
    wait_until_gone,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.postgres]


def test_three_witnesses_and_two_supervisors_do_no_harm(s: Started, t: Timing) -> None:
    """One witness stands still for a lease; a worker dies meanwhile. One attempt is lost, everything is done once."""
    s.script({"hangs": {"mode": "hang"}, "task": {"mode": "slow", "seconds": 0.02}})
    witnesses = [s.witness() for _ in range(3)]
    s.workers(2)
    s.workers(2)
    wait_for_workers(s, 4)
    wait_until(lambda: Service.objects.filter(name="witness").count() >= 3)
    graphs = [scenes.graph(*(scenes.task(f"t{n}", *([f"t{n - 4}"] if n > 3 else [])) for n in range(20))) for _ in "ab"]
    runs = [scenes.start(scenes.graph(scenes.task("hangs"))), *map(scenes.start, graphs)]
    victim = s.wait_for_start("hangs")["pid"]
    witnesses[0].send_signal(signal.SIGSTOP)
    s.script({})
    kill(victim)
    time.sleep(t.LEASE_S)
    witnesses[0].send_signal(signal.SIGCONT)
    wait_for_end(s, *runs)
    assert [run.state for run in runs] == ["completed"] * 3
    assert tries(runs[0], "hangs") == ["lost", "succeeded"]
    for run in runs[1:]:
        lost = run.attempts.exclude(state="succeeded")
        assert not lost.exclude(worker__pid=victim).exists()
        assert run.attempts.filter(state="succeeded").count() == 20
    assert all(witness.poll() is None for witness in witnesses)


def test_an_overdue_run_fails_by_itself_and_its_agents_die(s: Started, t: Timing) -> None:
    s.script({"a": {"mode": "ignore_term"}})
    s.workers(1)
    s.witness()
    run = scenes.start(scenes.graph(scenes.task("a"), scenes.task("b", "a"), deadline_s=2))
    worker = s.wait_for_start("a")["pid"]
    wait_until(lambda: len(family(worker)) >= 3, told=s.told)
    agents = family(worker)[1:]
    wait_for_end(s, run, seconds=2 + 60 * t.LEASE_S / 30 + SLACK_S)
    assert (run.state, run.end_code) == ("failed", "run_deadline")
    assert {task.state for task in run.tasks.all()} == {"cancelled"}
    wait_until_gone(agents, 2)


def test_restoring_a_checkpoint_fences_the_run_that_goes_on(s: Started, t: Timing) -> None:
    """G12: the worker dies before it saved a checkpoint, the witness saves it; restored while an agent works."""
    s.script({"c": {"mode": "hang"}})
    tasks = scenes.task("a"), scenes.task("b", "a"), scenes.task("c", "b"), scenes.task("d", "c")
    run = scenes.start(scenes.graph(*tasks, checkpoint_every=2))
    first = s.standing_at("after_finish")
    assert tries(run, "a") == ["succeeded"]
    kill(first)
    s.workers(2)
    s.witness()
    worker = s.wait_for_start("c", 1, patience_s())["pid"]
    wait_until(lambda: Checkpoint.objects.filter(run=run, completed=2).exists(), told=s.told)
    agents = family(worker)[1:]
    s.script({})
    saved = Checkpoint.objects.get(run=run, completed=2)
    payload = saved.payload
    Checkpoint.objects.filter(pk=saved.pk).update(payload=payload.replace('"a"', '"x"', 1))
    with pytest.raises(BadInput):
        restore_checkpoint(checkpoint_id=saved.pk, actor=SYSTEM)
    run.refresh_from_db()
    assert run.state == "running", "a forged checkpoint changed something"
    Checkpoint.objects.filter(pk=saved.pk).update(payload=payload)
    child = restore_checkpoint(checkpoint_id=saved.pk, actor=SYSTEM)
    wait_until_gone(agents, 10 * t.LEASE_S / 30 + 2)
    wait_for_end(s, run, child)
    assert (run.state, child.state) == ("cancelled", "completed")
    assert {key: tries(child, key) for key in "abcd"} == {"a": [], "b": [], "c": ["succeeded"], "d": ["succeeded"]}
    assert tries(run, "c") == ["cancelled"]
    assert tries(run, "d") == []
