"""G4, G5, F11: workers that stood still beyond their lease, and wake up to find that others did their work."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from campaigns.actions.checkpoints import restore_checkpoint, save_checkpoint
from campaigns.models import Event, LedgerEntry, Merge, Outbox, Run
from campaigns.permissions import SYSTEM
from conductor.lib.clock import Timing
from tests.faults import scenes
from tests.faults.stack import Started, kill, patience_s, tries, wait_for_end, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.postgres]


def late_results(run: Run) -> list[str]:
    events = Event.objects.filter(stream_id=run.pk, type="post.late_result").order_by("seq")
    return [str(pk) for pk in events.values_list("attempt_id", flat=True)]


def test_a_frozen_workers_result_is_refused_when_it_wakes(s: Started, t: Timing) -> None:
    """One was paying when it froze, one was nearly done. Both wake after the run has ended without them."""
    s.script({"copy": {"calls": 2, "micros": 70, "pause": 1.0}, "short_copy": {"mode": "slow", "seconds": 1.0}})
    s.workers(2)
    s.witness()
    slots = {"copy": ["scripted"], "short_copy": ["scripted"]}
    run = scenes.start(scenes.brief(**slots))
    wait_until(lambda: s.heard("paid", "copy"), told=s.told)
    frozen = {name: s.wait_for_start(name) for name in slots}
    for line in frozen.values():
        kill(line["pid"], signal.SIGSTOP)
    s.script({})
    s.workers(1)
    wait_for_end(s, run)
    assert run.state == "completed"
    history = run.last_event_seq
    for line in frozen.values():
        kill(line["pid"], signal.SIGCONT)
    wait_until(lambda: len(late_results(run)) == 2, told=s.told)
    run.refresh_from_db()
    assert set(late_results(run)) == {line["attempt"] for line in frozen.values()}
    assert run.last_event_seq == history + 2, "a late worker changed more than the trace it leaves"
    for slot in slots:
        assert tries(run, slot) == ["lost", "succeeded"]
        assert run.versions.filter(artifact__slot=slot).count() == 1
    assert [line["call"] for line in s.heard("paid", "copy")] == [1], "a second call was begun without a lease"
    wait_until(lambda: LedgerEntry.objects.filter(run=run, kind="settle").count() == 1, 2 * patience_s())
    assert LedgerEntry.objects.get(run=run, kind="settle").micros == 70, "what it had spent is not in the books"


def test_a_worker_frozen_before_it_told_of_its_landing_moves_no_branch(s: Started, tmp_path: Path) -> None:
    repository = scenes.make_repository(tmp_path / "repository")
    run = scenes.start(scenes.coding(repository, {"key": "a", "command": ["sh", "-c", "date +%N > a.txt"]}))
    frozen = s.standing_at("before_finish", "long")
    kill(frozen, signal.SIGSTOP)
    s.workers(0, 1)
    s.witness()
    wait_for_end(s, run)
    wait_until(lambda: not Outbox.objects.exists(), told=s.told)
    assert run.state == "completed"
    branch = Merge.objects.get(state="landed").branch
    landed = scenes.git(repository, "rev-parse", branch)
    s.go_on()
    kill(frozen, signal.SIGCONT)
    wait_until(lambda: late_results(run), told=s.told)
    assert tries(run, "a") == ["lost", "succeeded"]
    assert scenes.git(repository, "rev-parse", branch) == landed
    assert sorted(Merge.objects.values_list("state", flat=True)) == ["abandoned", "landed"]


def test_a_restore_overtakes_a_landing_of_which_nobody_was_told(s: Started, tmp_path: Path) -> None:
    """The branch has moved, its worker stands still, and the run ends: after its end it is given up and taken back."""
    repository = scenes.make_repository(tmp_path / "repository")
    run = scenes.start(scenes.coding(repository, {"key": "a", "command": ["sh", "-c", "date +%N > a.txt"]}))
    s.standing_at("before_finish", "long")
    saved = save_checkpoint(run_id=run.pk, actor=SYSTEM)
    child = restore_checkpoint(checkpoint_id=saved.pk, actor=SYSTEM)
    s.witness()
    s.workers(0, 1)
    wait_for_end(s, child)
    wait_until(lambda: Merge.objects.get(run=run).state == "abandoned", patience_s(), told=s.told)
    s.go_on()
    wait_until(lambda: late_results(run), told=s.told)
    wait_until(lambda: not Outbox.objects.exists(), patience_s(), told=s.told)
    run.refresh_from_db()
    assert (run.state, tries(run, "a")) == ("cancelled", ["cancelled"])
    assert (child.state, tries(child, "a")) == ("completed", ["succeeded"])
    told = list(Event.objects.filter(stream_id=run.pk).order_by("seq").values_list("type", flat=True))
    assert sorted(told[told.index("run.cancelled") + 1 :]) == ["post.late_result", "post.merge_abandoned"]
    branches = scenes.git(repository, "for-each-ref", "--format=%(refname)", "refs/heads/conductor").split()
    assert branches == [f"refs/heads/{Merge.objects.get(run=child).branch}"]
