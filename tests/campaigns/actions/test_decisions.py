"""What waits for a person, and the answer: an attempt of its own, checked like an agent's."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.actions.decisions import ANSWER_BYTES, answer_decision
from campaigns.actions.runs import cancel_run, pause_run, start_run
from campaigns.models import Attempt, Decision, Event, Run, Task, TaskOutput, Team
from campaigns.permissions import SYSTEM, Actor
from campaigns.states import Role
from conductor.lib.errors import BadInput, Conflict, NotFound
from conductor.lib.ids import new_id
from tests.campaigns.engine.drive import drive
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh, states, task
from tests.campaigns.people import People
from tests.campaigns.races import race
from tests.campaigns.rights import assert_refused
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db


def asked(team: Team, options: tuple[str, ...] = ()) -> Run:
    """A run whose first task waits for a person; another needs it."""
    run = begin(spec("a"), spec("b", "a"), team=team)
    hand = Hand(run)
    hand.ask(hand.claim("a"), "Which colour?", options)
    return run


def answer(run: Run, said: Any, actor: Actor = SYSTEM) -> Decision:
    return answer_decision(decision_id=run.decisions.latest("created_at").pk, answer=said, actor=actor)


def test_a_task_waits_and_the_clock_stands(team: Team) -> None:
    run = fresh(asked(team))
    assert states(run) == {"a": "waiting", "b": "pending"}
    assert (run.state, run.clock_stopped_at is None) == ("running", False)
    question = run.decisions.get()
    assert (question.kind, question.question, question.state, question.team) == ("task", "Which colour?", "open", team)
    assert Attempt.objects.get(run=run).state == "released"


def test_the_answer_is_an_attempt_of_its_own(people: People) -> None:
    run = asked(people.team)
    told = answer(run, {"output": {"colour": "blue"}, "summary": "Blue it is."}, people.actor("reviewer"))
    assert (told.state, told.answered_by, told.version) == ("answered", people.users["reviewer"], 2)
    assert states(run) == {"a": "completed", "b": "ready"}
    attempt = Attempt.objects.get(run=run, state="succeeded")
    assert (attempt.number, attempt.fence, attempt.spec, attempt.worker) == (2, 2, "human", None)
    output = TaskOutput.objects.get(task__key="a")
    assert (output.output, output.summary) == ({"colour": "blue"}, "Blue it is.")
    assert fresh(run).clock_stopped_at is None


def test_an_answer_without_output_is_the_output(team: Team) -> None:
    run = asked(team)
    answer(run, {"colour": "red", "summary": "Red."})
    assert TaskOutput.objects.get(task__key="a").output == {"colour": "red"}


def test_one_of_the_options_is_enough(team: Team) -> None:
    run = asked(team, ("red", "blue"))
    answer(run, "blue")
    assert TaskOutput.objects.get(task__key="a").output == {"choice": "blue"}


@pytest.mark.parametrize(
    "wrong",
    ["green", {"choice": "green"}, {"colour": "red"}, 7, None, ["red"], {"choice": "red", "n": float("nan")},
     {"choice": "red", "x": "y" * ANSWER_BYTES}, {"choice": "red", "output": "text"}],
)  # fmt: skip
def test_what_is_no_answer_is_refused_and_the_question_stays(team: Team, wrong: Any) -> None:
    run = asked(team, ("red", "blue"))
    with pytest.raises(BadInput) as refused:
        answer(run, wrong)
    assert all(name.startswith("answer") for name in refused.value.errors)
    assert states(run)["a"] == "waiting"
    assert run.decisions.get().state == "open"


def test_twice_is_refused_the_second_time(team: Team) -> None:
    run = asked(team)
    answer(run, {"n": 1})
    with pytest.raises(Conflict) as refused:
        answer(run, {"n": 2})
    assert refused.value.code == "already_answered"
    assert TaskOutput.objects.get().output == {"n": 1}


def test_a_question_that_no_longer_matters_takes_no_answer(team: Team) -> None:
    run = asked(team)
    cancel_run(run_id=run.pk, actor=SYSTEM)
    with pytest.raises(Conflict, match="void"):
        answer(run, {"n": 1})


def test_an_answer_in_a_paused_run_is_kept_for_when_it_goes_on(team: Team) -> None:
    run = asked(team)
    pause_run(run_id=run.pk, actor=SYSTEM)
    answer(run, {"n": 1})
    assert (fresh(run).state, states(run)) == ("paused", {"a": "completed", "b": "ready"})
    assert Hand(run).claims() == ()


def test_every_question_and_answer_is_told(people: People) -> None:
    run = asked(people.team)
    answer(run, {"n": 1}, people.actor("operator"))
    told = Event.objects.filter(stream_id=run.pk, type__startswith="decision.").order_by("seq")
    assert [(e.type, e.actor) for e in told] == [
        ("decision.opened", f"worker:{Attempt.objects.get(number=1).worker_id}"),
        ("decision.answered", "user:operator"),
    ]


def test_a_piece_that_a_person_makes_is_checked_like_an_agents(people: People) -> None:
    campaign = make_campaign(people.team, settings={"agents": {"copy": ["human"]}})
    run = drive(start_run(campaign_id=campaign.pk, actor=SYSTEM))
    assert task(run, "copy").state == "waiting"
    with pytest.raises(BadInput) as refused:
        answer(run, {"output": {"headlines": ["One"]}})
    assert "headlines" in str(refused.value)
    assert task(run, "copy").state == "waiting"

    other = drive(start_run(campaign_id=make_campaign(people.team).pk, actor=SYSTEM))
    good = other.versions.get(artifact__slot="copy").content
    answer(run, {"output": good, "summary": "Written by hand."}, people.actor("reviewer"))
    assert run.versions.get(artifact__slot="copy").content == good
    assert drive(run).state == "completed"


@pytest.mark.parametrize("wrong", ["warm", {"output": {"headlines": ["One"]}}, {"summary": "Done."}, {"output": {}}])
def test_an_agents_own_question_about_a_piece_takes_no_other_answer_than_a_piece(people: People, wrong: Any) -> None:
    """Such a question has no schema in it; what is answered becomes the piece all the same."""
    campaign = make_campaign(people.team, settings={"agents": {"copy": ["human"]}})
    run = drive(start_run(campaign_id=campaign.pk, actor=SYSTEM))
    run.decisions.update(details={}, options=["warm", "cool"] if wrong == "warm" else [])
    with pytest.raises(BadInput) as refused:
        answer(run, wrong, people.actor("reviewer"))
    assert refused.value.errors
    assert all(name.startswith("answer.output.") for name in refused.value.errors)
    assert (task(run, "copy").state, run.decisions.get().state) == ("waiting", "open")
    assert not run.versions.filter(artifact__slot="copy").exists()


def test_an_agents_own_question_about_work_takes_what_the_role_takes(people: People) -> None:
    run = asked(people.team, ("parse", "read"))
    Task.objects.filter(run=run, key="a").update(role="worker")
    with pytest.raises(BadInput) as refused:
        answer(run, {"choice": "parse", "output": {"colour": "blue"}})
    assert refused.value.errors == {
        "answer.output.summary": ["Is missing."],
        "answer.output.colour": ["There is no such field."],
    }
    assert states(run) == {"a": "waiting", "b": "pending"}
    answer(run, "parse")
    said = TaskOutput.objects.get().output
    assert (said["summary"], said["status"]) == ("parse", "done")
    assert states(run) == {"a": "completed", "b": "ready"}


@pytest.mark.parametrize("own_question", [False, True])
def test_of_an_audit_nobodys_word_is_taken(people: People, own_question: bool) -> None:
    """Also where the agent asked something of its own, without a schema that the answer has to fit."""
    honest = drive(start_run(campaign_id=make_campaign(people.team).pk, actor=SYSTEM)).audits.get()
    campaign = make_campaign(people.team, settings={"agents": {"audit": ["human"]}})
    run = drive(start_run(campaign_id=campaign.pk, actor=SYSTEM))
    assert task(run, "audit").state == "waiting"
    if own_question:
        run.decisions.update(details={})
    forged = {
        "verdict": "pass",
        "score": 100.0,
        "categories": {"risk": {"score": 100.0, "weight": 1}},
        "pieces": [{"slot": "copy", "version": str(honest.versions.all()[0].pk), "present": True}],
        "pack": {"name": "none", "version": "0"},
    }
    answer(run, {"output": forged}, people.actor("reviewer"))
    report = run.audits.get()
    assert (report.score, len(report.categories)) == (honest.score, len(honest.categories))
    assert (report.pack, report.pack_sha256) == (honest.pack, honest.pack_sha256)
    assert set(report.versions.all()) == set(run.versions.all())


def test_a_person_may_plan(team: Team) -> None:
    run = begin(spec("plan"), team=team)
    hand = Hand(run)
    hand.ask(hand.claim())
    answer(run, {"output": {"graph": {"add": [{"key": "x", "title": "X", "role": "task", "backend": "builtin"}]}}})
    assert states(run) == {"plan": "completed", "x": "ready"}


def test_a_plan_of_a_person_that_breaks_the_graph_is_refused(team: Team) -> None:
    run = begin(spec("plan"), team=team)
    hand = Hand(run)
    hand.ask(hand.claim())
    cycle = [{"key": k, "title": k, "role": "task", "needs": [{"key": n}]} for k, n in (("x", "y"), ("y", "x"))]
    with pytest.raises(BadInput) as refused:
        answer(run, {"output": {"graph": {"add": cycle}}})
    assert refused.value.code == "plan_cycle"
    assert states(run) == {"plan": "waiting"}


def test_who_may(people: People) -> None:
    run = asked(people.team)
    assert_refused(people, Role.REVIEWER, lambda actor: answer(run, {"n": 1}, actor))
    with pytest.raises(NotFound):
        answer_decision(decision_id=new_id(), answer={}, actor=SYSTEM)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_counts(team: Team) -> None:
    run = asked(team)
    results = race(lambda: answer(run, {"n": 1}), lambda: answer(run, {"n": 2}))
    assert sorted(type(r).__name__ for r in results) == ["Conflict", "Decision"]
    assert Attempt.objects.filter(run=run, state="succeeded").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_answer_and_cancel_at_once_agree(team: Team) -> None:
    run = asked(team)
    race(lambda: answer(run, {"n": 1}), lambda: cancel_run(run_id=run.pk, actor=SYSTEM))
    assert (states(run)["a"] == "completed") == (run.decisions.get().state == "answered")
    assert fresh(run).state == "cancelled"
