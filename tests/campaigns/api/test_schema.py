"""The OpenAPI document: whole, without warnings, served offline to everybody."""

from __future__ import annotations

from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from conductor.api.schema import OnceGenerator
from conductor.lib.errors import CODES


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def test_it_is_made_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(request=None, public=True)
    GENERATOR_STATS.emit_summary()
    said = capsys.readouterr()
    assert not GENERATOR_STATS._warn_cache, said.err
    assert not GENERATOR_STATS._error_cache, said.err


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    validate_schema(document)


def test_every_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [op["operationId"] for methods in document["paths"].values() for op in methods.values()]
    assert len(names) == len(set(names))
    assert not [name for name in names if name[-1].isdigit()]


def test_every_operation_names_the_problems_it_answers_with(document: dict[str, Any]) -> None:
    for methods in document["paths"].values():
        for operation in methods.values():
            assert "application/problem+json" in operation["responses"]["4XX"]["content"]
    assert document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] == sorted(CODES)


def test_every_command_takes_an_idempotency_key(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        if "post" in methods:
            assert "Idempotency-Key" in [parameter["name"] for parameter in methods["post"]["parameters"]], path


@pytest.mark.django_db
def test_anybody_may_read_it_and_its_browser_fetches_nothing_from_elsewhere() -> None:
    client = APIClient(headers={"host": "localhost"})
    assert client.get("/api/schema/?format=json").json()["info"]["title"] == "Conductor"
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert "//cdn" not in page.content.decode()
    assert "style-src 'self' 'unsafe-inline'" in page["Content-Security-Policy"]
    assert "unsafe-inline" not in client.get("/api/v1/me/")["Content-Security-Policy"]
    script = client.get("/api/docs/?script=")
    assert script["Content-Type"] == "application/javascript"


def test_it_is_made_once_per_process() -> None:
    assert OnceGenerator().get_schema() is OnceGenerator().get_schema()
