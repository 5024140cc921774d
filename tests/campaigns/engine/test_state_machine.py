"""Random commands against a pure model of the run: states agree and every invariant holds after each step."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from campaigns.actions.budgets import raise_budget, set_budget
from campaigns.actions.checkpoints import restore_checkpoint, save_checkpoint, signing_key
from campaigns.actions.decisions import answer_decision
from campaigns.actions.runs import cancel_run, pause_run, resume_run, retry_run
from campaigns.actions.tasks import edit_task, reassign_task, retry_task, skip_task, split_task
from campaigns.models import Attempt, Budget, Checkpoint, Decision, Task
from campaigns.permissions import SYSTEM
from campaigns.queries.invariants import violations
from campaigns.transitions.accept import database_now
from campaigns.transitions.shapes import Claim
from conductor.lib.errors import Conflict, InvalidMove
from tests.campaigns.engine.run_model import ModelTask, Refused, RunModel
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh, make_due, states
from tests.conftest import ON_POSTGRES
from tests.factories import make_team

#: The commands are searched on PostgreSQL; SQLite runs some of them, for what it stores otherwise.
EXAMPLES = int(os.environ.get("CONDUCTOR_MACHINE_EXAMPLES", "30" if ON_POSTGRES else "10"))
STEPS = 25

task_shapes = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["success", "end"])), max_size=3),
        st.integers(1, 3),
        st.integers(1, 2),
    ),
    min_size=2,
    max_size=6,
)


class Machine(RuleBasedStateMachine):
    """Each example lives in a transaction that is rolled back at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.claims: dict[str, tuple[Hand, Claim]] = {}
        self.stale: list[tuple[Hand, Claim]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize(shapes=task_shapes, most=st.integers(1, 3), asks=st.booleans())
    def start(self, shapes: list[tuple[list[tuple[int, str]], int, int]], most: int, asks: bool) -> None:
        """A graph in which a task needs only earlier ones."""
        tasks = {}
        for n, (wanted, priority, attempts) in enumerate(shapes):
            needs = {f"t{other}": requires for other, requires in wanted if other < n}
            tasks[f"t{n}"] = ModelTask(f"t{n}", sorted(needs.items()), priority, n, attempts)
        words = {t.key: [key + ("!" if requires == "end" else "") for key, requires in t.needs] for t in tasks.values()}
        specs = [spec(t.key, *words[t.key], priority=t.priority, max_attempts=t.max_attempts) for t in tasks.values()]
        autonomy = "checkpoint" if asks else "auto"
        self.run = begin(*specs, team=make_team(), max_workers=most, autonomy=autonomy, checkpoint_every=1)
        set_budget(scope="run", object_id=self.run.pk, limit=Decimal(1), actor=SYSTEM)
        self.asks = asks
        self.model = RunModel(tasks, most)

    # --- workers ------------------------------------------------------------------------------------------------------

    @rule()
    def claim(self) -> None:
        wanted = self.model.next_claim()
        hand = Hand(self.run)
        got = hand.claims()
        assert [claim.key for claim in got] == ([wanted] if wanted else [])
        if wanted:
            self.model.claim(wanted)
            self.claims[wanted] = hand, got[0]
            # The steps of an example may take longer than a lease of the tests; only `lose` shall lose it.
            far = database_now() + timedelta(hours=1)
            Attempt.objects.filter(pk=got[0].attempt_id).update(lease_until=far, limit_at=far)

    def finish(self, data: st.DataObject, act: Callable[[Hand, Claim], Any], expect: Callable[[str], None]) -> None:
        key = data.draw(st.sampled_from(sorted(self.claims)))
        hand, claim = self.claims.pop(key)
        self.stale.append((hand, claim))
        act(hand, claim)
        expect(key)
        # Only `time_passes` shall end the wait before another try.
        waiting = Task.objects.filter(run=self.run, not_before__isnull=False)
        waiting.update(not_before=database_now() + timedelta(hours=1))

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def succeed(self, data: st.DataObject) -> None:
        self.finish(data, lambda hand, claim: hand.succeed(claim, n=1), self.model.succeed)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), kind=st.sampled_from(["retriable", "transient", "fatal", "conflict"]))
    def fail(self, data: st.DataObject, kind: str) -> None:
        again = kind in ("retriable", "transient")
        self.finish(data, lambda h, c: h.fail(c, kind=kind), lambda key: self.model.fail(key, again=again))

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def time_out(self, data: st.DataObject) -> None:
        self.finish(data, lambda h, c: h.time_out(c), lambda key: self.model.fail(key, again=True))

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        self.finish(data, lambda h, c: h.vanish(c), self.model.lose)

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        self.finish(data, lambda h, c: h.release(c), self.model.release)

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        self.finish(data, lambda h, c: h.ask(c), self.model.ask)

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def run_out_of_money(self, data: st.DataObject) -> None:
        self.finish(data, lambda h, c: h.release(c, "budget_exceeded"), self.model.run_out_of_money)

    @precondition(lambda self: self.stale)
    @rule(data=st.data())
    def come_too_late(self, data: st.DataObject) -> None:
        """A worker hands in again, with another result; nothing of it is taken."""
        hand, claim = data.draw(st.sampled_from(self.stale))
        hand.time_out(claim)

    @rule()
    def time_passes(self) -> None:
        make_due(self.run)
        self.model.time_passes()

    # --- people -------------------------------------------------------------------------------------------------------

    def command(self, act: Callable[[], Any], expect: Callable[[], None]) -> None:
        """Both refuse, or both act."""
        try:
            expect()
        except Refused:
            with pytest.raises((InvalidMove, Conflict)):
                act()
        else:
            act()
        self.forget_fenced()

    def forget_fenced(self) -> None:
        for key in [key for key in self.claims if self.model.tasks[key].state != "in_progress"]:
            self.stale.append(self.claims.pop(key))

    def task(self, data: st.DataObject) -> Task:
        key = data.draw(st.sampled_from(sorted(self.model.tasks)))
        return Task.objects.get(run=self.run, key=key)

    @rule()
    def pause(self) -> None:
        self.command(lambda: pause_run(run_id=self.run.pk, actor=SYSTEM), self.model.pause)

    @rule()
    def resume(self) -> None:
        self.command(lambda: resume_run(run_id=self.run.pk, actor=SYSTEM), self.model.resume)

    @precondition(lambda self: self.model.run != "queued")
    @rule(really=st.integers(0, 3))
    def cancel(self, really: int) -> None:
        if really == 0:
            self.command(lambda: cancel_run(run_id=self.run.pk, actor=SYSTEM), self.model.cancel)

    @rule()
    def retry_all(self) -> None:
        failed = self.model.among("failed")
        self.command(lambda: retry_run(run_id=self.run.pk, actor=SYSTEM), lambda: self.model.retry(failed))

    @precondition(lambda self: self.model.among("failed", "blocked"))
    @rule(data=st.data())
    def retry_one(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(self.model.among("failed", "blocked")))
        pk = Task.objects.get(run=self.run, key=key).pk
        self.command(lambda: retry_task(task_id=pk, actor=SYSTEM), lambda: self.model.retry([key]))

    @rule(data=st.data())
    def skip(self, data: st.DataObject) -> None:
        task = self.task(data)
        act = lambda: skip_task(task_id=task.pk, reason="random", actor=SYSTEM)  # noqa: E731
        self.command(act, lambda: self.model.skip(task.key))

    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        task = self.task(data)

        def expect() -> None:
            if not self.model.may_edit(task.key):
                raise Refused

        act = lambda: edit_task(task_id=task.pk, version=task.version, changes={"title": "x"}, actor=SYSTEM)  # noqa: E731
        self.command(act, expect)

    @rule(data=st.data())
    def reassign(self, data: st.DataObject) -> None:
        task = self.task(data)
        act = lambda: reassign_task(task_id=task.pk, version=task.version, backend="scripted", actor=SYSTEM)  # noqa: E731
        self.command(act, lambda: self.model.reassign(task.key))

    @precondition(lambda self: len(self.model.tasks) < 12)
    @rule(data=st.data())
    def split(self, data: st.DataObject) -> None:
        task = self.task(data)
        parts = [{"title": "1"}, {"title": "2"}]
        act = lambda: split_task(task_id=task.pk, version=task.version, parts=parts, actor=SYSTEM)  # noqa: E731
        self.command(act, lambda: self.model.split(task.key, task.version))

    @precondition(lambda self: self.model.among("waiting"))
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(self.model.among("waiting")))
        pk = Decision.objects.get(task__run=self.run, task__key=key, state="open").pk
        act = lambda: answer_decision(decision_id=pk, answer={"n": 1}, actor=SYSTEM)  # noqa: E731
        self.command(act, lambda: self.model.answer(key))

    @rule()
    def raise_money(self) -> None:
        budget = Budget.objects.get(run=self.run)
        more = Decimal(budget.limit_micros + 1_000_000) / 1_000_000
        self.command(lambda: raise_budget(budget_id=budget.pk, limit=more, actor=SYSTEM), self.model.raise_money)

    @rule()
    def checkpoint(self) -> None:
        """By count, as a worker does it: only where something was completed since the last one."""
        due = fresh(self.run).completed_since_checkpoint >= 1
        save_checkpoint(run_id=self.run.pk, cause="tasks" if due else "manual", actor=SYSTEM)
        if due and self.asks:
            self.model.checkpoint_asks()

    @rule(really=st.integers(0, 2))
    def restore(self, really: int) -> None:
        """From a checkpoint made right now: the child is the run that goes on."""
        if really or self.run.number >= 3:
            return
        saved: Checkpoint = save_checkpoint(run_id=self.run.pk, actor=SYSTEM)
        self.model = self.model.restored()
        self.stale += self.claims.values()
        self.claims.clear()
        self.run = restore_checkpoint(checkpoint_id=saved.pk, actor=SYSTEM)
        set_budget(scope="run", object_id=self.run.pk, limit=Decimal(1), actor=SYSTEM)

    # --- after every step ---------------------------------------------------------------------------------------------

    @invariant()
    def states_agree(self) -> None:
        if not hasattr(self, "model"):
            return
        run = fresh(self.run)
        assert run.state == self.model.run
        assert states(run) == self.model.states()
        assert list(run.sessions.order_by("number").values_list("state", flat=True)) == self.model.sittings
        counted = dict(Task.objects.filter(run=run).values_list("key", "failures"))
        assert counted == {key: task.failures for key, task in self.model.tasks.items()}
        crashed = dict(Task.objects.filter(run=run).values_list("key", "crashes"))
        assert crashed == {key: task.crashes for key, task in self.model.tasks.items()}

    @invariant()
    def nothing_is_broken(self) -> None:
        assert violations(quiet_s=0, signing_key=signing_key()) == []


@pytest.mark.django_db
def test_random_commands_leave_what_the_model_says() -> None:
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            report_multiple_bugs=False,
        ),
    )
