"""Findings on pages: apply, waive, take back, fix all; coverage, opinions and what was not checked beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agents.auditing import certificates
from campaigns.actions.waivers import waive_finding
from campaigns.models import AuditReport, Finding, Run, Waiver
from campaigns.permissions import SYSTEM
from campaigns.queries.audits import SEVERITIES
from campaigns.queries.certificates import verify
from campaigns.states import Role
from tests import factories as make
from tests.campaigns.packs import active, audited, faulty, headline, made_run, piece, soon
from tests.campaigns.views import scenes
from tests.campaigns.views.conftest import People, text

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def run(people: People) -> Run:
    return made_run(people.team)


def tomorrow() -> str:
    return (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%d")


def test_a_patch_is_applied_from_the_report(visitor: Client, run: Run) -> None:
    finding = faulty(run, "A cheap box of Larkspur")
    where = reverse("finding-apply", args=[finding.pk])
    assert where in text(visitor, "audit", finding.report_id)
    answer = visitor.post(where)
    assert (answer.status_code, answer["Location"]) == (302, reverse("artifact", args=[piece(run).pk]))
    assert headline(run) == "A good value box of Larkspur"
    html = text(visitor, "audit", finding.report_id)
    assert where not in html
    assert "applied" in html
    assert visitor.post(where).status_code == 409


def test_a_finding_is_waived_and_taken_back(visitor: Client, run: Run) -> None:
    finding = faulty(run)
    where = reverse("finding-waive", args=[finding.pk])
    assert where in text(visitor, "audit", finding.report_id)
    assert "Let this finding stand" in visitor.get(where).content.decode()
    sent = {"reason": "The founder's own words.", "expires_at": tomorrow(), "scope": "campaign"}
    assert visitor.post(where, sent).status_code == 302
    html = text(visitor, "audit", finding.report_id)
    for said in ("Waived", "The founder&#x27;s own words.", "with 1 waived until", "for this campaign"):
        assert said in html
    assert where not in html
    waiver = Waiver.objects.get()
    assert visitor.post(reverse("waiver-revoke", args=[waiver.pk])).status_code == 302
    assert "with 1 waived until" not in text(visitor, "audit", finding.report_id)


def test_waiving_leads_back_to_the_page_the_finding_is_on(visitor: Client, run: Run) -> None:
    finding = faulty(run)
    Finding.objects.filter(report=finding.report_id).update(position=F("position") + 1_000)
    Finding.objects.bulk_create(
        Finding(report=finding.report, rule="spring.x", severity="low", category="risk", why="So.", position=position)
        for position in range(120)
    )
    sent = {"reason": "So.", "expires_at": tomorrow(), "scope": "finding"}

    answer = visitor.post(reverse("finding-waive", args=[finding.pk]), sent)

    path, _, mark = answer["Location"].partition("#")
    assert f'id="{mark}"' in visitor.get(path).content.decode()


def test_a_fix_that_fixes_nothing_is_not_told_in_green(visitor: Client, run: Run) -> None:
    audited(run)

    html = visitor.post(reverse("run-fix", args=[run.pk]), follow=True).content.decode()

    note = html[html.index('id="messages"') :].partition("Nothing could be patched safely.")[0]
    assert "note-yellow" in note
    assert "note-green" not in note


def test_severities_are_counted_worst_first(visitor: Client, run: Run) -> None:
    finding = faulty(run)
    make.make_finding(finding.report, severity="low")
    make.make_finding(finding.report, severity="critical")

    html = text(visitor, "audit", finding.report_id)

    shown = re.findall(r"\d+ (critical|high|medium|low)</a>", html)
    assert shown == [one for one in SEVERITIES if one in shown]
    assert len(shown) > 2


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"reason": "", "expires_at": tomorrow()}, "May not be blank."),
        ({"reason": "x", "expires_at": "2020-01-01"}, "Must lie ahead"),
        ({"reason": "x", "expires_at": "soon"}, "Enter a valid date."),
    ],
)
def test_a_waiver_that_is_not_whole_is_told_at_its_field(
    visitor: Client, run: Run, sent: dict[str, str], words: str
) -> None:
    answer = visitor.post(reverse("finding-waive", args=[faulty(run).pk]), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Waiver.objects.exists()


def test_an_author_may_patch_and_not_waive(people: People, signed_in: ClientOf, run: Run) -> None:
    finding = faulty(run)
    client = signed_in(people.member(Role.AUTHOR))
    html = text(client, "audit", finding.report_id)
    assert reverse("finding-apply", args=[finding.pk]) in html
    assert reverse("finding-waive", args=[finding.pk]) not in html
    assert client.get(reverse("finding-waive", args=[finding.pk])).status_code == 403


def test_all_that_is_safe_is_fixed_in_a_run_of_its_own(visitor: Client, run: Run) -> None:
    finding = faulty(run)
    where = reverse("run-fix", args=[finding.report.run_id])
    assert where in text(visitor, "audit", finding.report_id)
    answer = visitor.post(where)
    child = Run.objects.latest("created_at")
    assert (answer.status_code, answer["Location"]) == (302, reverse("run", args=[child.pk]))
    assert "cheap" not in headline(run)


def test_the_page_of_the_piece_offers_the_same(visitor: Client, run: Run) -> None:
    finding = faulty(run)
    html = text(visitor, "artifact", piece(run).pk)
    for name in ("finding-apply", "finding-waive"):
        assert reverse(name, args=[finding.pk]) in html


def test_what_the_audit_fails_is_approved_only_with_a_reason(visitor: Client, run: Run) -> None:
    faulty(run, "A poison box", "no-poison")
    where, sha256 = reverse("artifact-approve", args=[piece(run).pk]), active(run).sha256
    assert "Approve over the audit" in text(visitor, "artifact", piece(run).pk)
    refused = visitor.post(where, {"sha256": sha256})
    assert refused.status_code == 409
    assert "The audit of this version fails it." in refused.content.decode()
    assert visitor.post(where, {"sha256": sha256, "override": "It is a joke."}).status_code == 302
    html = text(visitor, "artifact", piece(run).pk)
    assert "Approved over the audit:" in html
    assert "It is a joke." in html


def test_a_certificate_is_a_file(visitor: Client, run: Run) -> None:
    version = active(run)
    report = AuditReport.objects.get(run=run)
    where = reverse("certificate", args=[version.pk])
    assert where in text(visitor, "audit", report.pk)
    answer = visitor.get(where)
    assert answer["Content-Disposition"].startswith("attachment;")
    said = json.loads(answer.content)
    assert said["kind"] == certificates.KIND
    assert verify(said, version.content).ok


def test_a_version_without_an_audit_has_no_certificate(visitor: Client, people: People) -> None:
    scene = scenes.creative_run(people.team, people.admin)
    version = make.make_version(scene.artifact, scenes.COPY | {"tone_note": "Other."})
    answer = visitor.get(reverse("certificate", args=[version.pk]))
    assert answer.status_code == 409
    assert "nothing can be certified" in answer.content.decode()


def report_with(people: People, **fields: object) -> AuditReport:
    scene = scenes.creative_run(people.team, people.admin)
    assert scene.report is not None
    AuditReport.objects.filter(pk=scene.report.pk).update(**fields)
    return scene.report


def test_key_messages_are_said_or_missing(visitor: Client, people: People) -> None:
    coverage = [
        {"message": "Roasted on Tuesdays.", "slot": "copy", "path": "headlines[0].text", "start": 0, "end": 10,
         "quote": "Guaranteed fresh coffee, every Tuesday"},
        {"message": "Free returns.", "slot": None, "path": "", "start": 0, "end": 0, "quote": ""},
    ]  # fmt: skip
    html = text(visitor, "audit", report_with(people, coverage=coverage).pk)
    assert "“Guaranteed fresh coffee, every Tuesday”" in html
    assert html.index("Free returns.") < html.index("missing</span>")
    assert html.count("missing</span>") == 1


def test_all_that_is_safe_is_not_offered_where_all_of_it_is_waived(visitor: Client, people: People) -> None:
    report = report_with(people)
    finding = report.findings.get()
    Finding.objects.filter(pk=finding.pk).update(patch={"path": finding.path, "start": 0, "end": 1, "replacement": "x"})
    assert "Fix all that is safe" in text(visitor, "audit", report.pk)
    waive_finding(finding_id=finding.pk, reason="So.", expires_at=soon(), scope="team", actor=SYSTEM)
    assert "Fix all that is safe" not in text(visitor, "audit", report.pk)


def test_an_opinion_is_labelled_and_changes_nothing(visitor: Client, people: People) -> None:
    opinions = [{"by": "llm:some-model", "text": "Lovely <b>copy</b>.", "score": 99.0}]
    html = text(visitor, "audit", report_with(people, opinions=opinions, verdict="fail").pk)
    assert "What a model thinks" in html
    assert "It changes nothing" in html
    assert "Lovely &lt;b&gt;copy&lt;/b&gt;." in html


def test_what_was_not_checked_says_why_and_what_failed_comes_first(visitor: Client, people: People) -> None:
    skipped = [
        {"family": "readability", "slot": "copy", "why": "Nothing is known about this language.", "failed": False},
        {"family": "claims", "slot": None, "why": "It broke.", "failed": True},
    ]
    html = text(visitor, "audit", report_with(people, not_checked=skipped, languages={"copy": "fr"}).pk)
    assert html.index("It broke.") < html.index("Nothing is known about this language.")
    assert "copy: fr" in html


def test_a_huge_report_is_shown_a_page_at_a_time(visitor: Client, people: People) -> None:
    report = report_with(people)
    Finding.objects.bulk_create(
        Finding(report=report, position=n, slot="copy", rule="r", family="links", severity="low", category="risk",
                why=f"Fault {n}.")
        for n in range(300)
    )  # fmt: skip
    html = text(visitor, "audit", report.pk)
    assert html.count('class="finding finding-low"') < 60
    assert "of 301" in html
    assert "Links" in html
    assert "of 300" in text(visitor, "audit", report.pk, family="links")
    assert text(visitor, "audit", report.pk, page="99").count("<article") <= 50
