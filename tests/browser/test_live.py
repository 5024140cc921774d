"""What people see while work goes on: pieces fill in without a reload, text appears as it is written, loss is told."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from playwright.sync_api import Page, expect

from campaigns.models import Run
from campaigns.states import RunState
from conductor.lib import push
from tests import factories as make
from tests.browser.conftest import Site, sign_in, watched
from tests.campaigns.views import scenes

pytestmark = pytest.mark.browser

PATIENCE_MS = 20_000


def test_the_sample_fills_in_and_a_piece_is_made_anew(site: Site, page: Page, admin: User) -> None:
    seen = watched(page)
    sign_in(page.context, admin, site.address)
    page.goto(site.address)
    expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live", timeout=PATIENCE_MS)

    page.get_by_role("button", name="Run the sample").click()

    expect(page.locator("#run-strip .state").first).to_contain_text("completed", timeout=PATIENCE_MS)
    for slot in ("copy", "short_copy", "visual_concept"):
        expect(page.locator(f"#piece-{slot} .state").first).to_contain_text("completed", timeout=PATIENCE_MS)
    expect(page.locator("#run-audit .score")).to_be_visible(timeout=PATIENCE_MS)
    poster = page.locator("#piece-visual_concept img.poster").first
    poster.scroll_into_view_if_needed()
    expect(poster).to_have_js_property("complete", True, timeout=PATIENCE_MS)
    assert poster.evaluate("image => image.naturalWidth > 0")

    first = page.url
    page.locator("#piece-copy").get_by_role("button", name="Regenerate").click()
    page.locator("#again-copy textarea").fill("Shorter, and name the price.")
    page.locator("#again-copy").get_by_role("button", name="Regenerate").click()

    expect(page.locator("#run-strip h1")).to_contain_text("regenerate", timeout=PATIENCE_MS)
    assert page.url != first
    expect(page.locator("#piece-copy")).to_contain_text("Open version 2", timeout=PATIENCE_MS)
    expect(page.locator("#piece-short_copy")).to_contain_text("from an earlier run")
    page.reload()
    expect(page.locator("#run-strip h1")).to_contain_text("regenerate")
    seen.assert_quiet()


def test_text_appears_while_it_is_written_and_survives_a_refresh(site: Site, page: Page, admin: User) -> None:
    sign_in(page.context, admin, site.address)
    team = admin.memberships.get().team
    with transaction.atomic():  # the witness sees it whole
        scene = scenes.creative_run(team, admin, RunState.RUNNING, made=("copy",))
        attempt = make.make_attempt(scene.tasks["short_copy"])
    page.goto(f"{site.address}/runs/{scene.run.pk}/")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live", timeout=PATIENCE_MS)

    place = page.locator('[data-partial="short_copy"]')
    for _ in range(PATIENCE_MS // 100):  # One of them may be lost: it is only a look over the shoulder.
        push.partial(scene.run.pk, attempt.pk, "short_copy", "Roasted on <b>Tuesdays</b>, ")
        page.wait_for_timeout(100)
        if place.inner_text():
            break

    expect(place).to_have_text("Roasted on <b>Tuesdays</b>,")
    page.evaluate("document.querySelector('#piece-short_copy').dispatchEvent(new CustomEvent('live'))")
    page.wait_for_timeout(500)
    expect(place).to_have_text("Roasted on <b>Tuesdays</b>,")


def test_what_one_is_typing_survives_news(site: Site, page: Page, admin: User) -> None:
    sign_in(page.context, admin, site.address)
    with transaction.atomic():
        scene = scenes.coding_run(admin.memberships.get().team, admin, tasks=4)
        Run.objects.filter(pk=scene.run.pk).update(state=RunState.PAUSED.value)
    page.goto(f"{site.address}/runs/{scene.run.pk}/")
    page.get_by_role("button", name="Cancel").first.click()
    page.locator("#cancel textarea, #cancel input[type=text]").first.fill("because of the weather")

    page.evaluate("document.querySelector('#run-strip').dispatchEvent(new CustomEvent('live'))")
    page.wait_for_timeout(500)

    expect(page.locator("#cancel")).to_be_visible()
    expect(page.locator("#cancel input[type=text]").first).to_have_value("because of the weather")


def test_a_lost_connection_is_told(site: Site, page: Page, admin: User) -> None:
    sign_in(page.context, admin, site.address)
    with transaction.atomic():
        scene = scenes.creative_run(admin.memberships.get().team, admin)
    page.goto(f"{site.address}/runs/{scene.run.pk}/")
    dot = page.locator("[data-live-state]")
    expect(dot).to_have_attribute("data-state", "live", timeout=PATIENCE_MS)

    site.web.kill()

    expect(dot).to_have_attribute("data-state", re.compile("stale|offline"), timeout=PATIENCE_MS)
    expect(dot).to_contain_text("stale since")
