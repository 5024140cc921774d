"""One answer for one key, at the action itself; over the API in `tests/campaigns/api/test_idempotency.py`."""

from __future__ import annotations

import pytest

from campaigns.actions import idempotency
from campaigns.actions.idempotency import Answer, answer_once
from campaigns.models import IdempotencyKey
from campaigns.permissions import SYSTEM
from conductor.lib.errors import BadInput, Conflict

pytestmark = pytest.mark.django_db


def ask(key: str = "k", request: str = "r", **kept: object) -> tuple[Answer, bool]:
    work = lambda: Answer(201, {"secret": "shown once"}, **kept)  # type: ignore[arg-type]  # noqa: E731
    return answer_once(key=key, request_hash=request, work=work, actor=SYSTEM)


def test_a_repetition_gets_the_answer_of_the_first_and_no_secret_with_it() -> None:
    first, again = ask(kept={"secret": None}), ask(kept={"secret": None})
    assert (first[0].body, first[1]) == ({"secret": "shown once"}, False)
    assert (again[0].status, again[0].body, again[1]) == (201, {"secret": None}, True)


def test_without_anything_to_hide_the_body_itself_is_kept() -> None:
    ask()
    assert ask()[0].body == {"secret": "shown once"}


def test_a_key_of_another_request_and_a_key_that_is_none_are_refused() -> None:
    ask()
    for key, request in (("k", "other"), ("", "r"), ("x" * 201, "r"), ("ключ", "r"), ("a\nb", "r")):
        with pytest.raises(BadInput):
            ask(key, request)
    assert IdempotencyKey.objects.count() == 1


def test_a_key_that_others_keep_taking_and_letting_go_is_a_conflict_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def taken(*args: object) -> Answer:
        raise idempotency._Taken

    monkeypatch.setattr(idempotency, "_work_under", taken)
    with pytest.raises(Conflict, match="try again"):
        ask()
