"""A worker whose agents are the test: it claims, and the test says what comes of each attempt. And small graphs.

Nothing here decides: every step is a turn or an action of the product.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from campaigns.kinds.base import GraphChange, Products, TaskSpec
from campaigns.models import Attempt, Campaign, Run, Task, Team, Worker
from campaigns.permissions import SYSTEM, Actor
from campaigns.states import AttemptState, Mode, Purpose, Queue
from campaigns.transitions.accept import GivenPlan, NewRun, accept, database_now
from campaigns.transitions.blocks import block_dependants
from campaigns.transitions.claim import Want
from campaigns.transitions.lost import expire_leases
from campaigns.transitions.shapes import Claim, Fault, Finish, Question, Turned
from campaigns.transitions.turn import turn
from conductor.lib.ids import new_id
from tests.factories import make_campaign

SETTINGS: Mapping[str, Any] = {"max_workers": 100, "checkpoint_every": 0, "autonomy": "auto", "seed": 1}


def begin(*specs: TaskSpec, team: Team, actor: Actor = SYSTEM, **settings: Any) -> Run:
    """A run of exactly these tasks, without a repository."""
    campaign = make_campaign(team, kind="coding", goal="Try it")
    pinned = {**SETTINGS, **settings}
    new = NewRun(campaign, {}, pinned, Mode.PARALLEL, Purpose.FULL)
    with transaction.atomic():
        Campaign.objects.select_for_update().get(pk=campaign.pk)
        return accept(new, given=GivenPlan(specs, {}), actor=actor)


class Hand:
    """One worker of one queue at one run."""

    def __init__(self, run: Run, queue: Queue = Queue.SHORT) -> None:
        now = database_now()
        self.run = run
        self.queue = queue.value
        self.worker = Worker.objects.create(
            pk=new_id(), host="test", pid=1, queue=queue.value, started_at=now, beat_at=now
        )
        self.actor = Actor(None, f"worker:{self.worker.pk}", "")

    def turn(self, *finishes: Finish, want: Mapping[str, int] | None = None) -> Turned:
        """Hand these in; with `want` also claim, so many at once of each role."""
        asks = None if want is None else Want(self.worker, self.queue, want)
        turned = turn(self.run.pk, finishes=finishes, want=asks, actor=self.actor)
        if turned.blocks:
            block_dependants(self.run.pk, actor=self.actor)
        return turned

    def claims(self, most: int = 1) -> tuple[Claim, ...]:
        """What it may work at now: one task, or a batch of short ones in a row."""
        return self.turn(want={"task": most, "worker": most}).claims

    def claim(self, key: str = "") -> Claim:
        """The one claim that it gets, which must be this task's."""
        (claim,) = self.claims()
        assert key in ("", claim.key), f"claimed {claim.key}, not {key}"
        return claim

    def succeed(self, claim: Claim, *, graph: GraphChange | None = None, **output: Any) -> Turned:
        products = Products(graph=graph)
        return self.turn(Finish(claim, AttemptState.SUCCEEDED, output=output, summary="Done.", products=products))

    def fail(self, claim: Claim, code: str = "agent_failed", kind: str = "retriable", **more: Any) -> Turned:
        fault = Fault(code, "It did not work.", kind, **more)
        return self.turn(Finish(claim, AttemptState.FAILED, fault=fault))

    def time_out(self, claim: Claim) -> Turned:
        fault = Fault("agent_timeout", "It took too long.", "retriable")
        return self.turn(Finish(claim, AttemptState.TIMED_OUT, fault=fault))

    def ask(self, claim: Claim, question: str = "Shall it be so?", options: tuple[str, ...] = ()) -> Turned:
        return self.turn(Finish(claim, AttemptState.SUCCEEDED, question=Question(question, options)))

    def release(self, claim: Claim, code: str = "released") -> Turned:
        return self.turn(Finish(claim, AttemptState.RELEASED, fault=Fault(code, "Handed back.", "transient")))

    def vanish(self, *claims: Claim) -> None:
        """Its leases run out, and the witness sees it."""
        over = database_now() - timedelta(seconds=1)
        Attempt.objects.filter(pk__in=[c.attempt_id for c in claims]).update(lease_until=over)
        expire_leases(self.run.pk, actor=SYSTEM)

    def work_off(self, *keys: str) -> None:
        """Claim and finish tasks well: these in this order, or all there is."""
        for key in keys:
            self.succeed(self.claim(key))
        while not keys and (claims := self.claims()):
            self.succeed(claims[0])


def states(run: Run) -> dict[str, str]:
    """State by key of every task of the run."""
    return dict(Task.objects.filter(run=run).order_by("position").values_list("key", "state"))


def task(run: Run, key: str) -> Task:
    return Task.objects.get(run=run, key=key)


def fresh(run: Run) -> Run:
    return Run.objects.get(pk=run.pk)


def make_due(run: Run) -> None:
    """The wait before another try is over."""
    Task.objects.filter(run=run).update(not_before=None)
