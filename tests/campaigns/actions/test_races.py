"""Two people at once: one wins, the other is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from campaigns.actions.campaigns import delete_campaign, file_campaign, revise_campaign
from campaigns.actions.runs import start_run
from campaigns.actions.teams import add_member, create_team, remove_member
from campaigns.models import Campaign, Event, Membership, Run, Team
from campaigns.permissions import SYSTEM
from conductor.lib.errors import ConductorError
from tests.campaigns.api.world import BRIEF
from tests.campaigns.people import make_people
from tests.campaigns.races import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """What became of each, by its error code or "ok", sorted."""
    return sorted(said.code if isinstance(said, ConductorError) else "ok" for said in _sound(race(*acts)))


def _sound(results: list[Any]) -> list[Any]:
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, ConductorError):
            raise result
    return results


def filed() -> Campaign:
    people = make_people()
    return file_campaign(team_id=people.team.pk, kind="creative", brief=BRIEF, actor=people.actor("author"))


def test_of_two_revisions_of_one_version_one_is_stale() -> None:
    campaign = filed()
    revisions = [
        lambda name=name: revise_campaign(campaign_id=campaign.pk, version=1, changes={"name": name}, actor=SYSTEM)
        for name in "abcd"
    ]
    assert at_once(*revisions) == ["ok", "stale_version", "stale_version", "stale_version"]
    assert Event.objects.filter(type="campaign.revised").count() == 1


def test_of_many_starts_one_run_is_made() -> None:
    campaign = filed()
    starts = [lambda: start_run(campaign_id=campaign.pk, actor=SYSTEM) for _ in range(4)]
    assert at_once(*starts) == ["already_running"] * 3 + ["ok"]
    assert Run.objects.count() == 1


def test_a_campaign_is_started_or_deleted_never_both() -> None:
    campaign = filed()
    said = at_once(
        lambda: start_run(campaign_id=campaign.pk, actor=SYSTEM),
        lambda: delete_campaign(campaign_id=campaign.pk, actor=SYSTEM),
    )
    assert said in (["already_running", "ok"], ["not_found", "ok"])
    campaign.refresh_from_db()
    assert (campaign.deleted_at is None) == Run.objects.exists()


def test_two_admins_cannot_both_leave() -> None:
    people = make_people()
    add_member(team_id=people.team.pk, username="operator", role="admin", actor=SYSTEM)
    leaving = [
        lambda name=name: remove_member(team_id=people.team.pk, username=name, actor=SYSTEM)
        for name in ("admin", "operator")
    ]
    assert at_once(*leaving) == ["conflict", "ok"]
    assert Membership.objects.filter(team=people.team, role="admin").count() == 1


def test_of_two_teams_of_one_name_one_is_made() -> None:
    assert at_once(*[lambda: create_team(name="Brand", actor=SYSTEM)] * 3) == ["conflict", "conflict", "ok"]
    assert Team.objects.count() == 1


def test_events_of_a_campaign_stay_without_gap_under_many_writers() -> None:
    campaign = filed()
    for version in range(1, 4):
        at_once(
            *[
                lambda name=name, version=version: revise_campaign(
                    campaign_id=campaign.pk, version=version, changes={"name": f"{name}{version}"}, actor=SYSTEM
                )
                for name in "ab"
            ]
        )
    numbers = list(Event.objects.filter(stream_id=campaign.pk).order_by("seq").values_list("seq", flat=True))
    assert numbers == [1, 2, 3, 4]
