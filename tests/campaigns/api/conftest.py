"""A small world behind the API: a team with a finished creative run, an open coding run, and one of everything else."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from tests.campaigns.api.world import World, make_world
from tests.campaigns.people import People, make_people
from tests.kept import Kept

WORLD = Kept(lambda: make_world(make_people()))


@pytest.fixture(autouse=True)
def fresh_throttles() -> None:
    cache.clear()


@pytest.fixture
def world(db: None) -> World:
    return WORLD.get()


@pytest.fixture
def people(request: pytest.FixtureRequest, db: None) -> People:
    """Those of the world, where the test has one."""
    return request.getfixturevalue("world").people if "world" in request.fixturenames else make_people()


@pytest.fixture
def admin(people: People) -> APIClient:
    return people.client("admin")


@pytest.fixture
def author(people: People) -> APIClient:
    return people.client("author")


@pytest.fixture
def reviewer(people: People) -> APIClient:
    return people.client("reviewer")


@pytest.fixture
def viewer(people: People) -> APIClient:
    return people.client("viewer")


@pytest.fixture
def outsider(people: People) -> APIClient:
    return people.client("outsider")
