"""Budgets, members, limits and tokens on pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.models import Budget, Limit, Membership, Token
from campaigns.queries import tokens as token_queries
from campaigns.states import Role
from tests import factories as make
from tests.campaigns.views.conftest import People, text
from tests.campaigns.views.scenes import Scene

ClientOf = Callable[[User], Client]


def test_a_budget_is_set_and_raised_with_its_version(visitor: Client, people: People) -> None:
    campaign = make.make_campaign(people.team)
    visitor.post(reverse("budget-set", args=["campaign", campaign.pk]), {"limit": "2.5"})
    budget = Budget.objects.get()
    where = reverse("budget-raise", args=[budget.pk])

    raised = visitor.post(where, {"limit": "4", "version": budget.version})
    late = visitor.post(where, {"limit": "5", "version": budget.version})
    lower = visitor.post(where, {"limit": "1", "version": budget.version + 1})

    budget.refresh_from_db()
    assert (raised.status_code, late.status_code, lower.status_code) == (302, 409, 422)
    assert budget.limit_micros == 4_000_000


@pytest.mark.parametrize("limit", ["-1", "NaN", "1e400", "0.0000001", "abc", "9" * 30])
def test_a_bad_amount_is_refused_at_its_field(visitor: Client, people: People, limit: str) -> None:
    campaign = make.make_campaign(people.team)

    answer = visitor.post(reverse("budget-set", args=["campaign", campaign.pk]), {"limit": limit})

    assert answer.status_code == 422
    assert "limit" in answer.context["form"].errors


def test_an_admin_rules_members_and_limits(visitor: Client, people: People) -> None:
    mara = make.make_user("mara")
    team = people.team

    visitor.post(reverse("member-add", args=[team.pk]), {"username": "mara", "role": "reviewer"})
    visitor.post(reverse("limit-set", args=[team.pk]), {"scope": "role", "name": "worker", "value": "2"})

    html = text(visitor, "team", team.pk)
    assert "mara" in html
    assert "role worker" in html
    membership = Membership.objects.get(user=mara)
    visitor.post(reverse("member-remove", args=[team.pk, membership.pk]))
    assert not Membership.objects.filter(user=mara).exists()
    assert Limit.objects.get().value == 2


def test_the_last_admin_stays(visitor: Client, people: People) -> None:
    membership = Membership.objects.get(user=people.admin)

    answer = visitor.post(reverse("member-remove", args=[people.team.pk, membership.pk]))

    assert answer.status_code == 409
    assert "keeps at least one admin" in answer.content.decode()


def test_a_removed_member_is_out_at_once(people: People, signed_in: ClientOf, coding: Scene) -> None:
    user = people.member(Role.VIEWER)
    client = signed_in(user)
    where = reverse("run", args=[coding.run.pk])
    assert client.get(where).status_code == 200

    Membership.objects.filter(user=user).delete()

    assert client.get(where).status_code == 404


def test_a_secret_is_shown_once(visitor: Client, people: People) -> None:
    html = visitor.post(reverse("tokens"), {"name": "laptop", "days": "30", "scope": "read"}).content.decode()

    secret = html.partition('id="secret">')[2].partition("<")[0]
    token = token_queries.authenticate(secret)
    assert token is not None
    assert token.user == people.admin
    assert secret not in text(visitor, "tokens")


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("days", "0"), ("days", "9999"), ("scope", "all")])
def test_a_bad_token_is_refused_at_its_field(visitor: Client, field: str, value: str) -> None:
    answer = visitor.post(reverse("tokens"), {"name": "x", "days": "3", "scope": "read", field: value})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Token.objects.exists()


def test_a_token_is_revoked(visitor: Client, people: People) -> None:
    visitor.post(reverse("tokens"), {"name": "laptop", "days": "30", "scope": "read"})
    token = Token.objects.get()

    visitor.post(reverse("token-revoke", args=[token.pk]))

    token.refresh_from_db()
    assert token.revoked_at is not None
    assert "revoked" in text(visitor, "tokens")
