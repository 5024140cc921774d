"""S05, S55, S56 and the bad-input classes that no resource should have to think of."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework.test import APIClient

from campaigns.models import Campaign
from campaigns.queries import runs
from conductor.api import throttles
from conductor.lib.errors import CODES
from tests.campaigns.people import People

CAMPAIGNS = "/api/v1/campaigns/"
FIELDS = {"type", "title", "status", "code", "detail", "errors", "retryable", "correlation"}


def send(client: APIClient, raw: bytes | str, content_type: str = "application/json", **headers: str) -> Any:
    return client.generic("POST", CAMPAIGNS, raw, content_type=content_type, headers=headers)


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    said: dict[str, Any] = answer.json()
    assert (answer.status_code, said["status"], said["code"]) == (status, status, code), said
    assert answer["Content-Type"] == "application/problem+json"
    assert set(said) == FIELDS
    assert said["correlation"] == answer["X-Correlation-Id"]
    assert code in CODES
    return said


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v2/", "/api/v1/nothing/", "/api/v1/runs/not-an-id/", "/api/v1/runs.json"]
)
def test_an_unknown_address_is_a_problem(author: APIClient, path: str) -> None:
    problem(author.get(path), 404, "not_found")


def test_a_forgotten_slash_is_pointed_out(author: APIClient) -> None:
    assert "end with a slash" in problem(author.get("/api/v1/runs"), 404, "not_found")["detail"]


def test_a_foreign_host_is_a_problem(people: People) -> None:
    client = APIClient(headers={"host": "evil.example"})
    problem(client.get(CAMPAIGNS), 400, "malformed")


@pytest.mark.parametrize("method", ["put", "options", "trace", "delete"])
def test_a_method_that_is_not_offered_is_a_problem(author: APIClient, method: str) -> None:
    problem(author.generic(method.upper(), CAMPAIGNS), 405, "method_not_allowed")


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_disguised_method_is_refused(author: APIClient, header: str) -> None:
    problem(author.post(CAMPAIGNS, {"kind": "creative"}, headers={header: "DELETE"}), 400, "malformed")


def test_head_follows_the_rules_of_get(people: People, author: APIClient) -> None:
    assert author.head(CAMPAIGNS).status_code == 200
    assert people.client("anonymous").head(CAMPAIGNS).status_code == 401


@pytest.mark.parametrize(
    ("content_type", "headers"),
    [
        ("text/plain", {}),
        ("application/x-www-form-urlencoded", {}),
        ("multipart/form-data; boundary=x", {}),
        ("application/xml", {}),
        ("application/json; charset=utf-16", {}),
        ("application/json", {"content-encoding": "gzip"}),
    ],
)
def test_another_format_is_415(author: APIClient, content_type: str, headers: dict[str, str]) -> None:
    problem(send(author, b'{"kind": "creative"}', content_type, **headers), 415, "unsupported_format")


def test_a_format_that_is_not_offered_is_406(author: APIClient) -> None:
    problem(author.get(CAMPAIGNS, headers={"accept": "image/png"}), 406, "not_acceptable")


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"",
        b"{'kind': 1}",
        b'{"kind": NaN}',
        b'{"kind": Infinity}',
        b'{"kind": 1e999}',
        b'{"kind": ' + b"9" * 5000 + b"}",
        b'{"kind": "creative", "kind": "coding"}',
        b'\xef\xbb\xbf{"kind": "creative"}',
        b'{"name": "\xff"}',
        b'{"name": "a\\u0000b"}',
        b'{"name": "\\ud800"}',
        b'{"a\\u0000": 1}',
        b"[" * 100_000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b'{"a":' * 33 + b"1" + b"}" * 33,
        b'{"kind": "creative"} trailing',
    ],
)
def test_a_body_that_is_no_json_is_400_and_stores_nothing(author: APIClient, raw: bytes) -> None:
    answer = send(author, raw)
    if raw == b"":
        assert answer.status_code == 422  # No body is an empty object, which lacks its fields.
    else:
        problem(answer, 400, "malformed")
    assert not Campaign.objects.exists()


def test_a_name_that_appears_twice_among_very_many_is_found_at_once(author: APIClient) -> None:
    names = ",".join(f'"{number:x}": 0' for number in range(100_000))
    started = time.monotonic()
    problem(send(author, f'{{{names}, "{99_999:x}": 1}}'.encode()), 400, "malformed")
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("raw", [b"[]", b'"x"', b"7", b"null", b"true"])
def test_a_body_that_is_no_object_is_refused(author: APIClient, raw: bytes) -> None:
    assert problem(send(author, raw), 422, "invalid")["errors"] == {"body": ["Must be an object."]}


def test_a_body_over_the_limit_is_413(author: APIClient, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    kept = json.dumps({"kind": "creative", "name": "x" * 100}).encode()
    assert send(author, kept).status_code == 201
    problem(send(author, json.dumps({"kind": "creative", "name": "x" * 1000}).encode()), 413, "too_large")


def test_a_body_of_unknown_length_is_refused(author: APIClient) -> None:
    answer = author.generic("POST", CAMPAIGNS, b"", headers={"transfer-encoding": "chunked"})
    problem(answer, 400, "malformed")


def test_an_unknown_field_is_named_and_nothing_is_stored(author: APIClient) -> None:
    body = {"kind": "creative", "state": "active", "owner": 1, "spent_micros": 0, "is_staff": True}
    said = problem(author.post(CAMPAIGNS, body), 422, "invalid")
    assert set(said["errors"]) == {"state", "owner", "spent_micros", "is_staff"}
    assert not Campaign.objects.exists()


def test_a_correlation_id_is_taken_or_made(author: APIClient) -> None:
    taken = author.get("/api/v1/nothing/", headers={"x-correlation-id": "abc-123"})
    assert problem(taken, 404, "not_found")["correlation"] == "abc-123"
    for forged in ("x" * 41, "a b", "a\tb", "-", ""):
        made = author.get("/api/v1/me/", headers={"x-correlation-id": forged})["X-Correlation-Id"]
        assert len(made) == 36


def test_the_correlation_id_reaches_the_events(author: APIClient, people: People) -> None:
    made = author.post(CAMPAIGNS, {"kind": "creative"}, headers={"x-correlation-id": "from-the-client"}).json()
    event = author.get(f"{CAMPAIGNS}{made['id']}/events/").json()["results"][0]
    assert (event["correlation"], event["actor"]) == ("from-the-client", "user:author")


def test_a_fault_of_ours_shows_nothing_of_itself(author: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("select secret from vault")

    monkeypatch.setattr(runs, "row", broken)
    monkeypatch.setattr("campaigns.api.runs.RunsResource.page", broken)
    author.raise_request_exception = False
    said = problem(author.get("/api/v1/runs/"), 500, "internal")
    assert "secret" not in json.dumps(said)
    assert "Traceback" not in json.dumps(said)


def test_a_database_that_does_not_answer_is_503(author: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("server closed the connection unexpectedly: SELECT 1")

    monkeypatch.setattr("campaigns.api.runs.RunsResource.page", away)
    answer = author.get("/api/v1/runs/")
    said = problem(answer, 503, "unavailable")
    assert said["retryable"] is True
    assert "SELECT" not in json.dumps(said)
    assert answer["Retry-After"] == "1"


def test_too_many_requests_wait(author: APIClient, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = {"anonymous": 0, "read": 3, "write": 1}
    answers = [author.get("/api/v1/me/") for _ in range(4)]
    assert [answer.status_code for answer in answers[:3]] == [200] * 3
    problem(answers[3], 429, "throttled")
    assert 1 <= int(answers[3]["Retry-After"]) <= 60
    assert author.post(CAMPAIGNS, {"kind": "creative"}).status_code == 201


def test_throttles_count_on_without_redis(author: APIClient, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.API_REQUESTS_PER_MINUTE = {"anonymous": 0, "read": 2, "write": 0}
    calls = []

    def away(*args: Any, **_: Any) -> None:
        calls.append(args)
        raise RedisConnectionError

    monkeypatch.setattr(cache, "add", away)
    monkeypatch.setattr(throttles, "_local", throttles._Local())
    assert [author.get("/api/v1/me/").status_code for _ in range(4)] == [200, 200, 429, 429]
    assert len(calls) == 1  # The dead cache is left alone for a while.


def test_answers_to_changes_are_not_kept_by_caches(author: APIClient) -> None:
    assert author.post(CAMPAIGNS, {"kind": "creative"})["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("path", "known"), [("runs/", "json, csv"), ("agents/", "json")])
def test_a_format_that_a_route_has_not_is_named(author: APIClient, path: str, known: str) -> None:
    refused = author.get(f"/api/v1/{path}?format=xml")
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed")
    assert refused.json()["errors"] == {"format": [f"Must be one of: {known}."]}
