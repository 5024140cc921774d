"""Start, pause, resume, cancel, retry: who may, what follows, twice, at once, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from campaigns.actions.campaigns import archive_campaign, delete_campaign
from campaigns.actions.runs import cancel_run, pause_run, resume_run, retry_run, start_run
from campaigns.actions.tasks import skip_task
from campaigns.models import Campaign, Event, Run, Session, Team
from campaigns.permissions import SYSTEM, Actor
from campaigns.states import Purpose, Role
from conductor.lib.errors import BadInput, Conflict, InvalidMove, NotAllowed, NotFound
from conductor.lib.ids import new_id
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh, states, task
from tests.campaigns.people import People
from tests.campaigns.races import race
from tests.campaigns.rights import assert_refused
from tests.factories import BRIEF, make_campaign

pytestmark = pytest.mark.django_db

Verb = Callable[[Run, Actor], Run]


def pause(run: Run, actor: Actor = SYSTEM) -> Run:
    return pause_run(run_id=run.pk, actor=actor)


def resume(run: Run, actor: Actor = SYSTEM) -> Run:
    return resume_run(run_id=run.pk, actor=actor)


def cancel(run: Run, actor: Actor = SYSTEM) -> Run:
    return cancel_run(run_id=run.pk, actor=actor)


def retry(run: Run, actor: Actor = SYSTEM) -> Run:
    return retry_run(run_id=run.pk, actor=actor)


def told(run: Run, prefix: str = "run.") -> list[str]:
    found = Event.objects.filter(stream_id=run.pk, type__startswith=prefix).order_by("seq")
    return list(found.values_list("type", flat=True))


def failed(team: Team, **settings: Any) -> Run:
    """A run whose one task has failed and blocked another."""
    run = begin(spec("a"), spec("b", "a"), team=team, **settings)
    hand = Hand(run)
    hand.fail(hand.claim("a"), kind="fatal")
    return fresh(run)


class TestStart:
    def test_a_brief_is_planned_numbered_and_accepted(self, people: People) -> None:
        campaign = make_campaign(people.team, state="draft")
        run = start_run(campaign_id=campaign.pk, actor=people.actor("author"))
        assert (run.number, run.state, run.purpose, run.stage) == (1, "queued", Purpose.FULL, "queued")
        assert list(run.tasks.values_list("key", "state")) == [
            ("copy", "ready"),
            ("short_copy", "ready"),
            ("visual_concept", "ready"),
            ("audit", "pending"),
        ]
        assert told(run) == ["run.accepted"]

    def test_the_first_run_makes_a_draft_active_and_says_so(self, people: People) -> None:
        campaign = make_campaign(people.team, state="draft")
        start_run(campaign_id=campaign.pk, actor=people.actor("author"))
        campaign.refresh_from_db()
        assert (campaign.state, campaign.runs_count) == ("active", 1)
        event = Event.objects.get(stream="campaign", type="campaign.activated")
        assert (event.from_state, event.to_state, event.correlation) == ("draft", "active", "test")

    def test_mode_and_platforms_may_be_chosen_for_this_run(self, people: People) -> None:
        campaign = make_campaign(people.team)
        run = start_run(campaign_id=campaign.pk, mode="sequential", platforms=["instagram"], actor=SYSTEM)
        assert (run.mode, run.brief["platforms"]) == ("sequential", ["instagram"])
        assert run.settings["mode"] == "sequential"
        campaign.refresh_from_db()
        assert campaign.brief["platforms"] == BRIEF["platforms"]

    def test_a_second_start_is_refused_while_one_is_active(self, people: People) -> None:
        campaign = make_campaign(people.team)
        start_run(campaign_id=campaign.pk, actor=SYSTEM)
        with pytest.raises(Conflict) as refused:
            start_run(campaign_id=campaign.pk, actor=SYSTEM)
        assert refused.value.code == "already_running"
        assert Run.objects.count() == 1

    def test_numbers_go_on_after_an_end(self, people: People) -> None:
        campaign = make_campaign(people.team)
        first = start_run(campaign_id=campaign.pk, actor=SYSTEM)
        cancel_run(run_id=first.pk, actor=SYSTEM)
        assert start_run(campaign_id=campaign.pk, actor=SYSTEM).number == 2

    def test_what_is_missing_is_named_by_field(self, people: People) -> None:
        campaign = make_campaign(people.team, brief={**BRIEF, "objective": "", "tone": ""})
        with pytest.raises(BadInput) as refused:
            start_run(campaign_id=campaign.pk, actor=SYSTEM)
        assert refused.value.code == "incomplete"
        assert {"objective", "tone"} <= {name.split(".")[-1] for name in refused.value.errors}
        assert not Run.objects.exists()

    @pytest.mark.parametrize("wrong", [{"mode": "both"}, {"platforms": ["myspace"]}, {"platforms": []}])
    def test_unknown_mode_and_platforms_are_refused(self, people: People, wrong: dict[str, Any]) -> None:
        campaign = make_campaign(people.team)
        with pytest.raises(BadInput) as refused:
            start_run(campaign_id=campaign.pk, actor=SYSTEM, **wrong)
        assert any(next(iter(wrong)) in name for name in refused.value.errors)

    def test_an_archived_campaign_starts_nothing(self, people: People) -> None:
        campaign = make_campaign(people.team)
        archive_campaign(campaign_id=campaign.pk, actor=SYSTEM)
        with pytest.raises(Conflict, match="archived"):
            start_run(campaign_id=campaign.pk, actor=SYSTEM)

    def test_a_deleted_campaign_does_not_exist(self, people: People) -> None:
        campaign = make_campaign(people.team)
        delete_campaign(campaign_id=campaign.pk, actor=SYSTEM)
        with pytest.raises(NotFound):
            start_run(campaign_id=campaign.pk, actor=SYSTEM)

    def test_who_may(self, people: People) -> None:
        campaign = make_campaign(people.team)
        assert_refused(people, Role.AUTHOR, lambda actor: start_run(campaign_id=campaign.pk, actor=actor))
        with pytest.raises(NotFound):
            start_run(campaign_id=new_id(), actor=SYSTEM)

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_of_two_at_once_one_is_accepted(self, people: People) -> None:
        campaign = make_campaign(people.team)
        results = race(*[lambda: start_run(campaign_id=campaign.pk, actor=SYSTEM)] * 3)
        assert sorted(type(r).__name__ for r in results) == ["Conflict", "Conflict", "Run"]
        assert Run.objects.get().number == 1


class TestPauseAndResume:
    def test_nothing_starts_while_it_is_paused(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        assert pause_run(run_id=run.pk, reason="lunch", actor=SYSTEM).state == "paused"
        assert Hand(run).claims() == ()
        assert told(run) == ["run.accepted", "run.pausing", "run.paused"]
        assert Event.objects.get(type="run.pausing").data == {"reason": "lunch"}

    def test_running_attempts_end_first(self, team: Team) -> None:
        run = begin(spec("a"), spec("b"), team=team)
        hand = Hand(run)
        claim = hand.claim()
        assert pause_run(run_id=run.pk, actor=SYSTEM).state == "pausing"
        hand.succeed(claim)
        assert fresh(run).state == "paused"
        assert states(run) == {"a": "completed", "b": "ready"}

    def test_resuming_opens_the_next_session(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        pause_run(run_id=run.pk, actor=SYSTEM)
        assert resume_run(run_id=run.pk, actor=SYSTEM).state == "running"
        first, second = Session.objects.filter(run=run).order_by("number")
        assert (first.state, second.state, second.parent) == ("paused", "running", first)
        Hand(run).work_off("a")
        assert fresh(run).state == "completed"

    def test_resuming_before_it_stands_still_goes_on_in_the_same_session(self, team: Team) -> None:
        run = begin(spec("a"), spec("b"), team=team)
        hand = Hand(run)
        claim = hand.claim()
        pause_run(run_id=run.pk, actor=SYSTEM)
        resume_run(run_id=run.pk, actor=SYSTEM)
        hand.succeed(claim)
        assert fresh(run).state == "running"
        assert run.sessions.count() == 1

    def test_the_clock_stands_while_it_is_paused(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        pause_run(run_id=run.pk, actor=SYSTEM)
        hour = timedelta(hours=1)
        stopped = fresh(run).clock_stopped_at
        assert stopped is not None
        Run.objects.filter(pk=run.pk).update(clock_stopped_at=stopped - hour)
        resumed = resume_run(run_id=run.pk, actor=SYSTEM)
        assert resumed.deadline_at >= run.deadline_at + hour
        assert resumed.clock_stopped_at is None

    @pytest.mark.parametrize("verb", [pause, resume], ids=["pause", "resume"])
    def test_twice_is_the_same_as_once(self, team: Team, verb: Verb) -> None:
        run = begin(spec("a"), team=team)
        if verb is resume:
            pause(run)
        first = verb(run)
        events = first.last_event_seq
        again = verb(run)
        assert (again.state, again.last_event_seq) == (first.state, events)

    @pytest.mark.parametrize("verb", [pause, resume], ids=["pause", "resume"])
    def test_an_ended_run_is_refused(self, team: Team, verb: Verb) -> None:
        run = failed(team)
        with pytest.raises(InvalidMove, match="failed"):
            verb(run)

    def test_a_run_that_is_being_cancelled_is_not_paused(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        Hand(run).claim()
        cancel_run(run_id=run.pk, actor=SYSTEM)
        with pytest.raises(InvalidMove, match="cancelling"):
            pause_run(run_id=run.pk, actor=SYSTEM)

    def test_a_paused_run_whose_last_task_is_skipped_ends(self, team: Team) -> None:
        run = begin(spec("a"), spec("b"), team=team)
        Hand(run).work_off("a")
        pause_run(run_id=run.pk, actor=SYSTEM)
        skip_task(task_id=task(run, "b").pk, reason="no need", actor=SYSTEM)
        assert fresh(run).state == "completed"

    @pytest.mark.parametrize("verb", [pause, resume], ids=["pause", "resume"])
    def test_who_may(self, people: People, verb: Verb) -> None:
        run = begin(spec("a"), team=people.team)
        assert_refused(people, Role.OPERATOR, lambda actor: verb(run, actor))
        verb(run, people.actor("operator"))

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_pause_and_finish_at_once_leave_it_paused_or_ended(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        hand = Hand(run)
        claim = hand.claim()
        race(lambda: pause(run), lambda: hand.succeed(claim))
        assert fresh(run).state == "completed"
        assert told(run)[-1] == "run.completed"


class TestCancel:
    def test_what_has_not_started_is_cancelled_at_once(self, team: Team) -> None:
        run = begin(spec("a"), spec("b", "a"), team=team)
        assert cancel_run(run_id=run.pk, reason="wrong brief", actor=SYSTEM).state == "cancelled"
        assert set(states(run).values()) == {"cancelled"}
        assert told(run)[-2:] == ["run.cancelling", "run.cancelled"]
        assert fresh(run).outcome == "cancelled"

    def test_running_attempts_are_waited_for(self, team: Team) -> None:
        run = begin(spec("a"), spec("b"), team=team)
        hand = Hand(run)
        hand.work_off("a")
        claim = hand.claim("b")
        assert cancel_run(run_id=run.pk, actor=SYSTEM).state == "cancelling"
        assert hand.claims() == ()
        hand.release(claim, "cancelled")
        assert states(run) == {"a": "completed", "b": "cancelled"}
        assert fresh(run).state == "cancelled"

    def test_twice_is_the_same_as_once(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        cancel_run(run_id=run.pk, actor=SYSTEM)
        before = fresh(run).last_event_seq
        assert cancel_run(run_id=run.pk, actor=SYSTEM).last_event_seq == before

    def test_a_paused_run_can_be_cancelled(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        pause_run(run_id=run.pk, actor=SYSTEM)
        assert cancel_run(run_id=run.pk, actor=SYSTEM).state == "cancelled"

    def test_what_has_ended_is_not_cancelled(self, team: Team) -> None:
        with pytest.raises(InvalidMove, match="nothing to cancel"):
            cancel_run(run_id=failed(team).pk, actor=SYSTEM)

    def test_a_question_no_longer_matters(self, team: Team) -> None:
        run = begin(spec("a"), team=team)
        hand = Hand(run)
        hand.ask(hand.claim())
        cancel_run(run_id=run.pk, actor=SYSTEM)
        assert run.decisions.get().state == "void"
        assert states(run) == {"a": "cancelled"}

    def test_who_may(self, people: People) -> None:
        run = begin(spec("a"), team=people.team)
        assert_refused(people, Role.OPERATOR, lambda actor: cancel(run, actor))
        with pytest.raises(NotFound):
            cancel_run(run_id=new_id(), actor=people.actor("admin"))

    def test_authors_may_cancel_their_own(self, people: People) -> None:
        run = begin(spec("a"), team=people.team)
        Campaign.objects.filter(pk=run.campaign_id).update(created_by=people.users["author"])
        with pytest.raises(NotAllowed):
            cancel(run, people.actor("reviewer"))
        assert cancel(run, people.actor("author")).state == "cancelled"

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_cancel_and_finish_at_once_give_one_end(self, team: Team) -> None:
        for _ in range(5):
            run = begin(spec("a"), team=team)
            hand = Hand(run)
            claim = hand.claim()
            race(lambda: cancel(run), lambda: hand.succeed(claim))
            assert fresh(run).state in ("completed", "cancelled")
            ends = Event.objects.filter(stream_id=run.pk, type__in=["run.completed", "run.cancelled"])
            assert ends.count() == 1
