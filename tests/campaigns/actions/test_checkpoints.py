"""Save, restore and fork: a child run gets exactly what the checkpoint holds; what cannot be trusted is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from campaigns.actions import checkpoints
from campaigns.actions.campaigns import archive_campaign
from campaigns.actions.checkpoints import fork_run, restore_checkpoint, save_checkpoint
from campaigns.actions.decisions import answer_decision
from campaigns.actions.runs import resume_run, start_run
from campaigns.actions.tasks import skip_task
from campaigns.engine.checks import due_checks
from campaigns.kinds import snapshots
from campaigns.kinds.base import GraphChange
from campaigns.models import Artifact, Attempt, Checkpoint, Event, Run, Task, TaskOutput, Team
from campaigns.permissions import SYSTEM
from campaigns.queries.snapshots import snapshot_of, versions_by_slot
from campaigns.states import Purpose, Role
from campaigns.transitions.accept import database_now
from conductor.lib.errors import BadInput, Conflict, NotFound
from conductor.lib.ids import canonical_json, new_id, sha256_hex
from tests.campaigns.actions.saved import half_done, restore, save
from tests.campaigns.engine.drive import drive
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh, states, task
from tests.campaigns.people import People
from tests.campaigns.races import race
from tests.campaigns.rights import assert_refused
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db


class TestSave:
    def test_it_holds_the_run_as_of_its_last_event(self, team: Team) -> None:
        run, _ = half_done(team)
        saved = save(run, reason="before lunch")
        assert (saved.number, saved.at_seq, saved.completed, saved.cause) == (1, run.last_event_seq, 1, "manual")
        held = json.loads(saved.payload)
        assert [(t["key"], t["state"]) for t in held["tasks"]] == [("a", "completed"), ("b", "ready"), ("c", "pending")]
        assert held["tasks"][0]["output"] == {"said": "hello"}
        assert Event.objects.get(type="checkpoint.saved").data["number"] == 1

    def test_the_same_state_gives_the_same_digest_but_for_its_time(self, team: Team) -> None:
        run, _ = half_done(team)
        first, second = save(run), save(run)
        assert (first.number, second.number) == (1, 2)
        one, two = (json.loads(c.payload) for c in (first, second))
        assert {**one, "at_seq": 0} == {**two, "at_seq": 0}

    def test_the_session_knows_its_last_checkpoint(self, team: Team) -> None:
        run, _ = half_done(team)
        saved = save(run)
        assert run.sessions.get().checkpoint == saved

    @pytest.mark.parametrize("wrong", [{"cause": "whim"}, {"reason": "x" * 501}])
    def test_bad_input_is_refused_by_field(self, team: Team, wrong: dict[str, str]) -> None:
        run, _ = half_done(team)
        with pytest.raises(BadInput) as refused:
            save(run, **wrong)
        assert set(refused.value.errors) == set(wrong)
        assert not Checkpoint.objects.exists()

    def test_an_ended_run_may_be_saved_too(self, team: Team) -> None:
        run, hand = half_done(team)
        hand.work_off()
        save(run)
        assert Event.objects.filter(stream_id=run.pk).latest("seq").type == "post.checkpoint_saved"

    def test_a_checkpoint_is_due_every_so_many_tasks(self, team: Team) -> None:
        run = begin(spec("a"), spec("b"), spec("c"), team=team, checkpoint_every=2)
        hand = Hand(run)
        assert not hand.succeed(hand.claim("a")).checkpoint_due
        assert hand.succeed(hand.claim("b")).checkpoint_due
        save(run, cause="tasks")
        assert fresh(run).completed_since_checkpoint == 0

    def test_two_that_save_by_count_make_one(self, team: Team) -> None:
        run, _ = half_done(team, checkpoint_every=1)
        assert save(run, cause="tasks") == save(run, cause="tasks")
        assert Checkpoint.objects.count() == 1

    def test_two_witnesses_that_save_by_time_make_one(self, team: Team) -> None:
        run, _ = half_done(team, checkpoint_every=5)
        save(run)
        Run.objects.filter(pk=run.pk).update(completed_since_checkpoint=1)
        assert save(run, cause="time") == save(run, cause="time")
        assert Checkpoint.objects.count() == 2

    def test_time_alone_brings_one_if_work_was_done(self, team: Team) -> None:
        run, _ = half_done(team, checkpoint_every=5)
        assert due_checks(database_now(), SYSTEM) == 0
        later = database_now() + timedelta(hours=1)
        assert (due_checks(later, SYSTEM), due_checks(later, SYSTEM)) == (1, 0)
        assert run.checkpoints.get().cause == "time"

    def test_a_run_that_wants_none_gets_none(self, team: Team) -> None:
        half_done(team, checkpoint_every=0)
        assert due_checks(database_now() + timedelta(hours=1), SYSTEM) == 0

    def test_who_may(self, people: People) -> None:
        run, _ = half_done(people.team)
        assert_refused(people, Role.OPERATOR, lambda actor: save(run, actor))
        with pytest.raises(NotFound):
            save_checkpoint(run_id=new_id(), actor=SYSTEM)


class TestAutonomy:
    def test_at_a_checkpoint_it_stops_and_asks(self, team: Team) -> None:
        run, hand = half_done(team, autonomy="checkpoint", checkpoint_every=1)
        save(run, cause="tasks")
        assert fresh(run).state == "paused"
        question = run.decisions.get()
        assert (question.kind, question.state, question.options) == ("checkpoint", "open", ["continue", "cancel"])
        assert hand.claims() == ()

    def test_continue_goes_on(self, people: People) -> None:
        run, hand = half_done(people.team, autonomy="checkpoint", checkpoint_every=1)
        save(run, cause="tasks")
        answer_decision(decision_id=run.decisions.get().pk, answer="continue", actor=people.actor("reviewer"))
        assert fresh(run).state == "running"
        hand.work_off("b")

    def test_cancel_ends_it(self, people: People) -> None:
        run, _ = half_done(people.team, autonomy="checkpoint", checkpoint_every=1)
        save(run, cause="tasks")
        answer_decision(decision_id=run.decisions.get().pk, answer="cancel", actor=people.actor("reviewer"))
        assert fresh(run).state == "cancelled"

    def test_resuming_answers_it_too(self, team: Team) -> None:
        run, _ = half_done(team, autonomy="checkpoint", checkpoint_every=1)
        save(run, cause="tasks")
        resume_run(run_id=run.pk, actor=SYSTEM)
        assert run.decisions.get().state == "void"

    def test_running_attempts_end_first_and_if_that_ends_the_run_nothing_is_asked_any_more(self, team: Team) -> None:
        run = begin(spec("a"), spec("b"), team=team, autonomy="checkpoint", checkpoint_every=1)
        hand, other = Hand(run), Hand(run)
        last = other.claim("a")
        hand.succeed(hand.claim("b"))
        save(run, cause="tasks")
        assert fresh(run).state == "pausing"
        other.succeed(last)
        assert fresh(run).state == "completed"
        assert run.decisions.get().state == "void"

    def test_a_checkpoint_by_hand_asks_nothing(self, team: Team) -> None:
        run, _ = half_done(team, autonomy="checkpoint", checkpoint_every=5)
        save(run)
        assert fresh(run).state == "running"
        assert not run.decisions.exists()


class TestRestore:
    def test_the_child_gets_exactly_what_the_checkpoint_holds(self, team: Team) -> None:
        run, hand = half_done(team)
        saved = save(run)
        hand.work_off("b")
        child = restore(saved)
        assert (child.purpose, child.parent, child.number) == (Purpose.RESTORE, run, 2)
        assert states(child) == {"a": "completed", "b": "ready", "c": "pending"}
        assert TaskOutput.objects.get(task__run=child).output == {"said": "hello"}
        assert task(child, "a").origin == task(run, "a").pk
        assert {k: v for k, v in child.settings.items() if k != "inherited"} == run.settings
        Hand(child).work_off()
        assert fresh(child).outcome == "success"

    def test_the_old_run_is_stopped(self, team: Team) -> None:
        run, _ = half_done(team)
        restore(save(run))
        assert fresh(run).state == "cancelled"
        assert states(run) == {"a": "completed", "b": "cancelled", "c": "cancelled"}

    def test_a_live_attempt_of_the_old_run_is_fenced_off_and_late(self, team: Team) -> None:
        run, hand = half_done(team)
        saved = save(run)
        claim = hand.claim("b")
        child = restore(saved)
        assert Attempt.objects.get(pk=claim.attempt_id).state == "cancelled"
        assert hand.succeed(claim).late == (claim.attempt_id,)
        assert states(child)["b"] == "ready"
        assert not TaskOutput.objects.filter(task__run=run, task__key="b").exists()

    def test_an_ended_run_stays_as_it_ended(self, team: Team) -> None:
        run, hand = half_done(team)
        saved = save(run)
        hand.fail(hand.claim("b"), kind="fatal")
        before = fresh(run)
        restore(saved)
        assert (fresh(run).state, fresh(run).last_event_seq) == ("partially_completed", before.last_event_seq)

    def test_what_was_skipped_stays_skipped(self, team: Team) -> None:
        run, _ = half_done(team)
        skip_task(task_id=task(run, "b").pk, reason="no need", actor=SYSTEM)
        child = restore(save(run))
        assert states(child) == {"a": "completed", "b": "skipped", "c": "ready"}

    def test_failed_tasks_are_tried_anew(self, team: Team) -> None:
        run = begin(spec("a", priority=1), spec("b"), team=team)
        hand = Hand(run)
        hand.fail(hand.claim("a"), kind="fatal")
        child = restore(save(run))
        assert states(child) == {"a": "ready", "b": "ready"}
        assert task(child, "a").failures == 0

    def test_superseded_tasks_are_left_behind(self, team: Team) -> None:
        run = begin(spec("plan"), spec("old", "plan"), spec("end", "old"), team=team)
        hand = Hand(run)
        hand.succeed(hand.claim("plan"), graph=GraphChange(add=(spec("new", supersedes="old"),)))
        child = restore(save(run))
        assert states(child) == {"plan": "completed", "end": "pending", "new": "ready"}

    def test_a_need_that_was_set_aside_after_its_end_is_no_need_of_the_child(self, team: Team) -> None:
        run = begin(spec("a", priority=1), spec("after", "a!", priority=2), spec("plan", priority=3), team=team)
        hand = Hand(run)
        hand.fail(hand.claim("a"), kind="fatal")
        hand.work_off("after")
        hand.succeed(hand.claim("plan"), graph=GraphChange(add=(spec("fix", supersedes="a"),)))
        child = restore(save(run))
        assert states(child) == {"after": "completed", "plan": "completed", "fix": "ready"}

    def test_a_run_that_was_all_done_ends_at_once(self, team: Team) -> None:
        run, hand = half_done(team)
        hand.work_off()
        child = restore(save(run))
        assert (child.state, child.outcome) == ("completed", "success")

    def test_pieces_are_those_of_the_checkpoint(self, people: People) -> None:
        run = drive(start_run(campaign_id=make_campaign(people.team).pk, actor=SYSTEM))
        saved = save(run)
        first = versions_by_slot(run)
        child = restore(saved)
        assert versions_by_slot(child) == first
        assert child.state == "completed"
        assert Artifact.objects.get(slot="copy").head == 1

    def test_a_restored_run_can_be_saved_and_restored_again(self, team: Team) -> None:
        run, _ = half_done(team)
        child = restore(save(run))
        grandchild = restore(save(child))
        assert states(grandchild) == states(run) | {"b": "ready", "c": "pending"}
        assert task(grandchild, "a").origin == task(child, "a").pk

    def test_an_older_checkpoint_may_be_restored_while_its_child_runs_only_after_that_ended(self, team: Team) -> None:
        run, _ = half_done(team)
        saved = save(run)
        restore(saved)
        with pytest.raises(Conflict) as refused:
            restore(saved)
        assert refused.value.code == "already_running"

    def test_a_refused_restore_leaves_the_run_going(self, team: Team) -> None:
        run, hand = half_done(team)
        saved = save(run)
        claim = hand.claim("b")
        Checkpoint.objects.filter(pk=saved.pk).update(payload=saved.payload + " ")
        with pytest.raises(BadInput):
            restore(saved)
        Checkpoint.objects.filter(pk=saved.pk).update(payload=saved.payload)
        assert fresh(run).state == "running"
        hand.succeed(claim)

    def test_an_archived_campaign_restores_nothing(self, team: Team) -> None:
        run, hand = half_done(team)
        saved = save(run)
        hand.work_off()
        archive_campaign(campaign_id=run.campaign_id, actor=SYSTEM)
        with pytest.raises(Conflict, match="archived"):
            restore(saved)

    def test_who_may(self, people: People) -> None:
        run, _ = half_done(people.team)
        saved = save(run)
        assert_refused(people, Role.OPERATOR, lambda actor: restore(saved, actor))
        with pytest.raises(NotFound):
            restore_checkpoint(checkpoint_id=new_id(), actor=SYSTEM)

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_restore_and_finish_at_once_never_lose_the_fence(self, team: Team) -> None:
        run, hand = half_done(team)
        saved = save(run)
        claim = hand.claim("b")
        child, turned = race(lambda: restore(saved), lambda: hand.succeed(claim))
        assert states(child) == {"a": "completed", "b": "ready", "c": "pending"}
        assert fresh(run).state == "cancelled"
        assert (states(run)["b"] == "completed") == (turned.late == ())

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_of_two_restores_at_once_one_is_made(self, team: Team) -> None:
        run, _ = half_done(team)
        saved = save(run)
        results = race(lambda: restore(saved), lambda: restore(saved))
        assert sorted(type(r).__name__ for r in results) == ["Conflict", "Run"]


def torn(saved: Checkpoint) -> Mapping[str, str]:
    return {"payload": saved.payload[:-20]}


def altered(saved: Checkpoint) -> Mapping[str, str]:
    payload = saved.payload.replace("hello", "olleh")
    return {"payload": payload, "digest": sha256_hex(payload)}


def signed(payload: str) -> Mapping[str, str]:
    mac = snapshots._mac(payload, checkpoints.signing_key())
    return {"payload": payload, "digest": sha256_hex(payload), "mac": mac}


def foreign(saved: Checkpoint) -> Mapping[str, str]:
    return signed(canonical_json({**json.loads(saved.payload), "run": str(new_id())}))


def newer(saved: Checkpoint) -> Mapping[str, str]:
    return signed(canonical_json({**json.loads(saved.payload), "schema": 99}))


def cut_and_signed(saved: Checkpoint) -> Mapping[str, str]:
    return signed(saved.payload[:-20])


def no_checkpoint(saved: Checkpoint) -> Mapping[str, str]:
    return signed('["nothing"]')


FAULTS: dict[str, tuple[Callable[[Checkpoint], Mapping[str, str]], str]] = {
    "torn": (torn, "damaged"),
    "altered": (altered, "signature"),
    "foreign": (foreign, "another run"),
    "newer": (newer, "schema is 99"),
    "cut and signed": (cut_and_signed, "torn"),
    "something else": (no_checkpoint, "not a checkpoint"),
}


@pytest.mark.parametrize(("spoil", "words"), FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_trusted_is_refused_by_name_and_changes_nothing(
    team: Team, unsound: None, spoil: Callable[[Checkpoint], Mapping[str, str]], words: str
) -> None:
    run, _ = half_done(team)
    saved = save(run)
    Checkpoint.objects.filter(pk=saved.pk).update(**spoil(saved))
    before = list(Task.objects.values_list("key", "state")), fresh(run).last_event_seq
    for act in (lambda: restore(saved), lambda: fork_run(run_id=run.pk, from_checkpoint=saved.pk, actor=SYSTEM)):
        with pytest.raises(BadInput, match=words) as refused:
            act()
        assert refused.value.code == "checkpoint_invalid"
    assert (list(Task.objects.values_list("key", "state")), fresh(run).last_event_seq) == before
    assert Run.objects.count() == 1


def test_a_snapshot_of_the_child_says_what_the_parents_said(team: Team) -> None:
    run, _ = half_done(team)
    child = restore(save(run))
    names = ("key", "title", "state", "needs", "output", "queue", "backend", "max_attempts", "timeout_s")
    one, two = ([{n: t[n] for n in names} for t in snapshot_of(r)["tasks"]] for r in (run, child))
    wanted = [{**t, "state": s} for t, s in zip(one, ["completed", "ready", "pending"], strict=True)]
    assert two == wanted
