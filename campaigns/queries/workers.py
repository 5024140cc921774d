"""Who works and watches now, how much waits: the figures of the status page and of GET status/. Never writes."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from campaigns.models import Attempt, Decision, Outbox, Run, Service, Task, Worker
from campaigns.states import RUN_OPEN, AttemptState, DecisionState, Queue, TaskState
from conductor.lib import jobqueue
from conductor.lib.clock import iso, now, timing

REMEMBERED: Final = 100


def alive() -> list[Worker]:
    """Workers that have neither stopped nor fallen silent for a lease."""
    rows = Worker.objects.filter(stopped_at__isnull=True).order_by("queue", "started_at")
    return [worker for worker in rows if (now() - worker.beat_at).total_seconds() < timing().LEASE_S]


def row(worker: Worker) -> dict[str, Any]:
    silent_ms = round((now() - worker.beat_at).total_seconds() * 1000)
    return {
        "id": str(worker.pk),
        "host": worker.host,
        "pid": worker.pid,
        "queue": worker.queue,
        "started_at": iso(worker.started_at),
        "beat_at": iso(worker.beat_at),
        "stopped_at": iso(worker.stopped_at),
        "alive": worker.stopped_at is None and silent_ms < timing().LEASE_S * 1000,
        "draining": worker.draining,
        "attempts_done": worker.attempts_done,
        "memory_mb": worker.memory_mb,
    }


def status(teams: QuerySet[Any, Any]) -> dict[str, Any]:
    """The installation's pulse, and the work of these teams."""
    workers = alive()
    by_queue = Counter(worker.queue for worker in workers)
    services = Service.objects.filter(stopped_at__isnull=True).order_by("name", "-beat_at")
    runs = Run.objects.filter(team__in=teams, state__in=RUN_OPEN).order_by().values_list("state")
    ready = Task.objects.filter(run__team__in=teams, run__state__in=RUN_OPEN, state=TaskState.READY)
    live = Attempt.objects.filter(run__team__in=teams, state=AttemptState.RUNNING)
    return {
        "time": iso(now()),
        "workers": {queue.value: by_queue[queue.value] for queue in Queue},
        "waiting_jobs": {queue.value: jobqueue.waiting(queue.value) for queue in Queue},
        "services": [
            {"name": service.name, "host": service.host, "pid": service.pid, "beat_at": iso(service.beat_at)}
            for service in services[:REMEMBERED]
        ],
        "open_runs": dict(runs.annotate(n=Count("pk"))),
        "ready_tasks": ready.count(),
        "running_attempts": live.count(),
        "open_decisions": Decision.objects.filter(team__in=teams, state=DecisionState.OPEN).count(),
        "outbox": Outbox.objects.aggregate(
            waiting=Count("pk", filter=Q(dead_at__isnull=True)), dead=Count("pk", filter=Q(dead_at__isnull=False))
        ),
    }
