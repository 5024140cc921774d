"""Moving a branch: one winner, no move by the dead, and a state after every crash that tells what happened."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from conductor.lib import git
from conductor.lib.errors import ConductorError, LeaseLost, StaleVersion
from conductor.lib.git import command, refs, repairs
from tests.conductor.lib.git import repositories as real

BRANCH = "conductor/abcd1234/main"
ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A branch at its base, and commits c0 to c9 on top of it that are in the store already."""
    directory = tmp_path_factory.mktemp("pattern")
    repository = real.make_repository(directory / "repository")
    for number in range(10):
        real.git(repository, "checkout", "-q", "-B", f"c{number}", "main")
        real.commit_files(repository, {f"f{number}": "x"}, f"c{number}")
    real.git(repository, "checkout", "-q", "main")
    store = directory / "store"
    git.create_branch(store, BRANCH, git.mirror(git.check_source(str(repository)), store))
    return store


@pytest.fixture
def store(pattern: Path, tmp_path: Path) -> Path:
    return shutil.copytree(pattern, tmp_path / "store")


@pytest.fixture
def base(store: Path) -> str:
    return git.head(store, BRANCH)


@pytest.fixture
def new(store: Path) -> str:
    return git.head(store, "c1")


def test_landing_moves_the_branch_and_takes_the_intent(store: Path, base: str, new: str) -> None:
    git.record_intent(store, "a1", new)
    assert git.intent(store, "a1") == new
    assert not git.landed(store, BRANCH, new)
    git.land(store, "a1", BRANCH, base, new)
    assert git.head(store, BRANCH) == new
    assert git.intent(store, "a1") is None
    assert git.landed(store, BRANCH, new)


def test_landing_twice_is_landing_once(store: Path, base: str, new: str) -> None:
    git.record_intent(store, "a1", new)
    for _ in range(2):
        git.land(store, "a1", BRANCH, base, new)
    assert git.head(store, BRANCH) == new


def test_branch_can_be_born_by_landing(store: Path, new: str) -> None:
    git.record_intent(store, "a1", new)
    git.land(store, "a1", "conductor/abcd1234/api", None, new)
    assert git.head(store, "conductor/abcd1234/api") == new


def test_landing_what_is_there_already_takes_the_intent(store: Path, base: str) -> None:
    git.record_intent(store, "a1", base)
    git.land(store, "a1", BRANCH, base, base)
    assert git.intent(store, "a1") is None


def test_landing_without_intent_is_refused(store: Path, base: str, new: str) -> None:
    with pytest.raises(LeaseLost):
        git.land(store, "a1", BRANCH, base, new)
    assert git.head(store, BRANCH) == base


def test_landing_something_else_than_intended_is_refused(store: Path, base: str, new: str) -> None:
    git.record_intent(store, "a1", git.head(store, "c2"))
    with pytest.raises(ConductorError):
        git.land(store, "a1", BRANCH, base, new)
    assert git.head(store, BRANCH) == base


def test_moved_branch_is_stale_and_the_next_merge_lands(store: Path, base: str, new: str) -> None:
    other = git.head(store, "c2")
    git.record_intent(store, "a1", new)
    git.record_intent(store, "a2", other)
    git.land(store, "a1", BRANCH, base, new)
    with pytest.raises(StaleVersion):
        git.land(store, "a2", BRANCH, base, other)
    assert git.intent(store, "a2") == other
    merged = git.merge_in_memory(store, new, other)
    assert isinstance(merged, git.Merged)
    git.record_intent(store, "a2", merged.commit)
    git.land(store, "a2", BRANCH, new, merged.commit)
    assert git.landed(store, BRANCH, new)
    assert git.landed(store, BRANCH, other)


def test_worker_that_wakes_after_abandon_moves_nothing(store: Path, base: str, new: str) -> None:
    git.record_intent(store, "a1", new)
    for _ in range(2):
        git.abandon(store, "a1")
    for _ in range(2):
        with pytest.raises(LeaseLost):
            git.land(store, "a1", BRANCH, base, new)
        with pytest.raises(LeaseLost):
            git.record_intent(store, "a1", new)
    assert git.head(store, BRANCH) == base


def test_attempt_abandoned_before_its_intent_stays_shut(store: Path, base: str, new: str) -> None:
    git.abandon(store, "a1")
    with pytest.raises(LeaseLost):
        git.record_intent(store, "a1", new)
    assert git.intent(store, "a1") is None


def test_abandon_after_landing_undoes_nothing(store: Path, base: str, new: str) -> None:
    git.record_intent(store, "a1", new)
    git.land(store, "a1", BRANCH, base, new)
    git.abandon(store, "a1")
    assert git.landed(store, BRANCH, new)


def test_landing_nobody_wrote_down_can_be_taken_back_while_it_is_the_last(store: Path, base: str, new: str) -> None:
    git.record_intent(store, "a1", new)
    git.land(store, "a1", BRANCH, base, new)
    git.abandon(store, "a1")
    assert git.take_back(store, BRANCH, base, new)
    assert git.head(store, BRANCH) == base
    assert not git.take_back(store, BRANCH, base, new)
    assert git.head(store, BRANCH) == base


def test_landing_that_others_built_on_is_not_taken_back(store: Path, base: str, new: str) -> None:
    merged = git.merge_in_memory(store, new, git.head(store, "c2"))
    assert isinstance(merged, git.Merged)
    for attempt, old, commit in (("a1", base, new), ("a2", new, merged.commit)):
        git.record_intent(store, attempt, commit)
        git.land(store, attempt, BRANCH, old, commit)
    assert not git.take_back(store, BRANCH, base, new)
    assert git.head(store, BRANCH) == merged.commit


def test_forgotten_attempt_leaves_no_ref(store: Path, new: str) -> None:
    git.record_intent(store, "a1", new)
    git.abandon(store, "a1")
    git.forget(store, "a1")
    git.forget(store, "a1")
    assert not [ref for ref in real.git(store, "for-each-ref", "--format=%(refname)").split() if ref.endswith("/a1")]


def test_start_of_a_branch_is_safe_to_repeat(store: Path, base: str, new: str) -> None:
    git.create_branch(store, BRANCH, base)
    with pytest.raises(StaleVersion):
        git.create_branch(store, BRANCH, new)


def test_many_writers_race_and_each_win_is_one_step(store: Path, base: str) -> None:
    """Two writers and more: every landing starts where the last one ended, and none is lost."""
    outcomes: list[str] = []
    barrier = threading.Barrier(6)

    def write(number: int) -> None:
        mine = git.head(store, f"c{number}")
        barrier.wait()
        while True:
            old = git.head(store, BRANCH)
            merged = git.merge_in_memory(store, old, mine)
            assert isinstance(merged, git.Merged)
            git.record_intent(store, f"a{number}", merged.commit)
            try:
                git.land(store, f"a{number}", BRANCH, old, merged.commit)
            except StaleVersion:
                outcomes.append("stale")
                continue
            outcomes.append("landed")
            return

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("landed") == 6
    assert all(git.landed(store, BRANCH, git.head(store, f"c{number}")) for number in range(6))
    assert real.git(store, "for-each-ref", refs.INTENTS) == ""


def at_once(*calls: Callable[[], str]) -> list[str]:
    """What each call said, started together; the class name of an error counts as its word."""
    barrier = threading.Barrier(len(calls))
    said: list[str] = []

    def start(call: Callable[[], str]) -> None:
        barrier.wait()
        try:
            said.append(call())
        except ConductorError as error:
            said.append(type(error).__name__)

    threads = [threading.Thread(target=start, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


def land(store: Path, attempt: str, branch: str, old: str, new: str) -> str:
    git.land(store, attempt, branch, old, new)
    return "landed"


def test_two_writers_with_one_base_have_one_winner(store: Path, base: str) -> None:
    commits = [git.head(store, f"c{number}") for number in (1, 2)]
    for number in range(8):
        branch = f"conductor/abcd1234/round-{number}"
        git.create_branch(store, branch, base)
        for index, commit in enumerate(commits):
            git.record_intent(store, f"{number}-{index}", commit)
        calls = [partial(land, store, f"{number}-{index}", branch, base, new) for index, new in enumerate(commits)]
        assert at_once(*calls) == ["StaleVersion", "landed"]


def test_land_and_abandon_at_once_have_one_outcome(store: Path, base: str, new: str) -> None:
    def abandon(attempt: str) -> str:
        git.abandon(store, attempt)
        return "abandoned"

    for number in range(12):
        branch, attempt = f"conductor/abcd1234/race-{number}", f"race-{number}"
        git.create_branch(store, branch, base)
        git.record_intent(store, attempt, new)
        said = at_once(partial(land, store, attempt, branch, base, new), partial(abandon, attempt))
        assert said in (["abandoned", "landed"], ["LeaseLost", "abandoned"])
        assert git.landed(store, branch, new) == ("landed" in said)
        assert git.intent(store, attempt) is None


# -- crashes ----------------------------------------------------------------------------------------------------------


def test_crash_between_intent_and_landing_heals_by_the_intent(store: Path, base: str, new: str) -> None:
    """F65: nothing moved; the intent says what was meant, and the next worker either lands or abandons it."""
    program = f"""
import os, signal
from pathlib import Path
from conductor.lib import git
git.record_intent(Path({str(store)!r}), "a1", {new!r})
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert git.intent(store, "a1") == new
    assert not git.landed(store, BRANCH, new)
    git.abandon(store, "a1")
    assert git.head(store, BRANCH) == base


def test_crash_after_landing_is_seen_by_landed(store: Path, base: str, new: str) -> None:
    """F65: the branch moved, nobody wrote it down; a second landing of the same is a no-op."""
    git.record_intent(store, "a1", new)
    git.land(store, "a1", BRANCH, base, new)
    assert git.landed(store, BRANCH, new)
    other = git.head(store, "c2")
    merged = git.merge_in_memory(store, new, other)
    assert isinstance(merged, git.Merged)
    git.record_intent(store, "a2", merged.commit)
    git.land(store, "a2", BRANCH, new, merged.commit)
    git.land(store, "a1", BRANCH, base, new)
    assert git.head(store, BRANCH) == merged.commit


def test_crash_inside_the_move_leaves_branch_and_intent_to_compare(store: Path, base: str, new: str) -> None:
    """The branch is written before the intent is taken, so the worst rest is an intent that has landed."""
    git.record_intent(store, "a1", new)
    real.git(store, "update-ref", f"refs/heads/{BRANCH}", new)
    assert git.landed(store, BRANCH, new)
    git.land(store, "a1", BRANCH, base, new)
    assert git.intent(store, "a1") is None
    assert git.landed(store, BRANCH, new)


# -- repair -----------------------------------------------------------------------------------------------------------


def age(path: Path, seconds: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch()
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def test_old_locks_go_and_young_ones_stay(store: Path, base: str, new: str) -> None:
    old = [age(store / name, 4000) for name in (f"refs/heads/{BRANCH}.lock", "packed-refs.lock", "HEAD.lock")]
    young = age(store / "refs/conductor/intent/a9.lock", 1)
    scrap = age(store / "objects/pack/tmp_pack_x", 4000)
    (store / "conductor-import-x").mkdir()
    age(store / "conductor-import-x", 4000)
    assert len(git.repair(store)) == 5
    assert not any(path.exists() for path in (*old, scrap, store / "conductor-import-x"))
    assert young.exists()
    assert git.repair(store) == ()
    git.record_intent(store, "a1", new)
    git.land(store, "a1", BRANCH, base, new)


def test_left_over_lock_blocks_until_repaired(
    store: Path, base: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    git.record_intent(store, "a1", new)
    age(store / f"refs/heads/{BRANCH}.lock", 4000)
    monkeypatch.setattr(command, "NEUTRAL", {**command.NEUTRAL, "core.filesRefLockTimeout": "100"})
    with pytest.raises(git.GitFailed) as caught:
        git.land(store, "a1", BRANCH, base, new)
    assert caught.value.retryable
    assert git.head(store, BRANCH) == base
    git.repair(store)
    git.land(store, "a1", BRANCH, base, new)


def test_nothing_is_repaired_under_a_working_git(store: Path) -> None:
    lock = age(store / "packed-refs.lock", 4000)
    with subprocess.Popen(
        ["git", "--git-dir", str(store), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as busy:
        assert repairs.git_at_work(store)
        assert git.repair(store) == ()
        assert lock.exists()
        assert busy.stdin is not None
        busy.stdin.close()
    assert git.repair(store) == ("packed-refs.lock",)


def test_repair_of_a_missing_store_is_nothing(tmp_path: Path) -> None:
    assert git.repair(tmp_path / "none") == ()
