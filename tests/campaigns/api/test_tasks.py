from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.models import Task
from tests.campaigns.api.world import World
from tests.campaigns.people import People

TASKS = "/api/v1/tasks/"


@pytest.fixture
def operator(people: People) -> APIClient:
    return people.client("operator")


def post(client: APIClient, task: Task, verb: str, **body: Any) -> Any:
    return client.post(f"{TASKS}{task.pk}/{verb}/", body)


def test_tasks_of_a_run_are_listed_in_their_order(viewer: APIClient, world: World) -> None:
    rows = viewer.get(f"{TASKS}?run={world.open_run.pk}").json()["results"]
    assert [(row["key"], row["state"], row["domain"]) for row in rows] == [
        ("first", "ready", "api"), ("second", "pending", None),
    ]  # fmt: skip
    turned = viewer.get(f"{TASKS}?run={world.open_run.pk}&ordering=-position").json()["results"]
    assert [row["key"] for row in turned] == ["second", "first"]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("state=ready", ["first"]),
        ("domain=api", ["first"]),
        ("q=SEC", ["second"]),
        ("role=juggler", []),
        ("slot=copy", []),
    ],
)
def test_tasks_are_narrowed(viewer: APIClient, world: World, query: str, keys: list[str]) -> None:
    rows = viewer.get(f"{TASKS}?run={world.open_run.pk}&{query}").json()["results"]
    assert [row["key"] for row in rows] == keys


def test_a_task_shows_its_needs_criteria_and_dependants(viewer: APIClient, world: World) -> None:
    said = viewer.get(f"{TASKS}{world.task.pk}/").json()
    assert [need["key"] for need in said["dependants"]] == ["second"]
    assert (said["needs"], said["tries"], said["output"]) == ([], [], None)
    assert "It runs" in [criterion["title"] for criterion in said["criteria"]]


def test_a_done_task_shows_its_attempts_evidence_and_output(viewer: APIClient, world: World) -> None:
    attempt = world.evidence.attempt
    said = viewer.get(f"{TASKS}{attempt.task_id}/").json()
    assert [attempt["state"] for attempt in said["tries"]] == ["succeeded"]
    assert said["tries"][0]["evidence"][0]["verdict"] == "proved"
    assert said["output"]


def test_a_task_is_edited_at_its_version(operator: APIClient, world: World) -> None:
    edited = post(operator, world.task, "edit", version=1, title="First, better", priority=5)
    assert (edited.status_code, edited.json()["version"], edited.json()["title"]) == (200, 2, "First, better")
    stale = post(operator, world.task, "edit", version=1, title="Older")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert post(operator, world.task, "edit", title="No version").status_code == 428
    header = operator.post(f"{TASKS}{world.task.pk}/edit/", {"priority": 6}, headers={"if-match": '"2"'})
    assert header.json()["priority"] == 6


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"title": ""}, "title"),
        ({"title": "t" * 201}, "title"),
        ({"priority": -1}, "priority"),
        ({"priority": "5"}, "priority"),
        ({"priority": True}, "priority"),
        ({"max_attempts": 0}, "max_attempts"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"timeout_s": "60"}, "timeout_s"),
        ({"inputs": []}, "inputs"),
        ({"backend": "abacus"}, "backend"),
        ({"backend": 7}, "backend"),
        ({"backend": []}, "backend"),
        ({"state": "completed"}, "state"),
        ({"fence": 9}, "fence"),
        ({}, "changes"),
    ],
)
def test_what_is_wrong_with_an_edit_is_named(
    operator: APIClient, world: World, body: dict[str, Any], named: str
) -> None:
    refused = post(operator, world.task, "edit", version=1, **body)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, [named])
    world.task.refresh_from_db()
    assert (world.task.version, world.task.state) == (1, "ready")


def test_skip_wants_a_reason_and_lets_the_next_begin(operator: APIClient, world: World) -> None:
    assert list(post(operator, world.task, "skip").json()["errors"]) == ["reason"]
    assert list(post(operator, world.task, "skip", reason="  ").json()["errors"]) == ["reason"]
    assert post(operator, world.task, "skip", reason="Not needed").json()["state"] == "skipped"
    assert Task.objects.get(run=world.open_run, key="second").state == "ready"


def test_only_failed_tasks_are_retried(operator: APIClient, world: World) -> None:
    refused = post(operator, world.task, "retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_move")


def test_a_task_is_split(operator: APIClient, world: World) -> None:
    parts = [{"title": "Half"}, {"title": "Other half"}]
    assert post(operator, world.task, "split", version=1, parts=parts).json()["state"] == "superseded"
    assert Task.objects.filter(run=world.open_run).count() == 4


@pytest.mark.parametrize(
    "parts", [None, [], [{"title": "One"}], [{"title": ""}, {"title": "B"}], [{"title": "A"}, {"t": 1}], "ab"]
)
def test_a_split_into_nothing_is_refused(operator: APIClient, world: World, parts: Any) -> None:
    assert post(operator, world.task, "split", version=1, parts=parts).status_code == 422
    assert Task.objects.filter(run=world.open_run).count() == 2


def test_a_task_is_given_to_another_agent(operator: APIClient, world: World) -> None:
    assert post(operator, world.task, "reassign", version=1, backend="human").json()["backend"] == ["human"]
    assert post(operator, world.task, "reassign", version=2, backend=["shell", "human"]).json()["backend"] == [
        "shell",
        "human",
    ]


def test_evidence_is_listed_by_run_and_task(viewer: APIClient, world: World) -> None:
    found = viewer.get(f"/api/v1/gates/?run={world.open_run.pk}&task={world.task.pk}&verdict=proved").json()["results"]
    assert [row["id"] for row in found] == [str(world.evidence.pk)]
    assert found[0]["exit_code"] == 0


def test_domains_are_listed_with_their_progress(viewer: APIClient, world: World, operator: APIClient) -> None:
    post(operator, world.task, "skip", reason="Not needed")
    found = viewer.get(f"/api/v1/domains/?run={world.open_run.pk}").json()["results"]
    assert [(row["name"], row["tasks_total"], row["tasks_done"], row["progress_percent"]) for row in found] == [
        ("api", 1, 1, 100)
    ]
