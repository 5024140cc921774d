"""Fixtures that every test may use: an empty Redis, the environment of child processes, the database legs.

Must not hold fixtures of one noun; those live beside their tests or in tests/factories.py.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import hypothesis
import pytest
import redis
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from rest_framework.test import APIClient

from campaigns.actions import teams, tokens
from campaigns.models import Team
from campaigns.permissions import SYSTEM, Actor, actor_for
from campaigns.states import Role
from conductor.lib import clock
from conductor.lib.clock import Timing
from tests import flush

# A busy machine is no fault of the code under test; what may not be slow is measured in benchmarks/.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

ON_POSTGRES = os.environ["CONDUCTOR_TEST_DATABASE"] == "postgres"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account, a token that may write, and the actor that actions see."""

    user: AbstractBaseUser
    actor: Actor
    key: str

    @property
    def api(self) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {self.key}")
        return client


def make_person(name: str, team: Team | None = None, role: Role = Role.VIEWER) -> Person:
    user, _ = teams.create_user(username=name, actor=SYSTEM)
    if team is not None:
        teams.add_member(team_id=team.pk, username=name, role=role, actor=SYSTEM)
    actor = actor_for(user, f"test-{name}")
    _, key = tokens.create_token(user_id=int(user.pk), name="test", days=1, scope="write", actor=actor)
    return Person(user, actor, key)


@pytest.fixture
def team(db: None) -> Team:
    return teams.create_team(name="Home", actor=SYSTEM)


@pytest.fixture
def people(team: Team) -> Mapping[str, Person]:
    """One person per role of the team, and an outsider who is admin of another team."""
    members = {role.value: make_person(f"the-{role.value}", team, role) for role in Role}
    elsewhere = teams.create_team(name="Elsewhere", actor=SYSTEM)
    return {**members, "outsider": make_person("the-outsider", elsewhere, Role.ADMIN)}


@pytest.fixture
def redis_client() -> Iterator["redis.Redis"]:
    """The real Redis of this session, empty before and after."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture
def timing() -> Timing:
    """The engine's intervals as scaled for tests."""
    return clock.timing()


@pytest.fixture
def process_environment(transactional_db: None) -> dict[str, str]:
    """The environment of a real process that shall work on this test's database, Redis and home."""
    return environment_of_processes()


def environment_of_processes() -> dict[str, str]:
    """The same, for processes that serve several tests; the test database must have been made."""
    database = settings.DATABASES["default"]
    if ON_POSTGRES:
        port = f":{database['PORT']}" if database["PORT"] else ""
        user = f"{database['USER']}:{database['PASSWORD']}" if database["PASSWORD"] else database["USER"]
        where = f"?host={database['HOST']}" if database["HOST"].startswith("/") else ""
        host = "" if where else f"{database['HOST']}{port}"
        url = f"postgres://{user}@{host}/{database['NAME']}{where}"
    else:
        url = f"sqlite:///{database['NAME']}"
    return {**os.environ, "DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL, "CONDUCTOR_ENV": "test"}


flush.install()
if ON_POSTGRES:
    # The hands of the tests are not what is tested: on a busy machine they wait for a connection, unlike the product.
    settings.DATABASES["default"]["OPTIONS"]["connect_timeout"] = 60
