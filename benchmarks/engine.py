"""The engine: briefs with instant makers, layered graphs, recovery after kill -9, memory. Prints one JSON line.

`python -m benchmarks.engine` inside `benchmarks.world.services`; figures are set beside the bare limits by `__main__`.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conductor.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models import Count  # noqa: E402

from benchmarks import world  # noqa: E402
from campaigns.actions.runs import locked_campaign, start_run  # noqa: E402
from campaigns.kinds.base import Need, TaskSpec  # noqa: E402
from campaigns.models import ArtifactVersion, Attempt, Campaign, Event, Run, Task, Team, Worker  # noqa: E402
from campaigns.permissions import SYSTEM  # noqa: E402
from campaigns.states import Mode, Purpose  # noqa: E402
from campaigns.transitions.accept import GivenPlan, NewRun, accept  # noqa: E402

WIDTH = 50
BRIEF: dict[str, Any] = {
    "schema": 1, "objective": "Win 500 trial sign-ups in May", "audience": "Founders of small shops",
    "product": "Larkspur, a booking tool", "tone": "warm", "key_messages": ["Set up in ten minutes", "No card needed"],
    "constraints": {"max_words": None, "prohibited_terms": [], "required_terms": [], "disclaimers": []},
    "brand": {"adjectives": [], "palette": []}, "platforms": ["linkedin"],
}  # fmt: skip
INSTANT = {slot: ["scripted:ok"] for slot in ("copy", "short_copy", "visual_concept", "audit")}


def layered(tasks: int) -> list[TaskSpec]:
    """Layers of 50; each task needs two of the layer before."""
    specs = []
    for i in range(tasks):
        layer = i // WIDTH
        base = (layer - 1) * WIDTH
        needs = tuple(Need(f"t{n}") for n in sorted({base + (i * 7 + k) % WIDTH for k in range(2)})) if layer else ()
        specs.append(TaskSpec(key=f"t{i}", title=f"t{i}", role="task", backend=("scripted:ok",), needs=needs))
    return specs


def submit_graph(team: Team, tasks: int) -> tuple[UUID, float]:
    campaign = Campaign.objects.create(team=team, kind="coding", name=f"graph {tasks}", goal="measure")
    began = time.perf_counter()
    with transaction.atomic():
        settings = {"max_workers": 2, "checkpoint_every": 0, "seed": 1}
        new = NewRun(locked_campaign(campaign.pk), {}, settings, Mode.PARALLEL, Purpose.FULL)
        run = accept(new, given=GivenPlan(layered(tasks), {}), actor=SYSTEM)
    return run.pk, time.perf_counter() - began


def ended(run_id: UUID) -> bool:
    return Run.objects.filter(pk=run_id, finished_at__isnull=False).exists()


def graph(team: Team, tasks: int) -> dict[str, Any]:
    """Tasks per second from the first attempt's start to the end of the run."""
    run_id, submit_s = submit_graph(team, tasks)
    world.pause(lambda: ended(run_id), 900, 0.02)
    run = Run.objects.get(pk=run_id)
    assert run.started_at
    assert run.finished_at
    seconds = (run.finished_at - run.started_at).total_seconds()
    twice = Task.objects.filter(run=run_id, attempts__gt=1).count()
    return {"tasks": tasks, "per_s": tasks / seconds, "submit_s": submit_s, "state": run.state, "again": twice}


def make_campaigns(team: Team, count: int) -> list[Campaign]:
    return Campaign.objects.bulk_create(
        Campaign(team=team, kind="creative", name=f"brief {n}", brief=BRIEF, settings={"agents": INSTANT})
        for n in range(count)
    )


def alone(team: Team, rounds: int) -> dict[str, Any]:
    """One brief after another: milliseconds from the call to the first attempt's start, and to the end of the run."""
    first: list[float] = []
    whole: list[float] = []
    for campaign in make_campaigns(team, rounds + 5):
        began = time.time()
        run_id = start_run(campaign_id=campaign.pk, actor=SYSTEM).pk
        world.pause(lambda run_id=run_id: ended(run_id), 60, 0.002)
        run = Run.objects.get(pk=run_id)
        assert run.started_at
        assert run.finished_at
        first.append((run.started_at.timestamp() - began) * 1000)
        whole.append((run.finished_at.timestamp() - began) * 1000)
    return {
        "first_attempt_ms_p50": statistics.median(first[5:]),
        "run_ms_p50": statistics.median(whole[5:]),
        "rounds": rounds,
    }


def at_once(team: Team, count: int) -> dict[str, Any]:
    """`count` briefs accepted as fast as one caller can, run by two workers: runs per second to the last end."""
    campaigns = make_campaigns(team, count)
    began = time.perf_counter()
    runs = [start_run(campaign_id=c.pk, actor=SYSTEM).pk for c in campaigns]
    accepted = time.perf_counter() - began
    world.pause(lambda: not Run.objects.filter(pk__in=runs, finished_at__isnull=True).exists(), 300, 0.02)
    seconds = time.perf_counter() - began
    good = Run.objects.filter(pk__in=runs, state="completed").count()
    return {"runs": count, "per_s": count / seconds, "accepted_per_s": count / accepted, "completed": good}


def killed(team: Team, tasks: int) -> dict[str, Any]:
    """kill -9 of all workers half-way: what was lost, what ran again, how long until it went on and ended."""
    run_id, _ = submit_graph(team, tasks)
    half = lambda: Attempt.objects.filter(run=run_id, state="succeeded").count() >= tasks // 2  # noqa: E731
    world.pause(half, 300, 0.005)
    for worker in Worker.objects.filter(stopped_at__isnull=True):
        os.kill(worker.pid, signal.SIGKILL)
    died = time.perf_counter()
    Worker.objects.filter(stopped_at__isnull=True).update(draining=False)
    world.pause(lambda: ended(run_id), 300, 0.02)
    seconds = time.perf_counter() - died
    per_task = Attempt.objects.filter(run=run_id, state="succeeded").values("task").annotate(n=Count("pk"))
    return {
        "tasks": tasks, "after_kill_s": seconds, "lost": tasks - per_task.count(),
        "twice": per_task.filter(n__gt=1).count(), "repeated": Attempt.objects.filter(run=run_id, state="lost").count(),
    }  # fmt: skip


def memory() -> dict[str, float]:
    """Private megabytes of the idle workers, as their heartbeat measures them."""
    world.pause(lambda: Worker.objects.filter(stopped_at__isnull=True, memory_mb__gt=0).count() >= 2, 60, 0.1)
    found = list(Worker.objects.filter(stopped_at__isnull=True).values_list("memory_mb", flat=True))
    return {"worker_private_mb_max": max(found), "worker_private_mb_min": min(found)}


def record_makers(team: Team) -> None:
    """Makers that answer at once: what the built-in ones wrote is replayed. Checks, audit and rows stay real."""
    (campaign,) = make_campaigns(team, 1)
    run_id = start_run(campaign_id=campaign.pk, actor=SYSTEM).pk
    world.pause(lambda: ended(run_id), 60, 0.01)
    made = ArtifactVersion.objects.filter(run=run_id).values_list("artifact__slot", "content")
    recording = Path(os.environ["CONDUCTOR_HOME"]) / "recording.json"
    recording.write_text(json.dumps({slot: {"output": content} for slot, content in made}))
    os.environ["CONDUCTOR_SCRIPT"] = str(recording)


def main() -> None:
    sizes = [int(n) for n in os.environ.get("BENCH_GRAPHS", "1000,5000,100000").split(",")]
    call_command("migrate", verbosity=0)
    team = Team.objects.create(name="Benchmark", slug="benchmark")
    said: dict[str, Any] = {}
    with world.workers(2):
        said["memory"] = memory()
        record_makers(team)
    with world.workers(2):
        graph(team, 200)
        said["alone"] = alone(team, 40)
        said["at_once"] = at_once(team, 200)
        said["graphs"] = [graph(team, n) for n in sizes]
        said["killed"] = killed(team, 1000)
        said["events"] = Event.objects.count()
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
