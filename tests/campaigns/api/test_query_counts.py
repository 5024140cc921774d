"""Lists and details ask the database a fixed number of times, however much there is."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.campaigns.api.world import World
from tests.factories import make_attempt, make_campaign, make_need, make_run, make_task


def queries(client: APIClient, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def grow(world: World) -> None:
    """More of everything the lists and details show."""
    team = world.people.team
    for _ in range(5):
        make_run(make_campaign(team))
    for number in range(30):
        task = make_task(world.open_run, key=f"more{number}")
        make_need(task, world.task)
        attempt = make_attempt(task, state="failed")
        assert attempt.pk


LISTS = [
    "artifacts/", "audits/", "brands/", "brands/?format=csv", "brands/{brand}/", "brands/{brand}/usage/",
    "budgets/", "campaigns/", "campaigns/?format=csv", "checkpoints/", "decisions/",
    "findings/",
    "ledger/", "runs/", "runs/?format=csv", "teams/", "tokens/", "status/", "workers/",
    "tasks/?run={run}", "tasks/?run={run}&format=csv", "domains/?run={run}", "gates/?run={run}", "runs/{run}/",
    "runs/{run}/graph/", "runs/{run}/events/", "runs/{run}/bundle/", "campaigns/{campaign}/",
    "campaigns/{campaign}/runs/", "tasks/{task}/",
]  # fmt: skip
MOST = 16


@pytest.mark.parametrize("url", LISTS)
def test_more_rows_cost_no_more_queries(world: World, url: str) -> None:
    client = world.people.client("viewer")
    names: dict[str, Any] = {"run": world.open_run.pk, "campaign": world.coding.pk, "task": world.task.pk}
    names["brand"] = world.brand.pk
    address = f"/api/v1/{url.format(**names)}"
    before = queries(client, address)
    grow(world)
    assert queries(client, address) == before <= MOST


def test_what_a_run_of_many_tasks_costs(world: World) -> None:
    client = world.people.client("viewer")
    assert queries(client, f"/api/v1/runs/{world.run.pk}/") <= MOST
