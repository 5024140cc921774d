"""S54: a secret that somebody types where it does not belong is in no event, log or error."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from campaigns.models import Event
from conductor.lib import redact
from tests.campaigns.api.world import BRIEF, World
from tests.campaigns.people import People

KNOWN = "canary-4711-of-the-environment"
SHAPED = "sk-canary0123456789abcdefghij"
BOTH = f"{KNOWN} {SHAPED}"


@pytest.fixture(autouse=True)
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact, "_known", set())
    monkeypatch.setattr(redact, "_known_pattern", None)
    redact.remember([KNOWN])


def test_what_people_type_reaches_no_event_and_no_log(
    people: People, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    operator, author, reviewer = (people.client(role) for role in ("operator", "author", "reviewer"))
    run = f"/api/v1/runs/{world.open_run.pk}"
    with caplog.at_level(logging.DEBUG):
        answers = [
            author.post("/api/v1/campaigns/", {"kind": "creative", "name": BOTH, "brief": BRIEF}),
            author.patch(f"/api/v1/campaigns/{world.coding.pk}/", {"name": BOTH, "version": 1}),
            reviewer.post(f"/api/v1/artifacts/{world.artifact.pk}/reject/", {"note": BOTH}),
            author.post(f"/api/v1/artifacts/{world.artifact.pk}/regenerate/", {"note": BOTH}),
            operator.post(f"{run}/checkpoint/", {"reason": BOTH}),
            operator.post(f"/api/v1/tasks/{world.task.pk}/skip/", {"reason": BOTH}),
            operator.post(f"{run}/pause/", {"reason": BOTH}),
            operator.post(f"{run}/cancel/", {"reason": BOTH}),
            author.get(f"/api/v1/runs/?q={SHAPED}", headers={"x-correlation-id": "c"}),
        ]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 202, 201, 200, 202, 202, 400]
    _nowhere(json.dumps(list(Event.objects.values()), default=str))
    _nowhere(caplog.text)


@pytest.mark.parametrize(
    "body",
    [
        {"kind": SHAPED},
        {"kind": "creative", SHAPED: 1},
        {"kind": "creative", "brief": {"platforms": [SHAPED]}},
        {"kind": "creative", "settings": {"agents": {"copy": KNOWN}}},
        {"kind": "creative", "settings": {KNOWN: 1}},
        {"kind": "coding", "repository": f"https://ann:{SHAPED}@example.org/x"},
    ],
)
def test_an_error_does_not_give_it_back(people: People, body: dict[str, Any]) -> None:
    refused = people.client("author").post("/api/v1/campaigns/", body)
    assert refused.status_code == 422
    _nowhere(refused.content.decode())


def _nowhere(text: str) -> None:
    assert text
    assert KNOWN not in text
    assert SHAPED not in text
