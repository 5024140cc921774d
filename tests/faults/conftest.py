"""What every fault test gets: processes, and after it a look at everything that must always hold."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import redis

from campaigns.actions.checkpoints import signing_key
from campaigns.models import Attempt, Dependency
from campaigns.queries.invariants import violations
from campaigns.states import AttemptState, Requires
from conductor.lib import clock
from tests.conftest import environment_of_processes
from tests.faults.nursery import Nursery
from tests.faults.stack import Started, stack


@pytest.fixture(scope="session")
def nursery(django_db_setup: None) -> Iterator[Nursery]:
    made = Nursery(environment_of_processes())
    yield made
    made.close()


@pytest.fixture
def s(
    nursery: Nursery, process_environment: dict[str, str], redis_client: redis.Redis, tmp_path: Path
) -> Iterator[Started]:
    """The processes of this test; when they are gone, the database, the oracle and the logs must agree."""
    with NoDeadlocks(), stack(nursery, process_environment, tmp_path / "stack") as started:
        yield started
    assert_sound(started)


@pytest.fixture
def sound(transactional_db: None) -> Iterator[None]:
    """The same look for tests that need no processes."""
    with NoDeadlocks():
        yield
    assert_sound(None)


def assert_sound(started: Started | None) -> None:
    given = started.given if started else ()
    found = violations(quiet_s=0, given=given, signing_key=signing_key())
    assert not found, "\n".join(f"{v.check} {v.subject}: {v.words}" for v in found)
    if started is not None:
        assert_oracle_agrees(started)


def assert_oracle_agrees(started: Started) -> None:
    """I22: nobody worked on an attempt that is not there, or twice on one; a result that was taken was really made."""
    begun = [line["attempt"] for line in started.heard("start")]
    done = {line["attempt"] for line in started.heard("finish")}
    stored = {str(pk): state for pk, state in Attempt.objects.values_list("pk", "state")}
    assert len(begun) == len(set(begun)), "an attempt was worked on twice"
    assert set(begun) <= set(stored), f"work on attempts that are not stored: {set(begun) - set(stored)}"
    won = {pk for pk in begun if stored[pk] == AttemptState.SUCCEEDED}
    assert won <= done, f"results were taken that nobody made: {won - done}"
    assert_in_order(started, won)


def assert_in_order(started: Started, won: set[str]) -> None:
    """G13, seen from outside: whoever needs another's success began after its accepted result was made."""
    began = {line["attempt"]: line["at"] for line in started.heard("start")}
    made = {line["attempt"]: line["at"] for line in started.heard("finish")}
    tasks = {str(pk): task for pk, task in Attempt.objects.filter(pk__in=won).values_list("pk", "task_id")}
    made_of = {tasks[attempt]: made[attempt] for attempt in won}
    edges: dict[UUID, list[UUID]] = {}
    for task, needed in Dependency.objects.filter(requires=Requires.SUCCESS).values_list("task_id", "needs_id"):
        edges.setdefault(task, []).append(needed)
    for attempt in won:
        for needed in edges.get(tasks[attempt], ()):
            late = needed in made_of and made_of[needed] > began[attempt]
            assert not late, f"attempt {attempt} began before its need {needed} was done"


class NoDeadlocks:
    """I29: the database's own log tells of no deadlock. Where the server is not ours, its log cannot be read."""

    def __init__(self) -> None:
        self.log = Path(os.environ["CONDUCTOR_TEST_FOLDER"]) / "postgres" / "postgres.log"
        self.known = self.log.exists() and "CONDUCTOR_TEST_DATABASE_URL" not in os.environ

    def __enter__(self) -> None:
        self.read_from = self.log.stat().st_size if self.known else 0

    def __exit__(self, *failed: object) -> None:
        if self.known:
            with self.log.open("rb") as log:
                log.seek(self.read_from)
                assert b"deadlock detected" not in log.read()


@pytest.fixture
def t() -> clock.Timing:
    return clock.timing()
