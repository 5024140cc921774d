"""One answer for one key: what a caller asked for is done once, however often the request arrives.

The key commits with the work it stands for, so that after a crash either both are there or neither is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from campaigns.models import IdempotencyKey
from campaigns.permissions import Actor
from conductor.lib.errors import BadInput, Conflict

LONGEST_KEY: Final = 200
TRIES: Final = 3
#: A repetition is recognised for so long; then the key may be forgotten.
KEPT: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller is told. `run_id` names a run that the request made. `kept` is stored instead of a secret body."""

    status: int
    body: Any
    run_id: UUID | None = None
    kept: Any = None


class _Taken(Exception):
    """Somebody else holds the key."""


def check_key(key: str) -> None:
    """Refuse what is no key."""
    if not 1 <= len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        words = f"Must have 1 to {LONGEST_KEY} printable ASCII characters."
        raise BadInput(code="malformed", errors={"Idempotency-Key": words})


def answer_once(*, key: str, request_hash: str, work: Callable[[], Answer], actor: Actor) -> tuple[Answer, bool]:
    """Do the work under the key, or give the answer it was given before (then True).

    A refusal is not kept: nothing happened, so a repetition is judged anew. Keys are the caller's own: another
    caller's same key is another key. Simultaneous repetitions wait for the first.
    """
    check_key(key)
    principal = f"user:{actor.user_id}"
    for _ in range(TRIES):
        found = IdempotencyKey.objects.filter(principal=principal, key=key).first()
        if found is not None:
            if found.request_hash != request_hash:
                raise BadInput(code="idempotency_mismatch")
            return Answer(found.status_code or 200, found.response, found.run_id), True
        try:
            return _work_under(principal, key, request_hash, work), False
        except _Taken:
            continue
    raise Conflict("The same request is being answered; try again.")


def _work_under(principal: str, key: str, request_hash: str, work: Callable[[], Answer]) -> Answer:
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = IdempotencyKey.objects.create(principal=principal, key=key, request_hash=request_hash)
        except IntegrityError:
            raise _Taken from None
        answer = work()
        row.status_code, row.run_id = answer.status, answer.run_id
        row.response = answer.body if answer.kept is None else answer.kept
        row.save(update_fields=["status_code", "response", "run"])
    return answer


def forget_old_keys(*, now: datetime, most: int, actor: Actor) -> int:
    """Delete those of the `most` oldest keys that are older than keys are kept; how many. What they stood for stays."""
    del actor  # Keys are no part of any stream: nothing tells of their end.
    # Keys are numbered as they come, so the oldest stand first: no search over all of them, which grow with use.
    first = IdempotencyKey.objects.order_by("pk").values_list("pk", "created_at")[:most]
    over = [pk for pk, created_at in first if created_at < now - KEPT]
    return IdempotencyKey.objects.filter(pk__in=over).delete()[0] if over else 0
