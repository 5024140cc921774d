"""People of three teams and their browsers; the pages' tests share them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from campaigns.models import Team
from campaigns.states import Role
from tests import factories as make
from tests.campaigns.views import scenes
from tests.campaigns.views.scenes import Scene


@dataclass
class People:
    """A team with an admin, somebody of another team, and the way to more members."""

    team: Team
    admin: User
    outsider: User

    def member(self, role: Role) -> User:
        user = make.make_user()
        make.make_member(self.team, user, role)
        return user


@pytest.fixture
def people(db: None) -> People:
    team, admin, outsider = make.make_team(), make.make_user(), make.make_user()
    make.make_member(team, admin)
    make.make_member(make.make_team(), outsider)
    return People(team, admin, outsider)


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser of that user, which sends CSRF tokens only where a page would."""

    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def visitor(people: People, signed_in: Callable[[User], Client]) -> Client:
    """The admin's browser."""
    return signed_in(people.admin)


@pytest.fixture
def coding(people: People) -> Scene:
    return scenes.coding_run(people.team, people.admin)


def text(client: Client, name: str, *args: object, **query: str) -> str:
    """The page of that name."""
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture(autouse=True)
def _forget_counters() -> None:
    cache.clear()
