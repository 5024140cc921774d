"""The catalogue of events and their recording: known types and fields only, numbered per stream, hints after commit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from campaigns import events
from campaigns.event_types import END_TYPES, EVENT_TYPES, check_event
from campaigns.models import Event, Team
from campaigns.permissions import SYSTEM, Actor
from campaigns.states import RUN_ENDED, STATES
from campaigns.transitions.unit import run_unit
from conductor.lib import push
from tests.campaigns.graphs import spec
from tests.campaigns.hands import begin, fresh
from tests.campaigns.races import race
from tests.factories import make_campaign

ROOT = Path(events.__file__).parent


@pytest.fixture
def hinted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What the sockets were told, instead of telling them."""
    told: list[tuple[str, int]] = []
    monkeypatch.setattr(push, "hints", told.extend)
    return told


@pytest.mark.parametrize("event", EVENT_TYPES.values(), ids=EVENT_TYPES)
def test_a_type_is_a_noun_in_the_past_and_tells_known_states(event: Any) -> None:
    noun, _, past = event.name.partition(".")
    assert noun
    assert past
    assert event.words.endswith(".")
    if event.noun:
        assert event.to
        assert event.to <= {state.value for state in STATES[event.noun]}


def test_every_end_of_a_run_has_its_end_event() -> None:
    assert {f"run.{state.value}" for state in RUN_ENDED} == END_TYPES


def test_every_type_is_told_somewhere() -> None:
    code = "\n".join(path.read_text() for path in ROOT.rglob("*.py") if path.name != "event_types.py")
    assert not [name for name in EVENT_TYPES if f'"{name}"' not in code and name not in END_TYPES]


def test_an_unknown_type_or_field_is_refused() -> None:
    check_event("run.pausing", {"reason": "x"})
    with pytest.raises(KeyError):
        check_event("run.exploded", {})
    with pytest.raises(ValueError, match="mood"):
        check_event("run.pausing", {"mood": "x"})


@pytest.mark.django_db
def test_campaign_and_team_streams_are_numbered_each_on_its_own(team: Team) -> None:
    campaign = make_campaign(team)
    actor = Actor(None, "system:test", "c-1")
    team.refresh_from_db()
    first = team.last_event_seq
    for _ in range(3):
        events.record_campaign(campaign, "campaign.revised", actor=actor, data={"version": 2})
    told = events.record_team(team, "team.limit_set", actor=actor, message="x" * 900)
    assert list(Event.objects.filter(stream_id=campaign.pk).values_list("seq", flat=True)) == [1, 2, 3]
    assert (told.stream, told.seq, told.actor, told.correlation) == ("team", first + 1, "system:test", "c-1")
    assert len(told.message) == 500


@pytest.mark.django_db
def test_a_run_refuses_an_event_that_the_catalogue_does_not_know(team: Team) -> None:
    run = begin(spec("a"), team=team)
    with pytest.raises(ValueError, match="mood"), run_unit(run.pk, SYSTEM) as u:
        u.event("run.pausing", data={"mood": "bad"})
    assert fresh(run).last_event_seq == run.last_event_seq


@pytest.mark.django_db(transaction=True)
def test_sockets_are_told_after_the_commit_only(team: Team, hinted: list[tuple[str, int]]) -> None:
    campaign = make_campaign(team)
    with transaction.atomic():
        events.record_campaign(campaign, "campaign.deleted", actor=SYSTEM)
        assert hinted == []
    assert hinted == [(f"campaign:{campaign.pk}", 1)]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_told_to_nobody(team: Team, hinted: list[tuple[str, int]]) -> None:
    campaign = make_campaign(team)
    with pytest.raises(RuntimeError):
        _record_and_break_off(campaign)
    assert hinted == []
    assert not Event.objects.filter(stream_id=campaign.pk).exists()


def _record_and_break_off(campaign: Any) -> None:
    with transaction.atomic():
        events.record_campaign(campaign, "campaign.deleted", actor=SYSTEM)
        raise RuntimeError


@pytest.mark.django_db(transaction=True)
def test_a_run_hints_its_last_number_once_per_unit(team: Team, hinted: list[tuple[str, int]]) -> None:
    run = begin(spec("a"), spec("b"), team=team)
    assert [pair for pair in hinted if pair[0] == f"run:{run.pk}"] == [(f"run:{run.pk}", run.last_event_seq)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_recording_at_once_leaves_no_gap(team: Team) -> None:
    campaign = make_campaign(team)
    race(*[lambda: events.record_campaign(campaign, "campaign.revised", actor=SYSTEM)] * 8)
    assert list(Event.objects.filter(stream_id=campaign.pk).order_by("seq").values_list("seq", flat=True)) == [
        *range(1, 9)
    ]
