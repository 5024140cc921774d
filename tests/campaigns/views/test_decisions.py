"""The inbox: what waits for a person, and the answers it takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.models import Decision
from campaigns.states import DecisionState, Role, RunState
from tests import factories as make
from tests.campaigns.views import scenes
from tests.campaigns.views.conftest import People, text
from tests.campaigns.views.scenes import Scene

ClientOf = Callable[[User], Client]


def test_a_question_of_a_task_is_answered_in_words(visitor: Client, coding: Scene) -> None:
    decision = Decision.objects.get(run=coding.run)

    answer = visitor.post(reverse("decision-answer", args=[decision.pk]), {"answer": "Keep parse."})

    decision.refresh_from_db()
    assert answer["Location"] == reverse("inbox")
    assert decision.state == DecisionState.ANSWERED
    assert decision.answer == {"summary": "Keep parse."}
    assert "Nothing needs you" in text(visitor, "inbox")


def test_an_answer_as_json_is_taken_as_data(visitor: Client, coding: Scene) -> None:
    decision = Decision.objects.get(run=coding.run)

    visitor.post(reverse("decision-answer", args=[decision.pk]), {"answer": '{"output": {"summary": "parse"}}'})

    decision.refresh_from_db()
    assert decision.answer == {"output": {"summary": "parse"}}


@pytest.mark.parametrize(
    "said", [r'{"a": "\u0000"}', r'{"a": ["\ud800"]}', r'{"\udfff": 1}', '{"a":' * 200 + "1" + "}" * 200]
)
def test_an_answer_that_cannot_be_stored_is_refused_in_words(visitor: Client, coding: Scene, said: str) -> None:
    decision = Decision.objects.get(run=coding.run)

    answer = visitor.post(reverse("decision-answer", args=[decision.pk]), {"answer": said})

    decision.refresh_from_db()
    assert answer.status_code == 422
    assert decision.state == DecisionState.OPEN


def test_only_an_option_answers_a_question_with_options(visitor: Client, people: People) -> None:
    run = scenes.coding_run(people.team, people.admin, RunState.PAUSED).run
    decision = make.make_decision(run)
    where = reverse("decision-answer", args=[decision.pk])

    wrong = visitor.post(where, {"answer": "perhaps"})

    assert wrong.status_code == 422
    assert visitor.post(where, {"answer": "continue"}).status_code == 302
    run.refresh_from_db()
    assert run.state == RunState.RUNNING


def test_what_does_not_fit_the_tasks_role_is_named_and_what_was_typed_is_kept(visitor: Client, coding: Scene) -> None:
    decision = Decision.objects.get(run=coding.run)
    where = reverse("decision-answer", args=[decision.pk])

    refused = visitor.post(where, {"answer": '{"output": {"status": "finished"}}'})

    html = refused.content.decode()
    assert refused.status_code == 422
    assert "summary: Is missing." in html
    assert "status: Must be one of" in html
    assert "{&quot;output&quot;: {&quot;status&quot;: &quot;finished&quot;}}" in html
    decision.refresh_from_db()
    assert decision.state == DecisionState.OPEN
    assert visitor.post(where, {"answer": '{"output": {"summary": "Kept parse."}}'}).status_code == 302


def test_an_option_may_come_with_what_was_made(visitor: Client, coding: Scene) -> None:
    decision = Decision.objects.get(run=coding.run)
    Decision.objects.filter(pk=decision.pk).update(options=["parse", "read"])
    where = reverse("decision-answer", args=[decision.pk])
    assert "What was made (JSON)" in text(visitor, "inbox")

    for output, fault in (("{}", "summary: Is missing."), ("{", "Is not valid JSON"), ("[]", "Must be an object.")):
        refused = visitor.post(where, {"answer": "parse", "output": output})
        assert refused.status_code == 422
        assert fault in refused.content.decode()
    assert visitor.post(where, {"answer": "parse", "output": '{"summary": "Kept."}'}).status_code == 302

    decision.refresh_from_db()
    assert decision.answer == {"choice": "parse", "output": {"summary": "Kept."}}


def test_the_second_answer_is_told_that_it_came_too_late(visitor: Client, coding: Scene) -> None:
    where = reverse("decision-answer", args=[Decision.objects.get(run=coding.run).pk])
    visitor.post(where, {"answer": "Keep parse."})

    answer = visitor.post(where, {"answer": "Keep read."})

    assert answer.status_code == 409
    assert "Keep read." in answer.content.decode()


def test_an_author_sees_the_question_without_a_form(people: People, signed_in: ClientOf, coding: Scene) -> None:
    html = text(signed_in(people.member(Role.AUTHOR)), "inbox")

    assert "Which of the two names shall stay?" in html
    assert "Answering needs the role reviewer" in html
    assert "/answer/" not in html
