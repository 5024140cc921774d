"""The first page, and the status page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from campaigns.states import RunState
from tests import factories as make
from tests.campaigns.views import scenes
from tests.campaigns.views.conftest import People, text
from tests.campaigns.views.scenes import Scene

ClientOf = Callable[[User], Client]


def test_a_first_visit_is_two_cards_and_the_sample(visitor: Client) -> None:
    html = text(visitor, "now")

    assert "Make a marketing campaign" in html
    assert "Run a coding campaign" in html
    assert "Run the sample" in html


def test_now_has_three_lanes(visitor: Client, people: People, coding: Scene) -> None:
    scenes.creative_run(people.team, people.admin)
    scenes.coding_run(people.team, people.admin, RunState.PAUSED, tasks=1)

    html = text(visitor, "now")

    needs, running, finished = (html.index(f'id="lane-{lane}"') for lane in ("needs", "running", "finished"))
    assert "Which of the two names shall stay?" in html[needs:running]
    assert "paused" in html[needs:running]
    assert "Tidy the parser" in html[running:finished]
    assert "Larkspur spring box" in html[finished:]


def test_now_says_that_nothing_can_start_without_workers(visitor: Client, people: People, coding: Scene) -> None:
    assert "No worker is running, so nothing will start" in text(visitor, "now")

    make.make_worker()
    make.make_witness()

    html = text(visitor, "now")
    assert "No worker is running" not in html
    assert "1 short, 0 long" in html


def test_status_tells_the_silent_from_the_living(visitor: Client) -> None:
    make.make_worker("short")
    make.make_worker("long", beat_at=timezone.now() - timedelta(hours=1))

    html = text(visitor, "status")

    assert "None is running." in html
    assert ">silent<" in html
    assert ">alive<" in html


def test_reading_goes_on_without_redis(visitor: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import redis

    from conductor.lib import jobqueue

    dead = redis.Redis.from_url("unix:///nowhere.sock?db=0")
    monkeypatch.setattr(jobqueue, "connection", lambda: dead)

    html = text(visitor, "status")

    assert "Does not answer." in html
