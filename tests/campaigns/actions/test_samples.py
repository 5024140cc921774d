"""The sample of a new installation: the shipped brief is filed and started, or it is said that it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.actions import samples
from campaigns.models import Campaign, Team
from campaigns.permissions import SYSTEM
from campaigns.states import Role
from conductor.lib.errors import Unavailable
from tests.campaigns.people import People
from tests.campaigns.rights import assert_refused

pytestmark = pytest.mark.django_db


def test_the_example_brief_is_filed_and_started(team: Team) -> None:
    run = samples.start_sample(team_id=team.pk, actor=SYSTEM)
    assert (run.state, run.purpose, run.team_id) == ("queued", "full", team.pk)
    assert run.campaign.name.startswith("Sample: ")


def test_where_the_example_was_not_installed_nothing_is_filed(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "EXAMPLE", Path("/nowhere/brief.yaml"))
    with pytest.raises(Unavailable, match="not part of this installation"):
        samples.start_sample(team_id=team.pk, actor=SYSTEM)
    assert not Campaign.objects.exists()


def test_who_may(people: People) -> None:
    assert_refused(people, Role.AUTHOR, lambda actor: samples.start_sample(team_id=people.team.pk, actor=actor))
