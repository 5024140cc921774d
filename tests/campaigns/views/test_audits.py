"""The page of an audit report: verdict, arithmetic, quotes; what was not audited says why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from campaigns.models import AuditReport
from tests import factories as make
from tests.campaigns.views import scenes
from tests.campaigns.views.conftest import People, text

ClientOf = Callable[[User], Client]


def test_a_report_shows_verdict_arithmetic_quote_and_rules(visitor: Client, people: People) -> None:
    report = scenes.creative_run(people.team, people.admin).report
    assert report is not None

    html = text(visitor, "audit", report.pk)

    for said in (
        "conditional",
        "228 ÷ 3 = 76.0",
        "<mark>Guaranteed</mark> fresh coffee",
        "characters 0 to 10",
        "house 1",
    ):
        assert said in html


def test_findings_are_filtered_by_severity(visitor: Client, people: People) -> None:
    scene = scenes.creative_run(people.team, people.admin)
    assert scene.report is not None
    make.make_finding(scene.report, None, severity="low", why="A small thing.")

    html = text(visitor, "audit", scene.report.pk, severity="low")

    assert "A small thing." in html
    assert "The brief forbids this term." not in html


@pytest.mark.parametrize(
    ("state", "words"),
    [("pending", "It is queued"), ("failed", "The audit failed"), ("done", "No rule could be applied")],
)
def test_what_was_not_audited_says_why(visitor: Client, people: People, state: str, words: str) -> None:
    run = scenes.creative_run(people.team, people.admin).run
    report = AuditReport.objects.create(run=run, state=state, created_at=timezone.now())

    html = text(visitor, "audit", report.pk)

    assert words in html
    assert "state-green" not in html
