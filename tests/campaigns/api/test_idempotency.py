"""G1, G15 and S10: a key stands for one answer, committed with its effect."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from campaigns.actions.idempotency import Answer, answer_once
from campaigns.models import Campaign, Event, IdempotencyKey, Run
from conductor.lib.errors import BadInput, Conflict
from tests.campaigns.api.world import BRIEF
from tests.campaigns.people import People, make_people

CAMPAIGNS = "/api/v1/campaigns/"


def file(client: APIClient, key: str = "", **body: Any) -> Any:
    headers = {"idempotency-key": key} if key else {}
    return client.post(CAMPAIGNS, {"kind": "creative", "brief": BRIEF, **body}, headers=headers)


def start(client: APIClient, campaign: str, key: str, **body: Any) -> Any:
    return client.post(f"{CAMPAIGNS}{campaign}/runs/", body, headers={"idempotency-key": key})


def test_the_same_key_and_body_give_the_same_answer(author: APIClient) -> None:
    first, second = file(author, "one"), file(author, "one")
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert [answer["Idempotency-Replayed"] for answer in (first, second)] == ["false", "true"]
    assert Campaign.objects.count() == 1


def test_a_started_run_is_found_again_by_its_key(author: APIClient) -> None:
    campaign = file(author).json()["id"]
    first, second = (start(author, campaign, "go") for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert IdempotencyKey.objects.get(key="go").run_id == Run.objects.get().pk
    assert start(author, campaign, "other").json()["code"] == "already_running"


def test_another_body_under_the_same_key_is_refused(author: APIClient) -> None:
    file(author, "one")
    refused = file(author, "one", name="Another")
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_mismatch")


def test_another_address_under_the_same_key_is_refused(author: APIClient) -> None:
    made = file(author, "one").json()["id"]
    assert start(author, made, "one").json()["code"] == "idempotency_mismatch"


def test_the_order_of_names_in_the_body_does_not_matter(author: APIClient) -> None:
    first = author.generic(
        "POST", CAMPAIGNS, '{"kind":"creative","name":"x"}', "application/json", headers={"idempotency-key": "k"}
    )
    second = author.generic(
        "POST", CAMPAIGNS, '{ "name": "x", "kind": "creative" }', "application/json", headers={"idempotency-key": "k"}
    )
    assert first.json() == second.json()


def test_another_persons_same_key_is_another_key(people: People, author: APIClient) -> None:
    file(author, "one")
    assert file(people.client("operator"), "one").status_code == 201
    assert Campaign.objects.count() == 2


def test_a_refusal_is_not_kept(author: APIClient) -> None:
    assert file(author, "one", brief={"mood": 1}).status_code == 422
    assert file(author, "one").status_code == 201
    assert IdempotencyKey.objects.count() == 1


def test_who_lost_the_right_does_not_see_the_old_answer(people: People, author: APIClient) -> None:
    campaign = file(author).json()["id"]
    start(author, campaign, "go")
    people.users["author"].memberships.update(role="viewer")
    assert start(author, campaign, "go").status_code == 403
    people.users["author"].memberships.all().delete()
    assert start(author, campaign, "go").status_code == 404


@pytest.mark.parametrize("key", ["", "x" * 201, "x" * 10_240, "a\tb", "schl\u00fcssel"])
def test_a_key_that_is_none_is_refused(author: APIClient, key: str) -> None:
    answer = author.post(CAMPAIGNS, {"kind": "creative"}, headers={"idempotency-key": key})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["Idempotency-Key"])
    assert not Campaign.objects.exists()


def test_a_key_of_200_characters_is_taken(author: APIClient) -> None:
    assert file(author, "k" * 200).status_code == 201


def test_commands_are_done_once(author: APIClient, people: People) -> None:
    campaign = file(author).json()["id"]
    run = start(author, campaign, "go").json()["id"]
    operator = people.client("operator")
    url = f"/api/v1/runs/{run}/cancel/"
    answers = [operator.post(url, {"reason": "stop"}, headers={"idempotency-key": "c"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert Event.objects.filter(type="run.cancelling").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_key_commits_with_its_work_or_not_at_all() -> None:
    people = make_people()
    actor = people.actor("author")

    def work() -> Answer:
        Campaign.objects.create(team=people.team, kind="creative", name="x")
        raise Conflict

    with pytest.raises(Conflict):
        answer_once(key="k", request_hash="h", work=work, actor=actor)
    assert not Campaign.objects.exists()
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_work_that_died_before_its_commit_leaves_the_key_free() -> None:
    actor = make_people().actor("author")
    with pytest.raises(KeyboardInterrupt):
        answer_once(key="k", request_hash="h", work=_die, actor=actor)
    answer, again = answer_once(key="k", request_hash="h", work=lambda: Answer(200, {"n": 2}), actor=actor)
    assert (answer.body, again) == ({"n": 2}, False)


def _die() -> Answer:
    raise KeyboardInterrupt


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_simultaneous_repetitions_get_the_answer_of_the_first() -> None:
    people = make_people()
    actor = people.actor("author")
    begun, go_on = threading.Event(), threading.Event()
    worked: list[int] = []
    answers: list[tuple[Any, bool]] = []

    def work() -> Answer:
        worked.append(1)
        begun.set()
        assert go_on.wait(10)
        return Answer(201, {"n": len(worked)})

    def ask() -> None:
        try:
            answer, again = answer_once(key="k", request_hash="h", work=work, actor=actor)
            answers.append((answer.body, again))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    threads[0].start()
    assert begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert len(worked) == 1
    assert sorted(answers, key=lambda said: said[1]) == [({"n": 1}, False)] + [({"n": 1}, True)] * 3


@pytest.mark.django_db(transaction=True)
def test_a_key_is_not_given_twice_within_a_transaction_of_others() -> None:
    actor = make_people().actor("author")
    with transaction.atomic():
        answer_once(key="k", request_hash="h", work=lambda: Answer(200, 1), actor=actor)
        assert answer_once(key="k", request_hash="h", work=_die, actor=actor) == (Answer(200, 1), True)
    with pytest.raises(BadInput):
        answer_once(key="k", request_hash="other", work=_die, actor=actor)
