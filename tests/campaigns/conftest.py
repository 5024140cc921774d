"""People for the tests of actions, queries and faces."""

from __future__ import annotations

import pytest

from tests.campaigns.people import People, make_people


@pytest.fixture
def people(db: None) -> People:
    return make_people()
