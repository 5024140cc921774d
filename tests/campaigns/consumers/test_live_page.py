"""A page in a real browser: it shows what happens without a reload, says how fresh it is, catches up after a break."""

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Page, expect

from campaigns.models import Run, Task, Team
from campaigns.states import TaskState
from conductor.lib import push
from tests.campaigns.consumers.conftest import Person, Server, StartServer
from tests.factories import make_campaign, make_event, make_run, make_task

pytestmark = [
    pytest.mark.browser,
    # The plug-in that hands out browsers makes a fixture in an old way.
    pytest.mark.filterwarnings("ignore::pytest.PytestRemovedIn10Warning"),
]
ATTEMPT = "0198c0de-0000-7000-8000-000000000001"


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return {"executable_path": found, "args": ["--no-sandbox"]}


@pytest.fixture
def shown_run(team: Team) -> Run:
    return make_run(make_campaign(team))


@pytest.fixture
def task(shown_run: Run) -> Task:
    return make_task(shown_run, "copy", TaskState.IN_PROGRESS, slot="copy", role="copywriting")


@pytest.fixture(autouse=True)
def _nothing_wrong(page: Page) -> Iterator[None]:
    """What the browser's console complained about; nothing, at the end, but the lines that were cut."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield
    assert not [line for line in said if not re.search("WebSocket|ERR_CONNECTION|htmx:", line)]


def open_run(page: Page, server: Server, run: Run, person: Person) -> None:
    cookie = person.by_session(server.port)["Cookie"].partition("=")[2]
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": f"http://127.0.0.1:{server.port}"}]
    )
    page.goto(f"http://127.0.0.1:{server.port}/runs/{run.pk}/")


def finish(run: Run, task: Task) -> None:
    Task.objects.filter(pk=task.pk).update(state=TaskState.FAILED, error={"code": "agent_failed", "message": "No ink."})
    make_event(run, "task.failed", task_id=task.pk)
    push.hints([(f"run:{run.pk}", run.last_event_seq)])


def test_a_page_shows_what_happens(page: Page, server: Server, shown_run: Run, task: Task, viewer: Person) -> None:
    open_run(page, server, shown_run, viewer)
    expect(page.locator("[data-live-state]")).to_have_text("live")
    finish(shown_run, task)
    expect(page.locator("#piece-copy")).to_contain_text("No ink.", timeout=3_000)


def test_text_being_written_is_shown_as_text(
    page: Page, server: Server, shown_run: Run, task: Task, viewer: Person
) -> None:
    open_run(page, server, shown_run, viewer)
    expect(page.locator("[data-live-state]")).to_have_text("live")
    place = page.locator('[data-partial="copy"]')
    for text in ("Roasted", "Roasted <b>on Tuesdays</b>"):
        page.wait_for_timeout(300)
        push.partial(shown_run.pk, ATTEMPT, "copy", f"{text} and")  # the last word waits for its end
        expect(place).to_have_text(text)
    assert place.locator("b").count() == 0


def test_a_page_says_since_when_it_is_stale_and_catches_up(
    page: Page, start_server: StartServer, shown_run: Run, task: Task, viewer: Person
) -> None:
    server = start_server()
    open_run(page, server, shown_run, viewer)
    dot = page.locator("[data-live-state]")
    expect(dot).to_have_text("live")
    assert dot.get_attribute("aria-live") == "polite"
    server.process.kill()
    expect(dot).to_have_text(re.compile(r"stale since \d\d:\d\d"), timeout=5_000)
    finish(shown_run, task)
    start_server(port=server.port)
    expect(dot).to_have_text("live", timeout=20_000)
    expect(page.locator("#piece-copy")).to_contain_text("No ink.", timeout=3_000)


def test_a_page_knows_when_it_is_signed_out(
    page: Page, server: Server, shown_run: Run, task: Task, viewer: Person
) -> None:
    open_run(page, server, shown_run, viewer)
    expect(page.locator("[data-live-state]")).to_have_text("live")
    finish(shown_run, task)
    expect(page.locator("#piece-copy")).to_contain_text("No ink.")
    page.wait_for_load_state("networkidle")  # a part that is fetched without a session would lead to the sign-in
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session")
    finish(shown_run, task)
    expect(page.locator("[data-live-state]")).to_contain_text("signed out", timeout=5_000)
