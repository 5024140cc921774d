"""Ring for runs that may wait for a place in a limit they share with another run. After a commit; decides nothing."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from campaigns.models import Limit, Run, Task
from campaigns.states import RUN_CLAIMING, TaskState
from conductor.lib import jobqueue

#: A limit of a run is no concern of its neighbours.
SHARED: Final = ("team", "domain", "role", "backend")
FEW: Final = 3


def ring_neighbours(team_id: UUID, run_id: UUID) -> None:
    """One place each for the runs of the team that were looked at longest ago and have a task ready.

    These rings are not counted: who comes in vain leaves quietly, and that puts the run at the end of the line.
    """
    if not Limit.objects.filter(team=team_id, scope__in=SHARED).exists():
        return
    due = Q(not_before__isnull=True) | Q(not_before__lte=Now())
    ready = Task.objects.filter(due, run=OuterRef("pk"), state=TaskState.READY).order_by("priority", "position")
    waiting = Run.objects.filter(Exists(ready), team=team_id, state__in=sorted(RUN_CLAIMING)).exclude(pk=run_id)
    rows = waiting.annotate(queue=ready.values("queue")[:1]).order_by("updated_at").values_list("pk", "queue")
    for pk, queue in rows[:FEW]:
        jobqueue.ring(pk, queue, 1)
