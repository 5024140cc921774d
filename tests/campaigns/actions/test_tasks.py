"""Retry, skip, edit, split and reassign a task: what follows, twice, at once, what is refused and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.actions.decisions import answer_decision
from campaigns.actions.runs import cancel_run, pause_run, start_run
from campaigns.actions.tasks import edit_task, reassign_task, retry_task, skip_task, split_task
from campaigns.models import Event, Run, Task, Team
from campaigns.permissions import SYSTEM, Actor
from campaigns.states import Role
from conductor.lib.errors import BadInput, InvalidMove, NotFound, StaleVersion
from conductor.lib.ids import new_id
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh, states, task
from tests.campaigns.people import People
from tests.campaigns.races import race
from tests.campaigns.rights import assert_refused
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db

PARTS = [{"title": "First half"}, {"title": "Second half"}]


def skip(run: Run, key: str, actor: Actor = SYSTEM, reason: str = "no need") -> Task:
    return skip_task(task_id=task(run, key).pk, reason=reason, actor=actor)


def edit(run: Run, key: str, actor: Actor = SYSTEM, /, **changes: Any) -> Task:
    found = task(run, key)
    return edit_task(task_id=found.pk, version=found.version, changes=changes, actor=actor)


def split(run: Run, key: str, parts: list[dict[str, Any]] = PARTS, actor: Actor = SYSTEM) -> Task:
    found = task(run, key)
    return split_task(task_id=found.pk, version=found.version, parts=parts, actor=actor)


def with_failure(team: Team) -> tuple[Run, Hand]:
    """One task failed and blocked another; a third is still ready."""
    run = begin(spec("a", priority=1), spec("b", "a"), spec("c"), team=team)
    hand = Hand(run)
    hand.fail(hand.claim("a"), kind="fatal")
    return run, hand


class TestRetry:
    def test_it_and_what_it_blocked_wait_again(self, team: Team) -> None:
        run, hand = with_failure(team)
        retry_task(task_id=task(run, "a").pk, actor=SYSTEM)
        assert states(run) == {"a": "ready", "b": "pending", "c": "ready"}
        hand.work_off()
        assert fresh(run).state == "completed"

    def test_a_blocked_task_waits_again_and_is_blocked_again_while_its_need_is_failed(self, team: Team) -> None:
        run, _ = with_failure(team)
        retry_task(task_id=task(run, "b").pk, actor=SYSTEM)
        assert states(run)["b"] == "blocked"
        last = Event.objects.filter(task_id=task(run, "b").pk).order_by("-seq").values_list("type", flat=True)[:2]
        assert list(last) == ["task.blocked", "task.pending"]

    def test_twice_is_refused_the_second_time(self, team: Team) -> None:
        run, _ = with_failure(team)
        retry_task(task_id=task(run, "a").pk, actor=SYSTEM)
        with pytest.raises(InvalidMove, match="ready cannot be retried"):
            retry_task(task_id=task(run, "a").pk, actor=SYSTEM)

    def test_it_reopens_an_ended_run(self, team: Team) -> None:
        run, hand = with_failure(team)
        hand.work_off("c")
        assert fresh(run).state == "partially_completed"
        retry_task(task_id=task(run, "a").pk, actor=SYSTEM)
        assert fresh(run).state == "running"

    def test_who_may(self, people: People) -> None:
        run, _ = with_failure(people.team)
        pk = task(run, "a").pk
        assert_refused(people, Role.OPERATOR, lambda actor: retry_task(task_id=pk, actor=actor))
        with pytest.raises(NotFound):
            retry_task(task_id=new_id(), actor=SYSTEM)


class TestSkip:
    def test_what_needs_it_may_start(self, team: Team) -> None:
        run = begin(spec("a"), spec("b", "a"), team=team)
        skipped = skip(run, "a", reason="done by hand")
        assert (skipped.state, states(run)["b"]) == ("skipped", "ready")
        assert Event.objects.get(type="task.skipped").data["reason"] == "done by hand"

    def test_a_failed_task_is_skipped_and_what_it_blocked_goes_on(self, team: Team) -> None:
        run, hand = with_failure(team)
        skip(run, "a")
        assert states(run) == {"a": "skipped", "b": "ready", "c": "ready"}
        hand.work_off()
        assert fresh(run).outcome == "success"

    def test_it_reopens_an_ended_run(self, team: Team) -> None:
        run, hand = with_failure(team)
        hand.work_off("c")
        skip(run, "a")
        assert (fresh(run).state, states(run)["b"]) == ("running", "ready")

    def test_skipping_the_last_task_ends_the_run(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        skip(run, "a")
        assert (fresh(run).state, fresh(run).outcome) == ("partially_completed", "partial")

    def test_skipping_every_piece_of_a_brief_fails_it(self, people: People) -> None:
        run = start_run(campaign_id=make_campaign(people.team).pk, actor=SYSTEM)
        for key in ("audit", "copy", "short_copy", "visual_concept"):
            skip(run, key)
        assert (fresh(run).state, fresh(run).outcome) == ("failed", "failed")

    def test_a_waiting_question_is_void(self, team: Team) -> None:
        run = begin(spec("a"), spec("b", "a"), team=team)
        hand = Hand(run)
        hand.ask(hand.claim("a"))
        skip(run, "a")
        assert run.decisions.get().state == "void"
        assert states(run)["b"] == "ready"

    def test_what_still_lacks_another_need_is_blocked_again(self, team: Team) -> None:
        run = begin(spec("a", priority=1), spec("x", priority=2), spec("b", "a", "x"), spec("c"), team=team)
        hand = Hand(run)
        hand.fail(hand.claim("a"), kind="fatal")
        hand.fail(hand.claim("x"), kind="fatal")
        skip(run, "a")
        assert states(run)["b"] == "blocked"
        assert Event.objects.filter(type="task.blocked").latest("seq").data["by"] == "x"

    def test_twice_is_the_same_as_once(self, team: Team) -> None:
        run = begin(spec("a"), spec("b"), team=team)
        skip(run, "a")
        before = fresh(run).last_event_seq
        assert skip(run, "a").state == "skipped"
        assert fresh(run).last_event_seq == before

    def test_a_reason_is_required(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        with pytest.raises(BadInput) as refused:
            skip(run, "a", reason="  ")
        assert "reason" in refused.value.errors

    def test_what_is_worked_on_or_done_is_not_skipped(self, team: Team) -> None:
        run = begin(spec("a"), spec("b"), team=team)
        hand = Hand(run)
        hand.work_off("a")
        hand.claim("b")
        for key in "ab":
            with pytest.raises(InvalidMove):
                skip(run, key)

    def test_nothing_of_a_cancelled_run_is_skipped(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        cancel_run(run_id=run.pk, actor=SYSTEM)
        with pytest.raises(InvalidMove, match="final"):
            skip(run, "a")

    def test_who_may(self, people: People) -> None:
        run = begin(spec("a"), team=people.team)
        assert_refused(people, Role.OPERATOR, lambda actor: skip(run, "a", actor))

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_skip_and_claim_at_once_never_both(self, team: Team) -> None:
        run = begin(spec("a"), spec("b"), team=team)
        hand = Hand(run)
        skipped, claims = race(lambda: skip(run, "a"), hand.claims)
        if isinstance(skipped, InvalidMove):
            assert [c.key for c in claims] == ["a"]
        else:
            assert [c.key for c in claims] == ["b"]


class TestEdit:
    def test_the_change_acts_and_is_told(self, team: Team) -> None:
        run = begin(spec("a"), spec("b"), team=team)
        edited = edit(run, "a", title="  Another  ", priority=5000, max_attempts=4, timeout_s=60, inputs={"n": 1})
        assert (edited.title, edited.priority, edited.version) == ("Another", 5000, 2)
        assert Event.objects.get(type="task.edited").data["fields"] == [
            "inputs", "max_attempts", "priority", "timeout_s", "title",
        ]  # fmt: skip
        assert Hand(run).claim().key == "b"

    def test_somebody_was_faster(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        edit(run, "a", title="One")
        with pytest.raises(StaleVersion, match="at version 2, not 1"):
            edit_task(task_id=task(run, "a").pk, version=1, changes={"title": "Two"}, actor=SYSTEM)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", ""), ("title", "x" * 201), ("title", 7), ("title", "a\x00b"), ("description", "x" * 20_001),
            ("priority", -1), ("priority", True), ("priority", "high"), ("inputs", []), ("inputs", {"n": float("nan")}),
            ("inputs", {"s": "\ud800"}), ("inputs", {"s": "\x00"}), ("inputs", {"s": "x" * 100_001}),
            ("max_attempts", 0), ("max_attempts", 1.5), ("timeout_s", float("nan")), ("timeout_s", 0),
            ("backend", "magic"), ("backend", []), ("backend", 3), ("state", "completed"), ("run", "z"),
        ],
    )  # fmt: skip
    def test_bad_values_are_refused_by_field(self, team: Team, field: str, value: object) -> None:
        run = begin(spec("a"), team=team)
        with pytest.raises(BadInput) as refused:
            edit(run, "a", **{field: value})
        assert set(refused.value.errors) == {field}
        assert task(run, "a").version == 1

    def test_text_that_only_looks_like_a_nul_is_fine(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        assert edit(run, "a", inputs={"s": "\\u0000"}).inputs == {"s": "\\u0000"}

    def test_nothing_to_change_is_refused(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        with pytest.raises(BadInput):
            edit(run, "a")

    def test_what_is_worked_on_or_done_stays_as_it_is(self, team: Team) -> None:
        run = begin(spec("a"), spec("b"), team=team)
        hand = Hand(run)
        hand.work_off("a")
        hand.claim("b")
        for key in "ab":
            with pytest.raises(InvalidMove, match="cannot be changed"):
                edit(run, key, title="x")

    def test_a_failed_task_of_an_ended_run_is_edited_for_its_retry(self, team: Team) -> None:
        run, hand = with_failure(team)
        hand.work_off("c")
        edit(run, "a", max_attempts=3)
        assert Event.objects.filter(stream_id=run.pk).latest("seq").type == "post.edited"
        retry_task(task_id=task(run, "a").pk, actor=SYSTEM)

    def test_tasks_of_a_final_run_stay_as_they_are(self, team: Team) -> None:
        run, _ = with_failure(team)
        cancel_run(run_id=run.pk, actor=SYSTEM)
        with pytest.raises(InvalidMove, match="final"):
            edit(run, "a", title="x")

    def test_who_may(self, people: People) -> None:
        run = begin(spec("a"), team=people.team)
        assert_refused(people, Role.OPERATOR, lambda actor: edit(run, "a", actor, title="x"))

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_of_two_edits_at_once_one_is_stale(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        pk = task(run, "a").pk
        acts = [
            lambda n=n: edit_task(task_id=pk, version=1, changes={"title": f"T{n}"}, actor=SYSTEM) for n in range(2)
        ]
        assert sorted(type(r).__name__ for r in race(*acts)) == ["StaleVersion", "Task"]


class TestReassign:
    def test_another_agent_may_mean_another_queue(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        moved = reassign_task(task_id=task(run, "a").pk, version=1, backend=["shell", "builtin"], actor=SYSTEM)
        assert (moved.backend, moved.queue) == (["shell", "builtin"], "long")

    def test_a_piece_of_a_brief_stays_short_work(self, people: People) -> None:
        run = start_run(campaign_id=make_campaign(people.team).pk, actor=SYSTEM)
        moved = reassign_task(task_id=task(run, "copy").pk, version=1, backend="human", actor=SYSTEM)
        assert moved.queue == "short"

    def test_a_task_that_waits_for_a_person_is_worked_on_instead(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        hand = Hand(run)
        hand.ask(hand.claim())
        assert fresh(run).clock_stopped_at is not None
        reassign_task(task_id=task(run, "a").pk, version=1, backend="builtin", actor=SYSTEM)
        assert (states(run)["a"], run.decisions.get().state) == ("ready", "void")
        assert fresh(run).clock_stopped_at is None
        hand.work_off("a")

    def test_a_change_of_words_asks_on(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        hand = Hand(run)
        hand.ask(hand.claim())
        edit(run, "a", title="Please")
        assert (states(run)["a"], run.decisions.get().state) == ("waiting", "open")

    def test_an_unknown_agent_is_refused_by_name(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        with pytest.raises(BadInput, match="magic"):
            reassign_task(task_id=task(run, "a").pk, version=1, backend="magic", actor=SYSTEM)

    def test_who_may(self, people: People) -> None:
        run = begin(spec("a"), team=people.team)
        pk = task(run, "a").pk
        assert_refused(
            people, Role.OPERATOR, lambda actor: reassign_task(task_id=pk, version=1, backend="builtin", actor=actor)
        )


def test_a_paused_run_may_be_edited_stays_paused_and_rings_nobody(team: Team) -> None:
    run = begin(spec("a"), spec("b"), team=team)
    rung_at = pause_run(run_id=run.pk, actor=SYSTEM).rung_at
    split(run, "a")
    skip(run, "b")
    assert fresh(run).state == "paused"
    assert fresh(run).rung_at == rung_at


def test_a_task_answered_in_a_paused_run_may_end_it(people: People) -> None:
    run = begin(spec("a"), team=people.team)
    hand = Hand(run)
    hand.ask(hand.claim())
    pause_run(run_id=run.pk, actor=SYSTEM)
    answer_decision(decision_id=run.decisions.get().pk, answer={"ok": True}, actor=people.actor("reviewer"))
    assert fresh(run).state == "completed"
