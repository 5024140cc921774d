"""A small world behind the API: a team with a finished creative run, an open coding run, and one of everything else."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from tests.campaigns.api.world import World, make_world
from tests.campaigns.people import People


@pytest.fixture(autouse=True)
def fresh_throttles() -> None:
    cache.clear()


@pytest.fixture
def world(people: People) -> World:
    return make_world(people)


@pytest.fixture
def admin(people: People) -> APIClient:
    return people.client("admin")


@pytest.fixture
def author(people: People) -> APIClient:
    return people.client("author")


@pytest.fixture
def viewer(people: People) -> APIClient:
    return people.client("viewer")


@pytest.fixture
def outsider(people: People) -> APIClient:
    return people.client("outsider")
