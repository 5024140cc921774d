"""Landings that go wrong: refused by git, overtaken by the end of the run, left half-way, given up and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.actions.checkpoints import restore_checkpoint, save_checkpoint
from campaigns.actions.runs import start_run
from campaigns.engine import sweeps, workspace
from campaigns.engine.place import take_place
from campaigns.kinds.plan_file import read
from campaigns.models import Event, Merge, Run, Team
from campaigns.permissions import SYSTEM
from campaigns.states import Queue
from campaigns.transitions.accept import database_now
from conductor.lib import git
from tests.campaigns.engine.drive import drive, make_station
from tests.campaigns.hands import states
from tests.factories import make_campaign
from tests.faults.scenes import git as run_git
from tests.faults.scenes import make_repository

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "repo")


def start(team: Team, repository: Path, *keys: str, **settings: object) -> Run:
    """A run of tasks in a row that each write a file of their own, and are tried once."""
    tasks = [
        {"key": key, "command": ["sh", "-c", f"echo {key} > {key}.txt"], "max_attempts": 1, "needs": list(needs)}
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
