"""One correlation id per request, from the caller where it is well formed."""

import uuid

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from conductor.lib import logs
from conductor.middleware import HEADER, CorrelationMiddleware

seen: list[str] = []


def note_correlation(request: HttpRequest) -> HttpResponse:
    seen.append(logs.correlation())
    return HttpResponse()


def ask(factory: RequestFactory, **headers: str) -> str:
    answer: str = CorrelationMiddleware(note_correlation)(factory.get("/", headers=headers))[HEADER]
    return answer


def test_a_request_gets_an_id_that_code_below_sees(rf: RequestFactory) -> None:
    answered = ask(rf)
    assert uuid.UUID(answered).version == 7
    assert seen[-1] == answered
    assert logs.correlation() == ""


def test_a_well_formed_id_of_the_caller_is_kept(rf: RequestFactory) -> None:
    assert ask(rf, **{HEADER: "trace-42"}) == "trace-42"


@pytest.mark.parametrize("said", ["", "a b", "x" * 65, "-x", "a\u00e9", "<b>"])
def test_any_other_id_is_replaced(rf: RequestFactory, said: str) -> None:
    assert ask(rf, **{HEADER: said}) != said
