"""F29, F45, F47, F49 (G3, G7, G10, G11, G15): the same moment, many times. Threads with connections of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError

from campaigns.actions import budgets
from campaigns.actions.artifacts import approve_artifact, regenerate_artifact
from campaigns.actions.checkpoints import restore_checkpoint, save_checkpoint
from campaigns.actions.decisions import answer_decision
from campaigns.actions.runs import cancel_run, pause_run, resume_run, retry_run, start_run
from campaigns.engine.sweeps import SWEEPS
from campaigns.event_types import END_TYPES
from campaigns.models import Artifact, Budget, Decision, Event, LedgerEntry, Run
from campaigns.permissions import SYSTEM
from campaigns.states import AttemptState
from campaigns.transitions.accept import database_now
from campaigns.transitions.claim import Want
from campaigns.transitions.shapes import Claim, Finish
from campaigns.transitions.turn import turn
from conductor.lib.clock import timing
from conductor.lib.errors import BudgetExceeded, ConductorError, InvalidMove
from tests.campaigns.engine.drive import drive, make_station
from tests.campaigns.races import race
from tests.faults import scenes

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.postgres, pytest.mark.usefixtures("sound"),
]  # fmt: skip

#: At full timing there is more time for rare interleavings, too.
MANY = 1 if timing().LEASE_S < 30 else 2


def claim_one(run: Run) -> Claim:
    """A claim that needs no renewal: nobody's pulse beats here, and tests may be slow."""
    [claim] = turn(run.pk, want=Want(make_station().worker, "short", {}), actor=SYSTEM).claims
    run.attempts.filter(pk=claim.attempt_id).update(lease_until=claim.claimed_at + timedelta(hours=1))
    return claim


def finish(claim: Claim) -> Any:
    return turn(claim.run_id, finishes=[Finish(claim, AttemptState.SUCCEEDED)], actor=SYSTEM)


def ends(run: Run) -> list[str]:
    found = Event.objects.filter(stream_id=run.pk, type__in=END_TYPES).order_by("seq")
    return list(found.values_list("type", flat=True))


def test_cancel_and_finish_at_the_same_moment_have_one_outcome() -> None:
    outcomes: Counter[str] = Counter()
    for _ in range(120 * MANY):
        run = scenes.start(scenes.graph(scenes.task("a")))
        claim = claim_one(run)
        finished, cancelled = race(lambda: finish(claim), lambda: cancel_run(run_id=run.pk, actor=SYSTEM))
        run.refresh_from_db()
        assert not isinstance(finished, Exception), finished
        if isinstance(cancelled, Exception):
            assert isinstance(cancelled, InvalidMove), cancelled
            assert run.state == "completed", "a cancel was refused, and yet the run did not complete"
        else:
            assert run.state == "cancelled", "a cancel was accepted, and yet the run was not cancelled"
        assert ends(run) == [f"run.{run.state}"]
        outcomes[run.state] += 1
    print(f"cancel and finish at once: {dict(outcomes)}")


def test_cancel_claim_and_sweep_at_the_same_moment_start_nothing_after_the_cancel() -> None:
    for _ in range(40 * MANY):
        run = scenes.start(scenes.graph(scenes.task("a"), scenes.task("b"), scenes.task("c", "a", "b")))
        held = claim_one(run)
        worker = make_station().worker
        told = race(
            lambda: cancel_run(run_id=run.pk, actor=SYSTEM),
            lambda: turn(run.pk, want=Want(worker, "short", {}), actor=SYSTEM).claims,
            lambda: finish(held),
            lambda: SWEEPS["unfinished"](database_now(), SYSTEM),
        )
        assert not [x for x in told if isinstance(x, DatabaseError)], told
        for claim in told[1]:
            turn(run.pk, finishes=[Finish(claim, AttemptState.CANCELLED)], actor=SYSTEM)
        run.refresh_from_db()
        assert run.state == "cancelled"
        assert not run.attempts.filter(started_at__gt=run.cancel_requested_at).exists()


def test_one_of_fifty_reservations_gets_the_last_unit() -> None:
    """G11. Also with the limit at another level of the chain, and with exactly one warning."""
    for scope in ("run", "campaign", "team"):
        tasks = [scenes.task(f"t{number}") for number in range(50)]
        run = scenes.start(scenes.graph(*tasks, max_workers=50))
        claims = [claim_one(run) for _ in tasks]
        holder = {"run": run.pk, "campaign": run.campaign_id, "team": run.team_id}[scope]
        budgets.set_budget(scope=scope, object_id=holder, limit=Decimal("0.000100"), actor=SYSTEM)
        if scope != "run":
            budgets.set_budget(scope="run", object_id=run.pk, limit=Decimal(1), actor=SYSTEM)
        told = race(*(_reserve(claim, 100) for claim in claims))
        assert [x for x in told if x is None] == [None]
        refused = [x for x in told if x is not None]
        assert all(isinstance(x, BudgetExceeded) for x in refused), refused
        budget = Budget.objects.get(scope=scope)
        assert (budget.reserved_micros, budget.spent_micros) == (100, 0)
        warned = Event.objects.filter(stream_id=run.pk, type="budget.warned")
        assert warned.count() == 1
        winner = claims[told.index(None)]
        settle = {"run_id": run.pk, "attempt_id": winner.attempt_id, "call": 1, "micros": 60, "actor": SYSTEM}
        race(*(lambda: budgets.settle(**settle) for _ in range(8)))
        budget.refresh_from_db()
        assert (budget.reserved_micros, budget.spent_micros) == (0, 60)
        assert LedgerEntry.objects.filter(budget=budget, kind="settle").count() == 1
        cancel_run(run_id=run.pk, actor=SYSTEM)
        for claim in claims:
            turn(run.pk, finishes=[Finish(claim, AttemptState.CANCELLED)], actor=SYSTEM)


def _reserve(claim: Claim, micros: int) -> Callable[[], None]:
    return lambda: budgets.reserve(
        run_id=claim.run_id, attempt_id=claim.attempt_id, call=1, micros=micros, actor=SYSTEM
    )


def once_or_refused(act: Callable[[], Any], times: int = 6) -> list[Any]:
    """The same command from several callers at the same moment; every answer is a result or a refusal by code."""
    told = race(*[act] * times)
    for said in told:
        assert not isinstance(said, Exception) or isinstance(said, ConductorError), repr(said)
    assert any(not isinstance(said, Exception) for said in told), told
    return told


def counted(run: Run, type_: str) -> int:
    return Event.objects.filter(stream_id=run.pk, type=type_).count()


def test_every_command_may_be_sent_by_many_at_the_same_moment() -> None:
    """G15: as if it had been sent once."""
    for _ in range(3 * MANY):
        campaign = scenes.brief(short_copy=["scripted:fail"])
        told = once_or_refused(lambda: start_run(campaign_id=campaign.pk, actor=SYSTEM))
        [run] = [said for said in told if isinstance(said, Run)]
        assert all(said.code == "already_running" for said in told if said is not run)
        once_or_refused(lambda: pause_run(run_id=run.pk, actor=SYSTEM))
        assert (counted(run, "run.pausing"), counted(run, "run.paused")) == (1, 1)
        once_or_refused(lambda: resume_run(run_id=run.pk, actor=SYSTEM))
        assert (counted(run, "run.resumed"), run.sessions.count()) == (1, 2)
        assert drive(run).state == "partially_completed"
        run.tasks.update(backend=["builtin"])
        once_or_refused(lambda: retry_run(run_id=run.pk, actor=SYSTEM))
        assert (counted(run, "run.reopened"), run.sessions.count()) == (1, 3)
        assert drive(run).state == "completed"
        piece = Artifact.objects.select_related("active").get(campaign=campaign, slot="copy")
        assert piece.active
        sha256 = piece.active.sha256
        told = once_or_refused(lambda: approve_artifact(artifact_id=piece.pk, sha256=sha256, actor=SYSTEM))
        told = once_or_refused(lambda: regenerate_artifact(artifact_id=piece.pk, note="shorter", actor=SYSTEM))
        assert len([said for said in told if isinstance(said, Run)]) == 1
        child = run.children.get()
        once_or_refused(lambda: cancel_run(run_id=child.pk, actor=SYSTEM))
        assert (counted(child, "run.cancelling"), ends(child)) == (1, ["run.cancelled"])


def test_answers_and_restores_may_be_sent_by_many_at_the_same_moment() -> None:
    for _ in range(3 * MANY):
        run = drive(scenes.start(scenes.graph(scenes.task("a"), scenes.task("b", "a", script={"mode": "ask"}))))
        decision = Decision.objects.get(run=run)
        told = once_or_refused(lambda: answer_decision(decision_id=decision.pk, answer="Yes", actor=SYSTEM))
        assert len([said for said in told if isinstance(said, Decision)]) == 1
        run.refresh_from_db()
        assert (run.state, ends(run)) == ("completed", ["run.completed"])
        paused = scenes.start(scenes.graph(scenes.task("a"), scenes.task("b", "a")))
        pause_run(run_id=paused.pk, actor=SYSTEM)
        saved = save_checkpoint(run_id=paused.pk, actor=SYSTEM)
        told = once_or_refused(lambda: restore_checkpoint(checkpoint_id=saved.pk, actor=SYSTEM))
        open_ = Run.objects.filter(campaign=paused.campaign_id, finished_at=None)
        assert open_.count() == 1, "two restored runs of one campaign are open"
        assert drive(open_.get()).state == "completed"


def test_runs_that_share_a_team_and_a_budget_never_wait_for_each_other_in_a_circle() -> None:
    """F29: finishes, reservations, sweeps and raised limits over runs that share levels of the chain."""
    runs = [scenes.start(scenes.graph(*(scenes.task(f"t{n}") for n in range(30)), max_workers=50)) for _ in range(4)]
    team = runs[0].team_id
    budget = budgets.set_budget(scope="team", object_id=team, limit=Decimal(1), actor=SYSTEM)
    claims = [[claim_one(run) for _ in range(30)] for run in runs]
    raised = iter(range(2, 100))

    def work(mine: list[Claim]) -> None:
        for number, claim in enumerate(mine, 1):
            _reserve(claim, 10)()
            finish(claim)
            if number % 10 == 0:
                SWEEPS["leases_over"](database_now(), SYSTEM)

    def money() -> None:
        for _ in range(10):
            budgets.raise_budget(budget_id=budget.pk, limit=Decimal(next(raised)), actor=SYSTEM)

    told = race(*(lambda mine=mine: work(mine) for mine in claims), money)
    assert not [x for x in told if isinstance(x, Exception)], told
    SWEEPS["unsettled"](database_now(), SYSTEM)
    for run in runs:
        run.refresh_from_db()
        assert run.state == "completed"
