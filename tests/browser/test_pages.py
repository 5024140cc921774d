"""Every page in a browser: nothing blocked, nothing too wide, both themes, keys, paper, and reading without script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from campaigns.models import ArtifactVersion, Campaign, Run, Team
from campaigns.states import RunState
from tests import factories as make
from tests.browser.conftest import Watched, sign_in
from tests.campaigns.views import scenes

pytestmark = pytest.mark.browser

NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
#: These tests have no web socket to connect to.
NO_SOCKET = "WebSocket"

#: What a person without a mouse or without eyes needs of every page; the answer names what lacks it.
FAULTS = """() => {
  const named = (e) => (e.getAttribute('aria-label') || e.textContent || '').trim() || e.labels?.length
    || e.getAttribute('aria-labelledby') || e.title;
  const visible = (e) => e.checkVisibility();
  const fields = 'input:not([type=hidden]), select, textarea';
  const said = [];
  const tell = (e, words) => said.push(`${words}: ${e.outerHTML.slice(0, 120)}`);
  document.querySelectorAll('img:not([alt])').forEach((e) => tell(e, 'no alt'));
  document.querySelectorAll('a[href], button, summary').forEach((e) => visible(e) && !named(e) && tell(e, 'no name'));
  document.querySelectorAll(fields).forEach((e) => !named(e) && tell(e, 'no label'));
  document.querySelectorAll('[id]').forEach((e) =>
    document.querySelectorAll(`[id="${CSS.escape(e.id)}"]`).length > 1 && tell(e, 'id twice'));
  for (const pointer of ['aria-labelledby', 'aria-describedby'])
    document.querySelectorAll(`[${pointer}]`).forEach((e) => e.getAttribute(pointer).split(/\\s+/).forEach((id) =>
      id && !document.getElementById(id) && tell(e, `points to #${id}`)));
  if (document.querySelectorAll('h1').length !== 1) said.push('not one h1');
  if (!document.querySelector('main')) said.push('no main');
  return said;
}"""


@pytest.fixture
def addresses(team: Team, admin: User) -> list[str]:
    """One of every page, in the states that hold most."""
    creative = scenes.creative_run(team, admin)
    partial = scenes.creative_run(team, admin, RunState.PARTIALLY_COMPLETED, failed=("short_copy",))
    running = scenes.creative_run(team, admin, RunState.RUNNING, made=("copy",))
    coding = scenes.coding_run(team, admin)
    make.make_worker()
    tabs = ("tasks", "domains", "evidence", "checkpoints", "history", "figures")
    assert creative.report is not None
    brand = scenes.brand(team)
    return [
        *(reverse(n) for n in ("now", "campaigns", "brief-new", "coding-new", "inbox", "status", "teams", "tokens")),
        *(reverse("run", args=[scene.run.pk]) for scene in (creative, partial, running)),
        *(f"{reverse('run', args=[coding.run.pk])}?tab={tab}" for tab in tabs),
        reverse("campaign", args=[creative.campaign.pk]),
        reverse("campaign", args=[coding.campaign.pk]),
        reverse("brief-edit", args=[creative.campaign.pk]),
        *(reverse("artifact", args=[version.artifact_id]) for version in creative.versions.values()),
        *(reverse("artifact-edit", args=[version.artifact_id]) for version in creative.versions.values()),
        reverse("audit", args=[creative.report.pk]),
        *(reverse("task", args=[coding.tasks[key].pk]) for key in ("step-1", "step-2", "step-3")),
        *(reverse(name) for name in ("brands", "brand-new")),
        *(reverse(name, args=[brand.pk]) for name in ("brand", "brand-edit")),
        f"{reverse('brand', args=[brand.pk])}?show=published",
        reverse("team", args=[team.pk]),
        "/nowhere/",
    ]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_quiet_whole_and_fits(
    seen: Watched, live_server: Any, addresses: list[str], size: dict[str, int], scheme: str
) -> None:
    page = seen.page
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    wrong: dict[str, object] = {}
    for where in addresses:
        page.goto(live_server.url + where)
        assert page.locator("html").get_attribute("data-bs-theme") == scheme
        if faults := page.evaluate(FAULTS):
            wrong[where] = faults
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            wrong[where] = f"is {width} wide"

    assert wrong == {}
    seen.assert_quiet(NO_SOCKET, "status of 404")


def test_the_chosen_theme_is_kept_and_painted_first(seen: Watched, live_server: Any) -> None:
    page = seen.page
    page.emulate_media(color_scheme="light")
    page.goto(live_server.url)

    page.locator("summary[aria-label^='Your account']").click()
    page.get_by_role("button", name="Switch light and dark").click()

    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    answer = page.context.request.get(live_server.url)
    assert 'data-bs-theme="dark"' in answer.text()


def test_reading_and_starting_work_without_script(browser: Browser, admin: User, team: Team, live_server: Any) -> None:
    scene = scenes.coding_run(team, admin)
    campaign = make.make_campaign(team, created_by=admin)
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, admin, live_server.url)
    page = context.new_page()

    page.goto(f"{live_server.url}{reverse('run', args=[scene.run.pk])}")
    expect(page.locator("#run-tasks")).to_contain_text("Step-2")
    page.get_by_role("button", name="Cancel").first.click()
    page.locator("#cancel input[type=text]").fill("not today")
    page.get_by_role("button", name="Cancel the run").click()
    expect(page.locator("#messages")).to_contain_text("being cancelled")

    page.goto(f"{live_server.url}{reverse('campaign', args=[campaign.pk])}")
    page.get_by_role("button", name="Start a run").click()
    page.locator("#start").get_by_role("button", name="Start").click()
    expect(page.locator("h1")).to_contain_text("Run 1")
    page.locator("summary", has_text="New").click()
    expect(page.get_by_role("link", name="Marketing brief")).to_be_visible()
    context.close()
    scene.run.refresh_from_db()
    assert scene.run.state in (RunState.CANCELLING, RunState.CANCELLED)
    assert Run.objects.filter(campaign=campaign).exists()


def test_a_brief_is_written_by_keyboard_alone(seen: Watched, live_server: Any) -> None:
    page = seen.page
    page.goto(f"{live_server.url}{reverse('brief-new')}")
    keys = page.keyboard

    page.locator("#id_objective").focus()
    for said in (
        "More sign-ups by July.",
        "Owners of repair shops",
        "Larkspur, a booking calendar for 19 euros a month.",
        "warm",
    ):
        keys.insert_text(said)
        keys.press("Tab")
    keys.press("Space")

    meter = page.locator("[data-meter]")
    expect(meter).to_have_js_property("value", 5)
    expect(page.locator("[data-need=platforms]")).to_contain_text("filled in")
    page.locator("#id_name").focus()
    keys.insert_text("By hand")
    keys.press("Control+Enter")
    page.wait_for_url("**/runs/*/")
    assert Campaign.objects.get(name="By hand").brief["platforms"] == ["twitter"]


def test_a_refused_brief_moves_to_its_faults_and_keeps_what_was_typed(seen: Watched, live_server: Any) -> None:
    page = seen.page
    page.goto(f"{live_server.url}{reverse('brief-new')}")
    page.locator("#id_objective").fill("Keep these words.")
    page.locator("#id_max_words").fill("-4")

    page.get_by_role("button", name="Save draft").click()

    expect(page.locator("#form-errors")).to_be_focused()
    expect(page.locator("#id_objective")).to_have_value("Keep these words.")
    expect(page.locator("#id_max_words")).to_have_attribute("aria-invalid", "true")
    page.locator("#form-errors").get_by_role("link", name="Words at most, per text").click()
    assert page.url.endswith("#id_max_words_field")


def test_a_counter_warns_before_a_text_is_too_long(seen: Watched, live_server: Any) -> None:
    page = seen.page
    page.goto(f"{live_server.url}{reverse('brief-new')}")
    counter = page.locator('[data-counter-for="id_tone"]')

    page.locator("#id_tone").fill("w" * 290)
    expect(counter).to_have_text("290 of 300")
    page.locator("#id_tone").fill("w" * 312)
    expect(counter).to_have_text("12 too many")


def test_the_first_key_leads_past_the_navigation(seen: Watched, live_server: Any) -> None:
    page = seen.page
    page.goto(live_server.url)

    page.keyboard.press("Tab")

    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "page"


def test_focus_can_be_seen_and_escape_closes(seen: Watched, live_server: Any, admin: User, team: Team) -> None:
    page: Page = seen.page
    scene = scenes.coding_run(team, admin)
    page.goto(f"{live_server.url}{reverse('run', args=[scene.run.pk])}")
    pause = page.get_by_role("button", name="Pause")

    pause.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert pause.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#pause")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#pause")).to_be_hidden()
    page.locator("summary", has_text="New").press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Marketing brief")).to_be_hidden()


def test_a_panel_takes_the_focus_keeps_it_and_gives_it_back(
    seen: Watched, live_server: Any, admin: User, team: Team
) -> None:
    page: Page = seen.page
    scene = scenes.coding_run(team, admin)
    page.goto(f"{live_server.url}{reverse('run', args=[scene.run.pk])}")
    opener, panel = page.get_by_role("button", name="Cancel").first, page.get_by_role("dialog", name="Cancel this run")

    opener.focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("textbox")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(panel.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Tab")
    expect(panel.get_by_role("textbox")).to_be_focused()
    assert panel.get_attribute("aria-modal") == "true"
    page.keyboard.press("Escape")

    expect(panel).to_be_hidden()
    expect(opener).to_be_focused()

    opener.dblclick()
    expect(panel.get_by_role("textbox")).to_be_focused()


def test_a_refused_command_keeps_the_address_and_the_words(
    seen: Watched, live_server: Any, admin: User, team: Team
) -> None:
    page = seen.page
    scene = scenes.coding_run(team, admin)
    where = f"{live_server.url}{reverse('run', args=[scene.run.pk])}"
    page.goto(where)
    page.get_by_role("button", name="Cancel").first.click()
    page.locator("#cancel input[type=text]").fill("too late")
    Run.objects.filter(pk=scene.run.pk).update(state=RunState.COMPLETED.value)

    page.get_by_role("button", name="Cancel the run").click()

    expect(page.get_by_role("alert")).to_contain_text("there is nothing to cancel")
    expect(page.locator("main input[type=text]")).to_have_value("too late")
    assert page.url == where
    page.get_by_role("link", name="Back").click()
    expect(page.locator("#run-strip h1")).to_contain_text("completed")


def test_a_page_prints_without_its_controls(seen: Watched, live_server: Any, admin: User, team: Team) -> None:
    page = seen.page
    scene = scenes.creative_run(team, admin)
    assert scene.report is not None
    page.goto(f"{live_server.url}{reverse('audit', args=[scene.report.pk])}")

    page.emulate_media(media="print")

    expect(page.locator("header.bar")).to_be_hidden()
    expect(page.locator(".finding").first).to_be_visible()


def test_a_drawing_is_shown_as_an_image_and_taken_as_a_file(
    seen: Watched, live_server: Any, admin: User, team: Team
) -> None:
    page = seen.page
    scene = scenes.creative_run(team, admin)
    page.goto(f"{live_server.url}{reverse('artifact', args=[scene.versions['visual_concept'].artifact_id])}")
    poster = page.locator("img.poster").first

    assert poster.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    with page.expect_download() as taken:
        page.locator(".posters a", has_text="SVG").first.click()
    assert taken.value.suggested_filename == "1-morning-table-portrait-version-1.svg"


def test_a_post_is_counted_while_it_is_typed_and_an_entry_is_added_at_the_cursor(
    seen: Watched, live_server: Any, admin: User, team: Team
) -> None:
    artifact = scenes.creative_run(team, admin).versions["short_copy"].artifact
    page = seen.page
    page.goto(f"{live_server.url}{reverse('artifact-edit', args=[artifact.pk])}")
    post = page.get_by_role("region", name="Posts for Twitter/X").get_by_role("textbox", name="Post 1")

    post.fill("a" * 285)
    expect(page.get_by_text("285 of 280 characters as Twitter/X counts, too long")).to_be_visible()
    page.get_by_role("region", name="Posts for LinkedIn").get_by_role("button", name="Add a post").click()

    expect(page.get_by_role("region", name="Posts for LinkedIn").get_by_role("textbox", name="Post 4")).to_be_focused()
    expect(post).to_have_value("a" * 285)
    page.keyboard.type("Typed at once")
    page.get_by_role("region", name="Posts for Twitter/X").get_by_role("textbox", name="First comment").first.press(
        "Enter"
    )
    expect(page.locator("#messages")).to_contain_text("Saved as the next version")
    artifact.refresh_from_db()
    assert artifact.active is not None
    assert artifact.active.content["platforms"][0]["posts"][3]["text"] == "Typed at once"
    seen.assert_quiet(NO_SOCKET)


def test_how_long_a_run_takes_so_far_is_counted_on(seen: Watched, live_server: Any, admin: User, team: Team) -> None:
    page = seen.page
    scene = scenes.creative_run(team, admin, RunState.RUNNING, made=("copy",))
    page.clock.install()
    page.goto(f"{live_server.url}{reverse('run', args=[scene.run.pk])}")
    lasting = page.locator("#run-strip [data-since]")

    expect(lasting).to_have_text(re.compile(r"^\d+ s$"))
    page.clock.fast_forward(120_000)

    expect(lasting).to_have_text(re.compile(r"^2 min \d+ s$"))


def test_news_reach_a_piece_that_has_the_focus(seen: Watched, live_server: Any, admin: User, team: Team) -> None:
    page = seen.page
    scene = scenes.creative_run(team, admin)
    page.goto(f"{live_server.url}{reverse('run', args=[scene.run.pk])}")
    text = page.locator("#piece-copy .clamp")
    text.focus()
    version = scene.versions["copy"]
    content = {**version.content, "headlines": [{"text": "Written since", "construction": "claim"}]}
    ArtifactVersion.objects.filter(pk=version.pk).update(content=content)

    page.locator("#piece-copy").dispatch_event("live")

    expect(text).to_contain_text("Written since")
    expect(text).to_be_focused()


def test_words_for_screen_readers_make_no_page_longer(seen: Watched, live_server: Any, admin: User, team: Team) -> None:
    """A piece scrolls in its own frame, and what is hidden far down in it must not lengthen the page."""
    page = seen.page
    page.goto(f"{live_server.url}{reverse('run', args=[scenes.creative_run(team, admin).run.pk])}")
    page.locator(".clamp").first.evaluate(
        "(frame) => { const long = document.createElement('div'), said = document.createElement('span');"
        " long.style.height = '9000px'; said.className = 'visually-hidden'; said.textContent = 'of the story';"
        " frame.append(long, said); }"
    )

    assert page.evaluate("document.documentElement.scrollHeight") < 5_000
