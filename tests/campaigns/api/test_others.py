"""Budgets, the ledger, decisions, agents, teams, workers and the pulse."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from campaigns.models import Budget, Decision, Limit, Membership, Team
from tests.campaigns.api.world import World
from tests.campaigns.people import People
from tests.factories import make_worker


@pytest.fixture
def operator(people: People) -> APIClient:
    return people.client("operator")


def test_a_budget_is_set_raised_and_read(operator: APIClient, world: World) -> None:
    body = {"scope": "campaign", "object": str(world.coding.pk), "limit": "10"}
    made = operator.post("/api/v1/budgets/", body).json()
    assert (made["limit"], made["left"], made["spent"], made["campaign"]) == (
        "10.00",
        "10.00",
        "0.00",
        str(world.coding.pk),
    )
    raised = operator.post(f"/api/v1/budgets/{made['id']}/raise/", {"limit": "12.345678", "version": 1})
    assert (raised.status_code, raised.json()["limit"]) == (200, "12.345678")
    stale = operator.post(f"/api/v1/budgets/{made['id']}/raise/", {"limit": "20", "version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    lower = operator.post(f"/api/v1/budgets/{made['id']}/raise/", {"limit": "5"}, headers={"if-match": '"2"'})
    assert list(lower.json()["errors"]) == ["limit"]
    of_run = operator.get(f"/api/v1/budgets/?run={world.open_run.pk}").json()["results"]
    assert {row["scope"] for row in of_run} == {"campaign", "run"}
    assert operator.get(f"/api/v1/runs/{world.open_run.pk}/").json()["budget"]["limit"] == "12.345678"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"limit": 1.5}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "NaN"}, "limit"),
        ({"limit": "1e9"}, "limit"),
        ({"limit": ""}, "limit"),
        ({"limit": "0.0000001"}, "limit"),
        ({"scope": "planet"}, "scope"),
        ({"object": "x"}, "object"),
        ({"spent": "0"}, "spent"),
    ],
)
def test_what_is_wrong_with_a_budget_is_named(
    operator: APIClient, world: World, body: dict[str, Any], named: str
) -> None:
    said = {"scope": "campaign", "object": str(world.coding.pk), "limit": "10", **body}
    refused = operator.post("/api/v1/budgets/", said)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, [named])
    assert Budget.objects.count() == 1


@pytest.mark.parametrize("scope", ["team", "campaign", "run", "domain"])
def test_a_foreign_object_has_no_budget(outsider: APIClient, world: World, scope: str) -> None:
    owners = {"team": world.people.team.pk, "campaign": world.coding.pk, "run": world.run.pk,
              "domain": world.open_run.domains.get().pk}  # fmt: skip
    body = {"scope": scope, "object": str(owners[scope]), "limit": "1"}
    assert outsider.post("/api/v1/budgets/", body).status_code == 404


def test_the_ledger_is_money_as_text(viewer: APIClient, world: World) -> None:
    rows = viewer.get(f"/api/v1/ledger/?run={world.open_run.pk}&kind=reserve").json()["results"]
    assert [(row["amount"], row["currency"], row["kind"]) for row in rows] == [("1.25", "USD", "reserve")]


def test_a_decision_is_answered_once(people: People, world: World) -> None:
    reviewer = people.client("reviewer")
    listed = reviewer.get("/api/v1/decisions/?state=open").json()["results"]
    assert [row["id"] for row in listed] == [str(world.decision.pk)]
    url = f"/api/v1/decisions/{world.decision.pk}/answer/"
    assert list(reviewer.post(url, {"answer": "perhaps"}).json()["errors"]) == ["answer"]
    assert list(reviewer.post(url, {}).json()["errors"]) == ["answer"]
    answered = reviewer.post(url, {"answer": "continue"})
    assert (answered.status_code, answered.json()["state"], answered.json()["answered_by"]) == (
        200,
        "answered",
        "reviewer",
    )
    again = reviewer.post(url, {"answer": "cancel"})
    assert (again.status_code, again.json()["code"]) == (409, "already_answered")
    assert Decision.objects.get().answer == {"choice": "continue"}


@pytest.mark.parametrize("answer", [7, None, [], True, {"choice": 1}])
def test_an_answer_that_is_none_is_refused(people: People, world: World, answer: Any) -> None:
    refused = people.client("reviewer").post(f"/api/v1/decisions/{world.decision.pk}/answer/", {"answer": answer})
    assert refused.status_code == 422
    assert Decision.objects.get().state == "open"


def test_agents_say_whether_they_are_well(viewer: APIClient, operator: APIClient) -> None:
    listed = {row["id"]: row for row in viewer.get("/api/v1/agents/").json()["results"]}
    assert listed["builtin"]["ok"] is True
    assert "copywriting" in listed["builtin"]["roles"]
    assert operator.post("/api/v1/agents/builtin/check/").json()["ok"] is True
    assert viewer.get("/api/v1/agents/abacus/").status_code == 404
    assert operator.post("/api/v1/agents/abacus/check/").status_code == 404
    assert operator.post("/api/v1/agents/builtin/check/", {"model": "x"}).status_code == 422


def test_teams_members_and_limits(admin: APIClient, viewer: APIClient, people: People) -> None:
    url = f"/api/v1/teams/{people.team.pk}/"
    assert viewer.get(url).json()["role"] == "viewer"
    added = admin.post(f"{url}members/", {"username": "outsider", "role": "author"})
    assert (added.status_code, added.json()["role"]) == (200, "author")
    names = [row["username"] for row in viewer.get(f"{url}members/?ordering=-created_at").json()["results"]]
    assert names[0] == "outsider"
    assert admin.delete(f"{url}members/outsider/").status_code == 204
    assert admin.delete(f"{url}members/admin/").json()["code"] == "conflict"
    assert admin.post(f"{url}limits/", {"scope": "team", "value": 3}).json() == [
        {"scope": "team", "name": "", "value": 3}
    ]
    assert admin.post(f"{url}limits/", {"scope": "team", "value": None}).json() == []
    assert not Limit.objects.exists()
    types = [event["type"] for event in viewer.get(f"{url}events/").json()["results"]]
    assert types == ["team.member_added", "team.member_removed", "team.limit_set", "team.limit_set"]


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("members/", {"username": "nobody", "role": "viewer"}, "username"),
        ("members/", {"username": "outsider", "role": "king"}, "role"),
        ("members/", {"username": "outsider"}, "role"),
        ("limits/", {"scope": "planet", "value": 1}, "scope"),
        ("limits/", {"scope": "team", "value": -1}, "value"),
        ("limits/", {"scope": "team", "value": "1"}, "value"),
        ("limits/", {"scope": "role", "value": 1}, "name"),
        ("limits/", {"scope": "team"}, "value"),
    ],
)
def test_what_is_wrong_in_a_team_is_named(
    admin: APIClient, people: People, path: str, body: dict[str, Any], named: str
) -> None:
    refused = admin.post(f"/api/v1/teams/{people.team.pk}/{path}", body)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, [named])


@pytest.fixture
def root(people: People) -> APIClient:
    user = User.objects.create_superuser("root")
    client = APIClient(headers={"host": "localhost"})
    client.force_login(user)
    return client


def test_a_superuser_makes_teams_and_users(root: APIClient, people: People) -> None:
    made = root.post("/api/v1/teams/", {"name": "Brand"})
    assert (made.status_code, made.json()["role"]) == (201, "admin")
    assert root.post("/api/v1/teams/", {"name": "BRAND"}).status_code == 409
    user = root.post("/api/v1/users/", {"username": "ann"}, headers={"idempotency-key": "u"}).json()
    assert User.objects.get(username="ann").check_password(user["password"])
    again = root.post("/api/v1/users/", {"username": "ann"}, headers={"idempotency-key": "u"}).json()
    assert again["password"] is None
    assert Membership.objects.get(team=Team.objects.get(name="Brand")).user.username == "root"


def test_a_superuser_does_not_see_teams_of_others(root: APIClient, world: World) -> None:
    assert root.get(f"/api/v1/runs/{world.run.pk}/").status_code == 404


def test_workers_and_the_pulse(viewer: APIClient, world: World) -> None:
    make_worker()
    alive = viewer.get("/api/v1/workers/").json()["results"]
    assert all(row["alive"] for row in alive)
    pulse = viewer.get("/api/v1/status/").json()
    assert pulse["open_runs"] == {"queued": 1}
    assert (pulse["ready_tasks"], pulse["running_attempts"], pulse["open_decisions"]) == (1, 0, 1)


def test_the_pulse_counts_nothing_of_others(outsider: APIClient, world: World) -> None:
    pulse = outsider.get("/api/v1/status/").json()
    assert (pulse["open_runs"], pulse["ready_tasks"], pulse["open_decisions"]) == ({}, 0, 0)
