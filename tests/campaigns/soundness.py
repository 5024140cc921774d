"""After each test of the engine the stored state is checked: its events, replayed, give it, and no invariant is broken.

A conftest imports `sound`; a test that breaks the state on purpose asks for the fixture `unsound`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from campaigns.actions.checkpoints import signing_key
from campaigns.queries.invariants import violations


@pytest.fixture
def unsound() -> None:
    """What this test stores would not do."""


@pytest.fixture(autouse=True)
def sound(request: pytest.FixtureRequest) -> Iterator[None]:
    marked = request.node.get_closest_marker("django_db") is not None
    if marked:
        request.getfixturevalue("db")
    yield
    if marked and "unsound" not in request.fixturenames:
        found = violations(quiet_s=0, signing_key=signing_key())
        if found:
            pytest.fail("\n".join(f"{v.check} {v.subject} {v.words}" for v in found), pytrace=False)
