"""What must leave after a commit: at least once, put off when it fails, dead after some tries, never by two at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from campaigns.engine import outbox
from campaigns.engine.sweeps import outbox_left
from campaigns.models import Outbox, Run, Team
from campaigns.permissions import SYSTEM
from campaigns.transitions.accept import database_now
from conductor.lib.errors import Unavailable
from tests.campaigns.graphs import spec
from tests.campaigns.hands import begin

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(team: Team) -> Run:
    return begin(spec("a"), team=team)


def left(run: Run | None) -> Outbox:
    now = database_now()
    return Outbox.objects.create(topic="test", run_id=run.pk if run else None, created_at=now, not_before=now)


@pytest.fixture
def delivered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[UUID]]:
    """Deliveries of the topic `test`; the first ones fail as told."""

    def with_troubles(*troubles: Exception) -> list[UUID]:
        done: list[UUID] = []
        waiting = list(troubles)

        def topic(run_id: UUID, actor: Any) -> None:
            if waiting:
                raise waiting.pop(0)
            done.append(run_id)

        monkeypatch.setitem(outbox.TOPICS, "test", topic)
        return done

    return with_troubles


def test_what_is_due_leaves_once(run: Run, delivered: Callable[..., list[UUID]]) -> None:
    done = delivered()
    left(run)
    assert (outbox_left(database_now(), SYSTEM), outbox_left(database_now(), SYSTEM)) == (1, 0)
    assert done == [run.pk]
    assert not Outbox.objects.exists()


def test_only_what_belongs_to_the_run_leaves_with_it(run: Run, delivered: Callable[..., list[UUID]]) -> None:
    done = delivered()
    left(run)
    left(None)
    assert outbox.deliver_due(database_now(), SYSTEM, run_id=run.pk) == 1
    assert outbox.deliver_due(database_now(), SYSTEM) == 1, "a row without a run has nothing to do and is dropped"
    assert done == [run.pk]


@pytest.mark.parametrize("trouble", [Unavailable("The repository is away."), OSError("No space left.")])
def test_what_fails_is_put_off_and_tried_again(
    run: Run, delivered: Callable[..., list[UUID]], trouble: Exception
) -> None:
    done = delivered(trouble)
    row, now = left(run), database_now()
    assert outbox.deliver_due(now, SYSTEM) == 0
    row.refresh_from_db()
    assert (row.tries, row.dead_at, str(trouble) in row.last_error) == (1, None, True)
    assert outbox.deliver_due(now, SYSTEM) == 0, "not yet"
    assert outbox.deliver_due(now + timedelta(seconds=3), SYSTEM) == 1
    assert done == [run.pk]


def test_after_some_tries_it_is_dead_and_kept_with_its_reason(run: Run, delivered: Callable[..., list[UUID]]) -> None:
    delivered(*[Unavailable("Away.")] * 9)
    row, now = left(run), database_now()
    for tries in range(outbox.TRIES + 2):
        outbox.deliver_due(now + timedelta(hours=tries), SYSTEM)
    row.refresh_from_db()
    assert (row.tries, row.dead_at is not None, row.last_error) == (outbox.TRIES, True, "Away.")


def test_a_row_in_somebody_elses_hands_is_left_alone(run: Run, delivered: Callable[..., list[UUID]]) -> None:
    done = delivered()
    row, now = left(run), database_now()
    Outbox.objects.filter(pk=row.pk).update(not_before=now + timedelta(seconds=outbox.CLAIM_S))
    assert not outbox._deliver(row.pk, now, SYSTEM)
    assert done == []
    assert outbox.deliver_due(now + timedelta(seconds=outbox.CLAIM_S), SYSTEM) == 1, "whoever held it died"
