"""What is typed is not lost: a session ends, a form is too old, no answer comes. Nobody else gets to see it."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from campaigns.models import Campaign, Team
from tests import factories as make
from tests.browser.conftest import Watched
from tests.campaigns.views import scenes

pytestmark = pytest.mark.browser


def sign_in_again(page: Page, user: User) -> None:
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_what_is_typed_in_a_brief_survives_the_end_of_a_session(seen: Watched, live_server: Any, admin: User) -> None:
    page = seen.page
    where = f"{live_server.url}{reverse('brief-new')}"
    page.goto(where)
    page.locator("#id_objective").fill("Keep these words.")
    page.locator("label", has_text="LinkedIn").click()
    page.locator("summary", has_text="Agents, seed and rules").click()
    page.locator("#id_seed").fill("7")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("What you typed is kept in this tab")).to_be_visible()
    sign_in_again(page, admin)

    page.wait_for_url(where)
    expect(page.locator("#messages")).to_contain_text("This was not taken.")
    expect(page.locator("#id_objective")).to_have_value("Keep these words.")
    expect(page.locator("#id_seed")).to_be_visible()
    expect(page.locator("#id_seed")).to_have_value("7")
    expect(page.get_by_role("checkbox", name="LinkedIn")).to_be_checked()
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#messages")).to_contain_text("Saved.")
    assert Campaign.objects.get().brief["objective"] == "Keep these words."
    page.goto(where)
    expect(page.locator("#id_objective")).to_have_value("")


def test_what_is_typed_in_a_panel_survives_the_end_of_a_session(
    seen: Watched, live_server: Any, admin: User, team: Team
) -> None:
    page = seen.page
    where = f"{live_server.url}{reverse('run', args=[scenes.coding_run(team, admin).run.pk])}"
    page.goto(where)
    page.get_by_role("button", name="Cancel").first.click()
    page.locator("#cancel input[type=text]").fill("not today")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

    page.get_by_role("button", name="Cancel the run").click()
    sign_in_again(page, admin)

    page.wait_for_url(where)
    expect(page.locator("#cancel input[type=text]")).to_be_visible()
    expect(page.locator("#cancel input[type=text]")).to_have_value("not today")


def test_a_part_that_learns_of_the_end_of_a_session_loses_nothing_that_is_typed(
    seen: Watched, live_server: Any, admin: User
) -> None:
    page = seen.page
    where = f"{live_server.url}{reverse('brief-new')}"
    page.goto(where)
    page.locator("#id_objective").press_sequentially("Half a sent")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

    page.locator("#inbox-count").dispatch_event("live")
    page.wait_for_url("**/sign-in/**")
    sign_in_again(page, admin)

    page.wait_for_url(where)
    expect(page.locator("#id_objective")).to_have_value("Half a sent")


def test_what_one_person_typed_is_not_shown_to_another(seen: Watched, live_server: Any, team: Team) -> None:
    other = make.make_user("eve")
    make.make_member(team, other)
    page = seen.page
    page.goto(f"{live_server.url}{reverse('brief-new')}")
    page.locator("#id_objective").fill("For Ada alone.")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

    page.get_by_role("button", name="Save draft").click()
    sign_in_again(page, other)

    page.wait_for_url(f"**{reverse('brief-new')}")
    expect(page.locator("#id_objective")).to_have_value("")
    assert page.evaluate("sessionStorage.getItem('unsent')") is None


def test_a_form_that_is_too_old_is_filled_in_again(seen: Watched, live_server: Any) -> None:
    page = seen.page
    page.goto(f"{live_server.url}{reverse('brief-new')}")
    page.locator("#id_objective").fill("Keep these words.")
    page.evaluate("document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach((one) => { one.value = 'x'; })")

    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("link", name="Back to the form").click()

    expect(page.locator("#id_objective")).to_have_value("Keep these words.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#messages")).to_contain_text("Saved.")


def test_a_command_without_an_answer_is_told_and_keeps_its_words(
    seen: Watched, live_server: Any, admin: User, team: Team
) -> None:
    page = seen.page
    run = scenes.coding_run(team, admin).run
    page.goto(f"{live_server.url}{reverse('run', args=[run.pk])}")
    page.get_by_role("button", name="Cancel").first.click()
    panel = page.locator("#cancel")
    panel.get_by_role("textbox").fill("not today")

    page.context.set_offline(True)
    panel.get_by_role("button", name="Cancel the run").click()
    expect(panel.get_by_role("alert")).to_contain_text("There was no answer")
    expect(panel.get_by_role("textbox")).to_have_value("not today")
    page.context.set_offline(False)

    page.route("**/cancel/", lambda route: route.fulfill(status=503, body="<main id=page>no</main>"), times=1)
    panel.get_by_role("button", name="Cancel the run").click()
    expect(panel.get_by_role("alert")).to_contain_text("error 503")
    panel.get_by_role("button", name="Cancel the run").click()
    expect(page.locator("#messages")).to_contain_text("being cancelled")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_form_without_an_answer_is_filled_in_again(seen: Watched, live_server: Any) -> None:
    page = seen.page
    page.goto(live_server.url)
    page.goto(f"{live_server.url}{reverse('brief-new')}")
    page.locator("#id_objective").fill("Keep these words.")
    page.route("**/new/brief/", lambda route: route.abort(), times=1)
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("chrome-error://**")

    page.go_back()
    page.get_by_role("link", name="Write a brief").click()
    expect(page.locator("#messages")).to_contain_text("This was not taken.")
    expect(page.locator("#id_objective")).to_have_value("Keep these words.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#messages")).to_contain_text("Saved.")
