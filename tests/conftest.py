"""Fixtures that every test may use: an empty Redis, the environment of child processes, the database legs.

Must not hold fixtures of one noun; those live beside their tests or in tests/factories.py.
"""

import os
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings

from conductor.lib import clock
from conductor.lib.clock import Timing

ON_POSTGRES = os.environ["CONDUCTOR_TEST_DATABASE"] == "postgres"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What only PostgreSQL can show is left out on the SQLite leg."""
    if ON_POSTGRES:
        return
    reason = pytest.mark.skip(reason="needs PostgreSQL: row locks, or connections the server can end")
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(reason)


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
