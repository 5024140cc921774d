"""S04: what each role may do on the pages; a role that is too small changes nothing, whatever its browser sends."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import URLPattern

from campaigns.models import Event
from campaigns.states import Role
from tests.campaigns.views.conftest import People
from tests.campaigns.views.test_frame import address, known, routes

__all__ = ["known"]

ROLES = [role.value for role in Role]
#: The least role for every command and form of the pages. Everything that is not here only shows.
LEAST = {
    "sample": "author",
    "brief-new": "author",
    "coding-new": "author",
    "brief-edit": "author",
    "coding-edit": "author",
    "campaign-start": "author",
    "campaign-archive": "author",
    "campaign-unarchive": "author",
    "campaign-delete": "admin",
    "brand-new": "author",
    "brand-starter": "author",
    "brand-edit": "author",
    "brand-clone": "author",
    "brand-publish": "reviewer",
    "brand-archive": "reviewer",
    "brand-restore": "reviewer",
    "brand-phrase": "viewer",
    "decision-answer": "reviewer",
    "run-pause": "operator",
    "run-resume": "operator",
    "run-cancel": "operator",
    "run-retry": "operator",
    "run-checkpoint": "operator",
    "run-audit": "author",
    "run-approve": "reviewer",
    "run-fix": "author",
    "finding-apply": "author",
    "finding-waive": "reviewer",
    "waiver-revoke": "reviewer",
    "rule-pack-new": "author",
    "rule-pack-edit": "author",
    "rule-pack-test": "author",
    "rule-pack-publish": "admin",
    "rule-pack-archive": "admin",
    "checkpoint-restore": "operator",
    "checkpoint-fork": "operator",
    "task-retry": "operator",
    "task-skip": "operator",
    "task-edit": "operator",
    "task-split": "operator",
    "task-reassign": "operator",
    "task-stand-in": "operator",
    "artifact-regenerate": "author",
    "artifact-approve": "reviewer",
    "artifact-reject": "reviewer",
    "artifact-edit": "author",
    "artifact-restore": "author",
    "budget-set": "operator",
    "budget-raise": "operator",
    "member-add": "admin",
    "member-remove": "admin",
    "limit-set": "admin",
    "model-key-add": "admin",
    "model-key-use": "admin",
    "model-key-revoke": "admin",
    "model-key-check": "operator",
}
#: One's own tokens and password are one's own.
OWN = {"tokens", "token-revoke", "password"}
SENT = {
    "username": "x", "reason": "x", "note": "x", "sha256": "0" * 64, "number": "1", "version": "1", "content": "{}",
    "answer": "continue", "limit": "5", "role": "viewer", "scope": "run", "name": "", "parts": "a\nb",
    "backend": "human", "task": "x", "title": "T",
}  # fmt: skip


def test_the_table_names_every_page_that_takes_something(known: dict[str, object], visitor: Client) -> None:
    takes = set()
    for route in routes():
        with transaction.atomic():
            status = visitor.post(address(route, known), SENT).status_code
            transaction.set_rollback(True)
        if status != 405:
            takes.add(route.name)
    assert takes - OWN == set(LEAST)


@pytest.mark.parametrize("route", [r for r in routes() if r.name in LEAST], ids=lambda route: route.name)
def test_a_role_that_is_too_small_changes_nothing(
    route: URLPattern, known: dict[str, object], people: People, signed_in: Callable[[User], Client]
) -> None:
    least = ROLES.index(LEAST[str(route.name)])
    for role in ROLES:
        member = people.member(Role(role))
        before = Event.objects.count()
        with transaction.atomic():
            status = signed_in(member).post(address(route, known), SENT).status_code
            told = Event.objects.count() - before
            transaction.set_rollback(True)
        if ROLES.index(role) < least:
            assert (status, told) == (403, 0), (role, status)
        else:
            assert status not in (403, 404, 405, 500), (role, status)
