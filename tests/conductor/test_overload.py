"""What the web server says by itself, such as that it waited too long: to tools as problem JSON, to people in HTML."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from campaigns.models import Token
from tests.campaigns.consumers.conftest import Person, Server, StartServer, make_person, make_team, servers

PATIENCE_S = 20.0


@pytest.fixture
def start_server(transactional_db: None, tmp_path: Path) -> Iterator[StartServer]:
    with servers(tmp_path) as start:
        yield start


@pytest.fixture
def hasty(start_server: StartServer) -> Server:
    return start_server(0, "--http-timeout", "1")


@pytest.fixture
def viewer(transactional_db: None) -> Person:
    return make_person("viewer", make_team("Home"))


def asked(port: int, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    wire.request("GET", path, headers={"Host": "localhost", **headers})
    answer = wire.getresponse()
    return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_request_that_takes_too_long_is_a_problem_under_api_and_a_page_elsewhere(
    hasty: Server, viewer: Person
) -> None:
    told: dict[str, Any] = {}

    def ask(name: str, path: str, headers: dict[str, str]) -> None:
        told[name] = asked(hasty.port, path, headers)

    session = viewer.by_session(hasty.port)
    with transaction.atomic():
        with connection.cursor() as cursor:  # whoever signs in waits for us
            cursor.execute(f"LOCK TABLE {Token._meta.db_table}, auth_user IN ACCESS EXCLUSIVE MODE")
        asking = [
            threading.Thread(target=ask, args=("api", "/api/v1/campaigns/?x=1", viewer.by_token)),
            threading.Thread(target=ask, args=("page", "/campaigns/", session)),
        ]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join(PATIENCE_S)

    status, headers, body = told["api"]
    problem = json.loads(body)
    assert (status, headers["content-type"], headers["retry-after"]) == (503, "application/problem+json", "1")
    assert (problem["status"], problem["code"], problem["retryable"]) == (503, "unavailable", True)
    assert problem["detail"].startswith("There was no answer in time.")
    assert set(problem) == {"type", "title", "status", "code", "detail", "errors", "retryable", "correlation"}
    status, headers, body = told["page"]
    assert (status, headers["content-type"]) == (503, "text/html; charset=utf-8")
