"""Campaigns as a list, as a table to take along and as one page."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Run
from campaigns.states import CampaignState
from tests import factories as make
from tests.campaigns.views import scenes
from tests.campaigns.views.conftest import People, text
from tests.campaigns.views.scenes import Scene

ClientOf = Callable[[User], Client]


def test_campaigns_are_filtered_by_the_address(visitor: Client, people: People, coding: Scene) -> None:
    scenes.creative_run(people.team, people.admin)
    make.make_campaign(people.team, name="Put away", state=CampaignState.ARCHIVED.value)

    assert "Put away" not in text(visitor, "campaigns")
    assert "Put away" in text(visitor, "campaigns", state="archived")
    assert "Larkspur" not in text(visitor, "campaigns", kind="coding")
    assert "Tidy the parser" not in text(visitor, "campaigns", q="larkspur")
    assert "No campaign fits" in text(visitor, "campaigns", run="paused")


def test_campaigns_come_in_pages(visitor: Client, people: People) -> None:
    for number in range(30):
        make.make_campaign(people.team, name=f"Number {number}")

    first, second = text(visitor, "campaigns"), text(visitor, "campaigns", page="2")

    assert "1 to 25 of 30" in first
    assert "26 to 30 of 30" in second


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "\uff1d1+1", "@x"])
def test_the_table_can_be_taken_along_and_holds_no_formula(visitor: Client, people: People, name: str) -> None:
    make.make_campaign(people.team, name=name)

    answer = visitor.get(reverse("campaigns"), {"format": "csv"})

    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert rows[0]["name"] == f"'{name}"


def test_the_first_list_is_a_lesson_with_one_action(visitor: Client, people: People) -> None:
    html = text(visitor, "campaigns")

    assert "No campaigns yet" in html
    assert reverse("brief-new") in html


def test_a_campaign_is_started_with_fewer_platforms(visitor: Client, people: People) -> None:
    campaign = make.make_campaign(people.team, created_by=people.admin)

    answer = visitor.post(
        reverse("campaign-start", args=[campaign.pk]), {"platforms": ["twitter"], "mode": "sequential"}
    )

    run = Run.objects.get()
    assert answer["Location"] == reverse("run", args=[run.pk])
    assert (run.mode, run.brief["platforms"]) == ("sequential", ["twitter"])


def test_starting_twice_is_refused_by_name(visitor: Client, people: People) -> None:
    campaign = make.make_campaign(people.team)
    visitor.post(reverse("campaign-start", args=[campaign.pk]), {"mode": "parallel"})

    answer = visitor.post(reverse("campaign-start", args=[campaign.pk]), {"mode": "parallel"})

    assert answer.status_code == 409
    assert Run.objects.count() == 1


def test_archive_take_out_delete(visitor: Client, people: People) -> None:
    campaign = make.make_campaign(people.team)

    visitor.post(reverse("campaign-archive", args=[campaign.pk]))
    assert Campaign.objects.get().state == CampaignState.ARCHIVED
    visitor.post(reverse("campaign-unarchive", args=[campaign.pk]))
    assert Campaign.objects.get().state == CampaignState.ACTIVE
    visitor.post(reverse("campaign-delete", args=[campaign.pk]))
    assert visitor.get(reverse("campaign", args=[campaign.pk])).status_code == 404


def test_what_is_missing_is_said_on_the_campaign(visitor: Client, people: People) -> None:
    campaign = make.make_campaign(people.team, brief={**make.BRIEF, "tone": "", "platforms": []})

    html = text(visitor, "campaign", campaign.pk)

    assert "Not ready to run." in html
    assert "Say how it should sound." in html
    assert "Start a run" not in html
