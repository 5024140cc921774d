"""Work at runs inside the test's process, as a worker would: no queue, no other process, real database."""

from __future__ import annotations

from campaigns.engine.place import Station, release, take_place
from campaigns.engine.pulse import Pulse
from campaigns.models import Run, Worker
from campaigns.permissions import Actor
from campaigns.states import RUN_ENDED, Queue
from campaigns.transitions.accept import database_now
from conductor.lib.ids import new_id

MOST_VISITS = 50


class Beaten(Pulse):
    """A pulse without a thread of its own: it renews when it is asked, so that a slow machine costs no trust."""

    def trusts_lease(self) -> bool:
        self._renew()
        return super().trusts_lease()


def make_station(queue: Queue = Queue.SHORT) -> Station:
    """A worker of this process."""
    now = database_now()
    row = Worker.objects.create(pk=new_id(), host="test", pid=1, queue=queue.value, started_at=now, beat_at=now)
    actor = Actor(None, f"worker:{row.pk}", "")
    return Station(row, Beaten(row, release=lambda claims: release(actor, claims)))


def drive(run: Run) -> Run:
    """Visit the run for both queues until it has ended or nothing can be done; the fresh row."""
    stations = {queue: make_station(queue) for queue in Queue}
    for _ in range(MOST_VISITS):
        made = sum(take_place(stations[queue], run.pk, queue.value) for queue in Queue)
        run.refresh_from_db()
        if run.state in RUN_ENDED or not made:
            break
    return run
