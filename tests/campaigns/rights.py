"""Who may do a thing: everybody below the least role is refused, and for an outsider it does not exist."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from campaigns.permissions import Actor
from campaigns.states import Role
from conductor.lib.errors import NotAllowed, NotFound
from tests.campaigns.people import People

RANKED = list(Role)


def assert_refused(people: People, least: Role, act: Callable[[Actor], object]) -> None:
    """Try it as every weaker role, as an outsider, and with a token that may only read."""
    for role in RANKED[: RANKED.index(least)]:
        with pytest.raises(NotAllowed):
            act(people.actor(role))
    with pytest.raises(NotFound):
        act(people.actor("outsider"))
    with pytest.raises(NotAllowed):
        act(people.actor(Role.ADMIN, "read"))
