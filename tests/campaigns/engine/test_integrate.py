"""Landings that go wrong: refused by git, overtaken by the end of the run, left half-way, given up and taken back."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest

from campaigns.actions.checkpoints import restore_checkpoint, save_checkpoint
from campaigns.actions.runs import start_run
from campaigns.engine import integrate, outbox, sweeps, workspace
from campaigns.engine.place import take_place
from campaigns.kinds.plan_file import read
from campaigns.models import Attempt, Campaign, Event, Merge, Run, Team
from campaigns.permissions import SYSTEM
from campaigns.states import AttemptState, Queue
from campaigns.transitions.accept import database_now
from campaigns.transitions.shapes import Fault, Finish
from conductor.lib import git
from conductor.lib.errors import LeaseLost
from tests.campaigns.engine.drive import drive, make_station
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh, make_due, states
from tests.factories import make_campaign
from tests.faults.scenes import git as run_git
from tests.faults.scenes import make_repository

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "repo")


def start(team: Team, repository: Path, *keys: str, tries: int = 1, **settings: object) -> Run:
    """A run of tasks in a row that each write a file of their own, and are tried once if not said otherwise."""
    tasks = [
        {"key": key, "command": ["sh", "-c", f"echo {key} > {key}.txt"], "max_attempts": tries, "needs": list(needs)}
        for key, needs in zip(keys, [(), *((key,) for key in keys)], strict=False)
    ]
    plan = read({"version": 1, "goal": "Write files", "tasks": tasks})
    campaign = make_campaign(
        team, kind="coding", goal="g", repository=str(repository), plan=plan, settings=dict(settings)
    )
    return start_run(campaign_id=campaign.pk, actor=SYSTEM)


def after_the_end(run: Run) -> list[str]:
    """Types of the events behind the last end of the run."""
    told = list(Event.objects.filter(stream_id=run.pk).order_by("seq").values_list("type", flat=True))
    last = max(n for n, name in enumerate(told) if name == f"run.{run.state}")
    return told[last + 1 :]


def lock_branch(monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    """From the intent on, another process holds git's lock of the run's branch, as one that crashed would."""
    lock = workspace.store_of(run) / "refs" / "heads" / f"{workspace.branch_of(run)}.lock"
    record = git.record_intent

    def recorded(store: Path, attempt_id: str, new: str) -> None:
        record(store, attempt_id, new)
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()

    monkeypatch.setattr(git, "record_intent", recorded)
    return lock


def test_a_landing_that_git_refuses_ends_the_run_and_is_given_up_after_it(
    team: Team, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(team, repository, "a")
    lock = lock_branch(monkeypatch, run)
    drive(run)
    lock.unlink()
    assert (run.state, states(run)) == ("failed", {"a": "failed"})
    assert Merge.objects.get(run=run).state == "abandoned"
    assert after_the_end(run) == ["post.merge_abandoned"]
    assert sweeps.integrations(database_now(), SYSTEM) == 0


def test_the_lock_of_a_git_that_was_killed_holds_up_one_attempt_only(
    team: Team, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(team, repository, "a", tries=2)
    lock = workspace.store_of(run) / "refs" / "heads" / f"{workspace.branch_of(run)}.lock"
    record = git.record_intent
    left: list[Path] = []

    def recorded(store: Path, attempt_id: str, new: str) -> None:
        record(store, attempt_id, new)
        if not left:
            lock.parent.mkdir(parents=True, exist_ok=True)
            lock.touch()
            os.utime(lock, (time.time() - 60,) * 2)
            left.append(lock)

    monkeypatch.setattr(git, "record_intent", recorded)
    drive(run)
    assert states(run) == {"a": "ready"}
    make_due(run)
    sweeps.integrations(database_now(), SYSTEM)
    drive(run)
    assert (run.state, states(run)) == ("completed", {"a": "completed"})
    assert list(Attempt.objects.filter(run=run).order_by("number").values_list("state", flat=True)) == [
        "failed",
        "succeeded",
    ]
    assert not lock.exists()


def work_until_the_second_has_landed(run: Run) -> list[Run]:
    """Work at the run; when its second task has landed and this is not yet told, somebody restores a checkpoint."""
    station = make_station(Queue.LONG)
    children: list[Run] = []

    def restore(point: str) -> None:
        if point == "before_finish" and states(run)["a"] == "completed" and not children:
            saved = save_checkpoint(run_id=run.pk, actor=SYSTEM)
            children.append(restore_checkpoint(checkpoint_id=saved.pk, actor=SYSTEM))

    station.sync = restore
    while take_place(station, run.pk, Queue.LONG):
        pass
    run.refresh_from_db()
    return children


def files_on(place: Path, run: Run) -> list[str]:
    """The files on the run's branch, in the store or in the user's repository."""
    return run_git(place, "ls-tree", "--name-only", workspace.branch_of(run)).split()


def test_a_landing_overtaken_by_a_restore_is_given_up_and_neither_stays_on_the_branch_nor_is_published(
    team: Team, repository: Path
) -> None:
    run = start(team, repository, "a", "b")
    (child,) = work_until_the_second_has_landed(run)
    assert (run.state, states(run)) == ("cancelled", {"a": "completed", "b": "cancelled"})
    assert files_on(repository, run) == ["README", "a.txt"]
    assert files_on(workspace.store_of(run), run) == ["README", "a.txt"]
    assert set(after_the_end(run)) == {"post.late_result", "post.merge_abandoned"}
    assert drive(child).state == "completed"
    assert files_on(repository, child) == ["README", "a.txt", "b.txt"]


# --- One landing at a time, on a store of our own ------------------------------------------------------------------


class Yard:
    """A run of independent tasks on a repository, the workers that hold them, and commits on the run's branch."""

    def __init__(self, team: Team, repository: Path, work: Path, *keys: str) -> None:
        self.run = begin(*(spec(key, priority=n) for n, key in enumerate(keys)), team=team)
        Campaign.objects.filter(pk=self.run.campaign_id).update(repository=str(repository))
        self.run = fresh(self.run)
        self.store, self.branch = workspace.ensure_branch(self.run)
        self.work = work
        self.hands = {key: Hand(self.run) for key in keys}
        self.claims = {key: hand.claim(key) for key, hand in self.hands.items()}
        Attempt.objects.filter(run=self.run).update(lease_until=database_now() + timedelta(minutes=5))

    def commit(self, name: str, text: str) -> str:
        """A commit on the repository's one, in the store."""
        place = self.work / f"{name}-{text}"
        run_git(None, "clone", "-q", self.run.campaign.repository, str(place))
        (place / name).write_text(f"{text}\n")
        run_git(place, "add", ".")
        run_git(place, "-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", name)
        run_git(self.store, "fetch", "-q", str(place), "HEAD")
        return run_git(place, "rev-parse", "HEAD").strip()

    def land(self, key: str, commit: str) -> tuple[UUID | None, Fault | None]:
        return integrate.integrate(self.claims[key], self.store, self.branch, commit, actor=SYSTEM)

    def finish(self, key: str, merge_id: UUID | None) -> None:
        self.hands[key].turn(Finish(self.claims[key], AttemptState.SUCCEEDED, merge_id=merge_id))
        outbox.deliver_due(database_now(), SYSTEM)

    def files(self) -> list[str]:
        return files_on(self.store, self.run)


@pytest.fixture
def yard(team: Team, repository: Path, tmp_path: Path) -> Yard:
    return Yard(team, repository, tmp_path, "a", "b")


def test_two_changes_of_different_files_both_land(yard: Yard) -> None:
    commits = {"a": yard.commit("a.txt", "a"), "b": yard.commit("b.txt", "b")}
    for key, commit in commits.items():
        merge_id, fault = yard.land(key, commit)
        assert fault is None
        yard.finish(key, merge_id)
    assert yard.files() == ["README", "a.txt", "b.txt"]
    assert fresh(yard.run).state == "completed"


def test_two_changes_of_one_line_conflict_by_name_and_the_branch_stays(yard: Yard) -> None:
    merge_id, _ = yard.land("a", yard.commit("README", "mine"))
    yard.finish("a", merge_id)
    merge_id, fault = yard.land("b", yard.commit("README", "yours"))
    assert merge_id is None
    assert fault is not None
    assert (fault.code, fault.kind, "README" in fault.message) == ("merge_conflict", "retriable", True)
    assert run_git(yard.store, "show", f"{yard.branch}:README") == "mine\n"


def test_what_is_on_the_branch_already_lands_without_a_merge(yard: Yard) -> None:
    commit = yard.commit("a.txt", "a")
    merge_id, _ = yard.land("a", commit)
    yard.finish("a", merge_id)
    assert yard.land("b", commit) == (None, None)
    yard.finish("b", None)
    assert Merge.objects.count() == 1


def test_a_branch_that_moved_meanwhile_is_merged_with_anew(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = yard.commit("a.txt", "a"), yard.commit("b.txt", "b")
    record = git.record_intent
    moves = [other]

    def recorded(store: Path, attempt_id: str, new: str) -> None:
        record(store, attempt_id, new)
        if moves:
            run_git(store, "update-ref", f"refs/heads/{yard.branch}", moves.pop())

    monkeypatch.setattr(git, "record_intent", recorded)
    merge_id, fault = yard.land("a", mine)
    assert (merge_id is not None, fault) == (True, None)
    yard.finish("a", merge_id)
    assert yard.files() == ["README", "a.txt", "b.txt"]
    assert Merge.objects.get().state == "landed"
    yard.hands["b"].release(yard.claims["b"])


def test_while_another_landing_is_open_it_waits_and_gives_up_as_a_passing_fault(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.land("a", yard.commit("a.txt", "a"))
    monkeypatch.setattr(integrate, "WAIT_S", 0.3)
    merge_id, fault = yard.land("b", yard.commit("b.txt", "b"))
    assert merge_id is None
    assert fault is not None
    assert (fault.kind, "busy" in fault.message) == ("transient", True)
    yard.finish("a", Merge.objects.get().pk)
    yard.hands["b"].release(yard.claims["b"])


def test_a_landing_whose_worker_vanished_is_taken_back_by_the_next_that_waits(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.land("a", yard.commit("a.txt", "a"))
    waits = SimpleNamespace(sleep=lambda seconds: yard.hands["a"].vanish(yard.claims["a"]))
    monkeypatch.setattr(integrate, "time", waits)
    merge_id, fault = yard.land("b", yard.commit("b.txt", "b"))
    assert fault is None
    yard.finish("b", merge_id)
    assert yard.files() == ["README", "b.txt"]
    assert dict(Merge.objects.values_list("attempt__task__key", "state")) == {"a": "abandoned", "b": "landed"}


def test_whoever_lost_the_lease_may_not_even_intend_and_one_given_up_never_lands(yard: Yard) -> None:
    commit = yard.commit("a.txt", "a")
    yard.land("a", commit)
    yard.hands["a"].vanish(yard.claims["a"])
    with pytest.raises(LeaseLost):
        yard.land("a", yard.commit("c.txt", "c"))
    assert integrate.recover(yard.run.pk, SYSTEM) == 1
    assert integrate.recover(yard.run.pk, SYSTEM) == 0
    with pytest.raises(LeaseLost):
        git.record_intent(yard.store, str(yard.claims["a"].attempt_id), commit)
    assert yard.files() == ["README"]
    yard.hands["b"].release(yard.claims["b"])


def test_two_who_recover_the_same_landing_do_it_once(yard: Yard) -> None:
    merge_id, _ = yard.land("a", yard.commit("a.txt", "a"))
    assert merge_id is not None
    integrate._recover_one(yard.run.pk, merge_id, SYSTEM)
    assert Merge.objects.get().state == "intended", "its worker lives"
    yard.hands["a"].vanish(yard.claims["a"])
    for _ in range(2):
        integrate._recover_one(yard.run.pk, merge_id, SYSTEM)
    assert Event.objects.filter(type="merge.abandoned").count() == 1
    yard.hands["b"].release(yard.claims["b"])
