"""Keys of models over REST: taken, never given back; tested with a real call; nobody else's are there."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from campaigns.models import Event, IdempotencyKey, ModelKey
from tests.campaigns.people import People
from tests.models.server import Reply, Server, serving

KEYS = "/api/v1/model-keys/"
SECRET = "sk-canary-0123456789abcdefghij"


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(settings, "MODEL_HOSTS", ["127.0.0.1"])
    with serving(Reply("ready")) as server:
        yield server


def add(client: APIClient, **changes: Any) -> Any:
    return client.post(KEYS, {"provider": "openai", "key": SECRET, "model": "gpt-4o", **changes})


def test_a_key_is_taken_and_in_no_answer(admin: APIClient) -> None:
    made = add(admin, uses=["copy"])
    assert made.status_code == 201
    assert (made.json()["spec"], made.json()["last_four"]) == ("llm:openai:gpt-4o", "ghij")
    answers = [made, admin.get(KEYS), admin.get(f"{KEYS}{made.json()['id']}/")]
    for answer in answers:
        assert SECRET not in answer.content.decode()
        assert "sealed" not in answer.content.decode()


def test_a_repeated_request_adds_one_key_and_keeps_none(admin: APIClient) -> None:
    said = {"provider": "openai", "key": SECRET}
    first, again = (admin.post(KEYS, said, headers={"Idempotency-Key": "k-1"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert SECRET not in str(list(IdempotencyKey.objects.values()))


def test_a_key_reaches_no_event_and_no_log(admin: APIClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        made = add(admin)
        add(admin)
        add(admin, provider="google", base_url=f"https://x:{SECRET}@example.com")
        admin.delete(f"{KEYS}{made.json()['id']}/")
    assert SECRET not in caplog.text
    assert SECRET not in json.dumps(list(Event.objects.values()), default=str)


@pytest.mark.parametrize(
    "body", [{"key": 7}, {"key": SECRET * 30}, {"uses": "copy"}, {"nonsense": SECRET}, {"prices": []}]
)
def test_bad_bodies_are_refused_by_field_and_not_repeated(admin: APIClient, body: dict[str, Any]) -> None:
    refused = add(admin, **body)
    assert refused.status_code == 422
    assert SECRET not in refused.content.decode()
    assert not ModelKey.objects.exists()


def test_somebody_in_several_teams_says_which(people: People, admin: APIClient) -> None:
    people.elsewhere.memberships.create(user=people.users["admin"], role="admin")
    assert add(admin).status_code == 422
    assert add(admin, team=str(people.elsewhere.pk)).json()["team"] == str(people.elsewhere.pk)


def test_no_key_is_added_to_a_team_of_others(people: People, admin: APIClient) -> None:
    assert add(admin, team=str(people.elsewhere.pk)).status_code == 404
    for team in ("nonsense", 7):
        refused = add(admin, team=team)
        assert (refused.status_code, list(refused.json()["errors"])) == (422, ["team"])


def test_what_a_key_is_used_for_is_changed_without_the_key(admin: APIClient) -> None:
    pk = add(admin).json()["id"]
    changed = admin.patch(f"{KEYS}{pk}/", {"uses": ["audit"], "prices": {"*": {"input": "0", "output": "0"}}})
    assert (changed.status_code, changed.json()["uses"]) == (200, ["audit"])
    for field in ("key", "base_url", "provider"):
        assert admin.patch(f"{KEYS}{pk}/", {field: "https://evil.example"}).status_code == 422


def test_a_revoked_key_stays_as_a_row_without_its_key(admin: APIClient) -> None:
    pk = add(admin).json()["id"]
    assert admin.delete(f"{KEYS}{pk}/").status_code == 204
    assert admin.get(f"{KEYS}{pk}/").json()["revoked_at"]
    assert ModelKey.objects.get().sealed == ""


# --- a real call ------------------------------------------------------------------------------------------------------


def test_a_key_is_tested_by_a_real_call(admin: APIClient, model: Server) -> None:
    pk = add(admin, base_url=model.openai).json()["id"]
    found = admin.post(f"{KEYS}{pk}/check/", {}).json()
    assert found["ok"], found
    assert model.heard[0].headers["authorization"] == f"Bearer {SECRET}"


def test_an_agent_is_tested_with_the_teams_key(admin: APIClient, people: People, model: Server) -> None:
    add(admin, base_url=model.openai)
    found = people.client("operator").post("/api/v1/agents/llm/check/", {"model": "openai:gpt-4o"}).json()
    assert (found["ok"], found["spec"]) == (True, "llm:openai:gpt-4o")
    assert len(model.heard) == 1


def test_without_a_key_the_test_says_so_and_calls_nobody(admin: APIClient, model: Server) -> None:
    found = admin.post("/api/v1/agents/llm/check/", {"model": "openai:gpt-4o"}).json()
    assert not found["ok"]
    assert "no key for openai" in found["words"]
    assert not model.heard


def test_a_key_that_the_provider_refuses_is_told_and_not_repeated(admin: APIClient, model: Server) -> None:
    model.play(Reply(status=401, message=f"Incorrect API key provided: {SECRET}"))
    pk = add(admin, base_url=model.openai).json()["id"]
    answer = admin.post(f"{KEYS}{pk}/check/", {})
    assert not answer.json()["ok"]
    assert SECRET not in answer.content.decode()


def test_an_outsider_cannot_test_with_the_teams_key(people: People, admin: APIClient, model: Server) -> None:
    pk = add(admin, base_url=model.openai).json()["id"]
    outsider = people.client("outsider")
    assert outsider.post(f"{KEYS}{pk}/check/", {}).status_code == 404
    said = {"model": "openai:gpt-4o", "team": str(people.team.pk)}
    assert outsider.post("/api/v1/agents/llm/check/", said).status_code == 404
    assert not model.heard


def test_a_bad_spec_is_refused(admin: APIClient) -> None:
    for model_name in ("nobody:x", "openai", "openai-compatible:x", "http://127.0.0.1/"):
        assert admin.post("/api/v1/agents/llm/check/", {"model": model_name}).status_code == 422


def test_a_key_that_cannot_be_opened_is_told_by_the_setting(
    admin: APIClient, model: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = add(admin, base_url=model.openai).json()["id"]
    monkeypatch.setattr(settings, "MODEL_KEY_SECRETS", ["another secret"])
    answer = admin.post(f"{KEYS}{pk}/check/", {})
    assert (answer.status_code, answer.json()["code"]) == (500, "bad_setting")
    assert "MODEL_KEY_SECRETS" in answer.json()["detail"]
