"""Requests made from the schema, sound and unsound, against real rows: never a 5xx, always an answer the schema names.

CONDUCTOR_FUZZ_CASES says how many in all; a few hundred unless told otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest
import requests
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from rest_framework.test import APIClient
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from campaigns.actions.tokens import create_token
from conductor.api.schema import OnceGenerator
from tests.campaigns.api.world import World

CASES = int(os.environ.get("CONDUCTOR_FUZZ_CASES", "400"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
#: Any call may take what looks like an id of ours from the world, at this rate; the rest are whatever was generated.
REAL = st.integers(0, 9)


def document() -> dict[str, Any]:
    return OnceGenerator().get_schema()


def operations() -> list[str]:
    paths = document()["paths"]
    return [
        f"{method.upper()} {path}" for path, methods in paths.items() for method in methods if method != "parameters"
    ]


@pytest.fixture(scope="module")
def served() -> Any:
    return schemathesis.openapi.from_dict(document())


@pytest.mark.fuzz
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["sound", "unsound"])
@pytest.mark.parametrize("operation", operations())
def test_no_request_breaks_the_api(served: Any, world: World, operation: str, mode: GenerationMode) -> None:
    method, path = operation.split(" ")
    admin = world.people.users["admin"]
    _, secret = create_token(user_id=admin.pk, name="fuzz", days=1, scope="write", actor=world.people.actor("admin"))
    strategy = served[path][method].as_strategy(generation_mode=mode)

    @settings(
        max_examples=max(2, CASES // (2 * len(operations()))),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy, real=REAL)
    def send(case: Any, real: int) -> None:
        with transaction.atomic():
            if real < 8:
                _use_real_ids(case, world)
            answer = _answer(case, secret)
            transaction.set_rollback(True)
        refusing = [negative_data_rejection] if mode == GenerationMode.NEGATIVE else []
        case.validate_response(answer, checks=[*CHECKS, *refusing])

    try:
        send()
    except Unsatisfiable:
        assert mode == GenerationMode.NEGATIVE  # What takes nothing cannot be given anything unsound.


def _answer(case: Any, secret: str) -> Response:
    """The case as a request to this process, and what came of it."""
    sent = requests.Request(**case.as_transport_kwargs(base_url="http://localhost")).prepare()
    client = APIClient(raise_request_exception=False)
    headers = {**sent.headers, "Authorization": f"Token {secret}", "Host": "localhost"}
    content_type = headers.pop("Content-Type", "")
    headers.pop("Content-Length", None)
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
    answer = client.generic(str(sent.method), sent.path_url, body, content_type=content_type, headers=headers)
    return Response(
        status_code=answer.status_code,
        headers={name: [value] for name, value in answer.headers.items()},
        content=answer.content,
        request=sent,
        elapsed=0.0,
        verify=False,
    )


def _use_real_ids(case: Any, world: World) -> None:
    noun = case.path.removeprefix("/api/v1/").partition("/")[0]
    if isinstance(case.path_parameters, Mapping) and "id" in case.path_parameters and noun in world.ids():
        case.path_parameters["id"] = world.ids()[noun]
    if isinstance(case.query, Mapping) and "run" in case.query:
        case.query["run"] = str(world.run.pk)
    if isinstance(case.body, dict) and "version" in case.body:
        case.body["version"] = 1
