"""Audits and rule packs in a browser: nothing blocked, nothing too wide, both themes, and what buttons do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from campaigns.actions.rulepacks import publish_pack, save_pack
from campaigns.actions.waivers import waive_finding
from campaigns.kinds.rulepacks import shipped_id
from campaigns.models import AuditReport, Finding, Run, Team
from campaigns.permissions import SYSTEM
from tests.browser.conftest import Watched
from tests.browser.test_pages import FAULTS, NARROW, NO_SOCKET, WIDE
from tests.campaigns.packs import audited, headline, made_run, pack_text, piece, published, say, soon

pytestmark = pytest.mark.browser

TESTS = """schema: 1
examples:
  - {kind: headline, text: A fine box., rules: [spring.no-cheap], finds: [{rule: spring.no-cheap}]}
"""
#: Where pictures go, for somebody who wants to look at them.
PICTURES = os.environ.get("CONDUCTOR_TEST_PICTURES", "")


@pytest.fixture
def run(team: Team, admin: User) -> Run:
    published(team)
    done = made_run(team)
    say(done, "A cheap box of Larkspur, cheap and with poison for everybody who likes it")
    return done


@pytest.fixture
def addresses(run: Run, team: Team) -> dict[str, str]:
    report = audited(run)
    opinions = [{"by": "llm:some-model", "text": "The second headline is the strongest.", "score": 71.0}]
    AuditReport.objects.filter(pk=report.pk).update(opinions=opinions)
    waived = report.findings.filter(rule="spring.no-poison").first()
    assert waived is not None
    waive_finding(finding_id=waived.pk, reason="The name of a perfume.", expires_at=soon(), actor=SYSTEM)
    failing = save_pack(team_id=team.pk, source=pack_text("1.1.0"), tests=TESTS, actor=SYSTEM)
    finding = report.findings.exclude(pk=waived.pk).filter(rule="spring.no-cheap").first()
    assert finding is not None
    return {
        "audit": reverse("audit", args=[report.pk]),
        "artifact": reverse("artifact", args=[piece(run).pk]),
        "waive": reverse("finding-waive", args=[finding.pk]),
        "packs": reverse("rule-packs"),
        "pack": reverse("rule-pack", args=[failing.pack_id]),
        "pack-edit": reverse("rule-pack-edit", args=[failing.pack_id]),
        "what-if": f"{reverse('rule-pack-what-if', args=[failing.pack_id])}?every=true",
        "house": reverse("rule-pack", args=[shipped_id("house")]),
        "run": reverse("run", args=[report.run_id]),
    }


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_sound_in_both_themes_and_widths(
    seen: Watched, live_server: Any, addresses: dict[str, str], size: dict[str, int], theme: str
) -> None:
    page = seen.page
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    wide, faults = [], {}
    for name, address in addresses.items():
        page.goto(f"{live_server.url}{address}")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(name)
        if said := page.evaluate(FAULTS):
            faults[name] = said
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{size['width']}-{theme}.png", full_page=True)
    assert (wide, faults) == ([], {})
    seen.assert_quiet(NO_SOCKET)


def test_a_patch_is_applied_by_its_button(seen: Watched, live_server: Any, run: Run) -> None:
    report = audited(run)
    page = seen.page
    page.goto(f"{live_server.url}{reverse('audit', args=[report.pk])}")
    finding = Finding.objects.filter(report=report, rule="spring.no-cheap", path="headlines[0].text").first()
    assert finding is not None
    page.locator(f"#finding-{finding.pk}").get_by_role("button", name="Apply").click()
    expect(page.get_by_text("The patch is in the next version of the piece.")).to_be_visible()
    assert headline(run).startswith("A good value box")
    seen.assert_quiet(NO_SOCKET)


def test_a_button_that_is_pressed_twice_still_leads_on(seen: Watched, live_server: Any, run: Run) -> None:
    report = audited(run)
    page = seen.page
    page.goto(f"{live_server.url}{reverse('audit', args=[report.pk])}")
    finding = Finding.objects.filter(report=report, rule="spring.no-cheap", path="headlines[0].text").first()
    assert finding is not None
    page.locator(f"#finding-{finding.pk}").get_by_role("button", name="Apply").dblclick()
    expect(page.get_by_text("The patch is in the next version of the piece.")).to_be_visible()
    assert piece(run).versions.count() == 3
    seen.assert_quiet(NO_SOCKET)


def test_after_waiving_one_stands_where_the_finding_is(seen: Watched, live_server: Any, run: Run) -> None:
    say(run, "cheap, " * 28)
    finding = audited(run).findings.filter(rule="spring.no-cheap").last()
    assert finding is not None
    page = seen.page
    page.goto(f"{live_server.url}{reverse('finding-waive', args=[finding.pk])}")
    page.get_by_label("Why it may stand").fill("A name.")
    page.get_by_label("Until the end of").fill(soon().strftime("%Y-%m-%d"))
    page.get_by_role("button", name="Waive it").dblclick()
    expect(page.get_by_text("It is waived until that day")).to_be_attached()
    expect(page.locator(f"#finding-{finding.pk}")).to_be_in_viewport()
    seen.assert_quiet(NO_SOCKET)


def test_what_would_change_is_fetched_into_the_page(seen: Watched, live_server: Any, run: Run, team: Team) -> None:
    saved = save_pack(team_id=team.pk, source=pack_text("2.0.0", name="autumn"), actor=SYSTEM)
    page: Page = seen.page
    page.goto(f"{live_server.url}{reverse('rule-pack', args=[saved.pack_id])}")
    page.get_by_role("link", name="Active versions").click()
    expect(page.locator("#what-if")).to_contain_text("versions read")
    expect(page.locator("#what-if")).to_contain_text("spring.no-cheap")
    seen.assert_quiet(NO_SOCKET)


def test_a_pack_is_published_from_its_page(seen: Watched, live_server: Any, team: Team) -> None:
    saved = save_pack(team_id=team.pk, source=pack_text(), actor=SYSTEM)
    page = seen.page
    page.goto(f"{live_server.url}{reverse('rule-pack', args=[saved.pack_id])}")
    page.get_by_role("button", name="Publish").click()
    panel = page.get_by_role("dialog")
    panel.get_by_label("Why all the same").fill("Nothing to test yet.")
    panel.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published without tests:")).to_be_visible()
    assert publish_pack(pack_id=saved.pack_id, force=True, reason="x", actor=SYSTEM).state == "published"
    seen.assert_quiet(NO_SOCKET)
