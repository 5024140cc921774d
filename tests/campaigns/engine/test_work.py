"""A worker at a run: batches, slices, draining, and what breaks off; nothing it held is kept alive for nobody."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError

from campaigns.actions.budgets import set_budget
from campaigns.engine import place
from campaigns.engine.bench import Bench
from campaigns.engine.place import Station, take_place
from campaigns.kinds.base import TaskSpec
from campaigns.models import Attempt, Event, Run, TaskOutput, Team
from campaigns.permissions import SYSTEM
from campaigns.states import AttemptState, Queue
from campaigns.transitions.shapes import Claim, Finish
from conductor.lib import jobqueue
from conductor.lib.errors import Conflict
from conductor.lib.ids import new_id
from tests.campaigns.engine.drive import drive, make_station
from tests.campaigns.graphs import spec
from tests.campaigns.hands import begin, fresh, states, task

pytestmark = pytest.mark.django_db


def scripted(key: str, *needs: str, **script: Any) -> TaskSpec:
    return spec(key, *needs, backend=("scripted",), inputs={"script": script})


def work(run: Run, station: Station | None = None) -> int:
    return take_place(station or make_station(), run.pk, Queue.SHORT.value)


def executing(monkeypatch: pytest.MonkeyPatch, act: Callable[[Bench, Claim], Finish]) -> None:
    monkeypatch.setattr(place, "execute", act)


def ok(bench: Bench, claim: Claim) -> Finish:
    return Finish(claim, AttemptState.SUCCEEDED, output={"n": 1})


class TestAWorker:
    def test_it_works_until_nothing_is_ready(self, team: Team) -> None:
        run = begin(scripted("a"), scripted("b", "a"), scripted("c"), team=team)
        assert work(run) == 3
        assert fresh(run).state == "completed"

    def test_outputs_of_needs_reach_the_agent(self, team: Team) -> None:
        run = begin(scripted("a", output={"said": "hello"}), spec("b", "a", inputs={"output": {"n": 1}}), team=team)
        assert work(run) == 2
        assert TaskOutput.objects.get(task__key="a").output == {"said": "hello"}

    def test_at_an_ended_or_unknown_run_it_leaves_quietly(self, team: Team) -> None:
        run = begin(scripted("a"), team=team)
        work(run)
        assert work(run) == 0
        assert take_place(make_station(), new_id(), "short") == 0

    def test_short_tasks_are_taken_in_a_row_once_they_are_known(self, team: Team) -> None:
        station = make_station()
        run = begin(*(scripted(f"t{n}") for n in range(20)), team=team)
        station.learn("task", 9.0)
        assert station.batch_sizes() == {}
        station.learn("task", 0.001)
        assert station.batch_sizes() == {"task": place.MOST}
        assert work(run, station) == 20
        assert Attempt.objects.filter(run=run, alone=False).count() == 20

    def test_long_tasks_are_taken_one_by_one(self) -> None:
        station = make_station()
        for _ in range(3):
            station.learn("task", 0.2)
        assert station.batch_sizes() == {}

    def test_while_it_drains_it_takes_nothing(self, team: Team) -> None:
        run = begin(scripted("a"), team=team)
        station = make_station()
        station.pulse.draining.set()
        assert work(run, station) == 0
        assert states(run) == {"a": "ready"}

    def test_what_it_had_not_begun_when_it_drains_is_handed_back(
        self, team: Team, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = begin(*(scripted(f"t{n}") for n in range(3)), team=team)
        station = make_station()
        station.means["task"] = 0.001

        def drain_meanwhile(bench: Bench, claim: Claim) -> Finish:
            station.pulse.draining.set()
            return ok(bench, claim)

        executing(monkeypatch, drain_meanwhile)
        assert work(run, station) == 3
        assert states(run) == {"t0": "completed", "t1": "ready", "t2": "ready"}
        assert set(Attempt.objects.filter(state="released").values_list("error__code", flat=True)) == {"released"}

    def test_if_others_wait_it_leaves_after_its_slice_and_rings(
        self, team: Team, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = begin(scripted("a"), scripted("b"), scripted("c"), team=team, max_workers=1)
        monkeypatch.setattr(place, "SLICE_S", 0.0)
        monkeypatch.setattr(jobqueue, "waiting", lambda queue: 1)
        assert work(run) == 0
        monkeypatch.setattr(jobqueue, "waiting", lambda queue: 0)
        assert work(run) == 3


class TestWhatBreaksOff:
    def test_a_fault_of_ours_fails_the_attempt_and_the_others_go_on(
        self, team: Team, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = begin(scripted("a"), scripted("b"), team=team)

        def break_off(bench: Bench, claim: Claim) -> Finish:
            if claim.key == "a":
                raise RuntimeError("secret detail")
            return ok(bench, claim)

        executing(monkeypatch, break_off)
        assert work(run) == 2
        assert states(run) == {"a": "failed", "b": "completed"}
        error = task(run, "a").error
        assert error["code"] == "internal"
        assert "secret" not in str(error)

    def test_a_database_that_is_away_is_no_fault_of_the_task(self, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
        run = begin(scripted("a"), team=team)
        station = make_station()

        def away(bench: Bench, claim: Claim) -> Finish:
            station.pulse.draining.set()  # else it would be taken again at once
            raise OperationalError

        executing(monkeypatch, away)
        work(run, station)
        assert (states(run), task(run, "a").failures) == ({"a": "ready"}, 0)

    @pytest.mark.postgres
    @pytest.mark.parametrize("value", ["a\x00b", "\ud800"])
    def test_a_result_that_no_database_takes_fails_alone(
        self, team: Team, monkeypatch: pytest.MonkeyPatch, value: str
    ) -> None:
        run = begin(*(scripted(f"t{n}") for n in range(3)), team=team)
        station = make_station()
        station.means["task"] = 0.001

        def unstorable(bench: Bench, claim: Claim) -> Finish:
            said = value if claim.key == "t1" else "fine"
            return Finish(claim, AttemptState.SUCCEEDED, output={"x": said})

        executing(monkeypatch, unstorable)
        work(run, station)
        assert states(run) == {"t0": "completed", "t1": "failed", "t2": "completed"}
        assert task(run, "t1").error["code"] == "agent_output_invalid"

    def test_what_it_held_when_it_broke_off_has_failed_and_is_let_go(
        self, team: Team, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = begin(scripted("a"), team=team)
        station = make_station()

        def broken(*_: Any) -> Any:
            raise RuntimeError

        monkeypatch.setattr(place, "gather", broken)
        with pytest.raises(RuntimeError):
            work(run, station)
        assert (states(run), Attempt.objects.get().error["code"]) == ({"a": "failed"}, "internal")
        assert station.pulse.let_go_of_all() == []

    def test_what_follows_a_turn_is_left_to_the_witness_if_it_fails(
        self, team: Team, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = begin(scripted("a"), scripted("b", "a"), team=team, checkpoint_every=1)

        def refused(**_: Any) -> Any:
            raise Conflict

        monkeypatch.setattr(place, "save_checkpoint", refused)
        monkeypatch.setattr(place.connection, "close", lambda: None)
        assert work(run) == 2
        assert fresh(run).state == "completed"


@pytest.mark.django_db(transaction=True)
def test_a_turn_is_repeated_whole_while_the_database_is_away(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    run = begin(scripted("a"), team=team)
    usual, failures = place.turn, [OperationalError(), OperationalError()]
    monkeypatch.setattr(jobqueue, "waiting", lambda queue: 0)

    def flaky(*args: Any, **kwargs: Any) -> Any:
        if failures:
            raise failures.pop()
        return usual(*args, **kwargs)

    monkeypatch.setattr(place, "turn", flaky)
    assert work(run) == 1
    assert fresh(run).state == "completed"
    assert Attempt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_was_not_heard_of_is_found(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """The turn is committed and then the connection breaks: nothing is claimed or stored twice."""
    run = begin(scripted("a"), scripted("b", "a"), team=team)
    usual, deaf = place.turn, [True, True]
    monkeypatch.setattr(jobqueue, "waiting", lambda queue: 0)

    def commit_unheard(*args: Any, **kwargs: Any) -> Any:
        turned = usual(*args, **kwargs)
        if deaf:
            deaf.pop()
            raise OperationalError
        return turned

    monkeypatch.setattr(place, "turn", commit_unheard)
    assert work(run) == 2
    assert fresh(run).state == "completed"
    assert list(Attempt.objects.values_list("state", flat=True)) == ["succeeded", "succeeded"]
    assert Event.objects.filter(type="task.completed").count() == 2


class TestOutcomes:
    @pytest.mark.parametrize(
        ("script", "state", "attempt", "code"),
        [
            ({"mode": "fail"}, "failed", "failed", "agent_failed"),
            ({"mode": "fail", "code": "agent_refused", "kind": "fatal"}, "failed", "failed", "agent_refused"),
            ({"mode": "fail", "code": "agent_timeout", "kind": "transient"}, "failed", "timed_out", "agent_timeout"),
            ({"mode": "raise"}, "failed", "failed", "agent_failed"),
            ({"mode": "bad_json"}, "failed", "failed", "agent_output_invalid"),
            ({"mode": "ask"}, "waiting", "released", None),
            ({"output": {"graph": "no graph"}}, "failed", "failed", "agent_output_invalid"),
        ],
    )
    def test_what_an_agent_does_ends_its_attempt(
        self, team: Team, script: dict[str, Any], state: str, attempt: str, code: str | None
    ) -> None:
        run = drive(begin(scripted("a", **script), team=team))
        ended = Attempt.objects.get(run=run)
        assert (states(run)["a"], ended.state) == (state, attempt)
        assert (ended.error or {}).get("code") == code

    def test_money_that_is_refused_hands_the_task_back_and_stops_the_run(self, team: Team) -> None:
        run = begin(scripted("a", calls=3, micros=400_000), team=team)
        set_budget(scope="run", object_id=run.pk, limit=Decimal(1), actor=SYSTEM)
        run = drive(run)
        assert (run.state, states(run)) == ("budget_stopped", {"a": "ready"})
        assert run.budgets.get().spent_micros == 800_000

    def test_a_planner_grows_the_graph_while_it_runs(self, team: Team) -> None:
        graph = {
            "add": [
                {"key": "x", "title": "X", "role": "task", "backend": "scripted", "needs": [{"key": "plan"}]},
                {"key": "y", "title": "Y", "role": "task", "backend": "scripted", "needs": [{"key": "x"}]},
            ],
            "supersede": [{"key": "old", "by": ["y"]}],
        }
        run = drive(begin(scripted("plan", graph=graph), scripted("old", "plan"), scripted("end", "old"), team=team))
        assert states(run) == {
            "plan": "completed",
            "old": "superseded",
            "end": "completed",
            "x": "completed",
            "y": "completed",
        }
        assert run.outcome == "success"

    def test_the_next_agent_of_a_chain_is_asked(self, team: Team) -> None:
        busy = {"mode": "fail", "code": "agent_throttled", "kind": "transient"}
        chain = spec("a", backend=("scripted", "builtin"), inputs={"output": {"n": 1}, "script": busy})
        assert drive(begin(chain, team=team)).state == "completed"

    def test_what_was_asked_and_spent_is_kept(self, team: Team) -> None:
        run = drive(begin(scripted("a", calls=2, micros=50, transcript="all of it"), team=team))
        asked = Attempt.objects.get(run=run).invocations.get()
        assert (asked.cost_micros, asked.transcript, asked.ok) == (100, "all of it", True)

    def test_an_unknown_cost_keeps_its_reservation_as_spent(self, team: Team) -> None:
        run = drive(begin(scripted("a", calls=1, micros=50, unknown_cost=True), team=team))
        assert (run.state, run.budgets.get().spent_micros) == ("completed", 50)
