"""The page of a run in each of its states, its parts, and the commands it offers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import (
    AuditReport,
    Run,
    Task,
)
from campaigns.queries.pages.outlook import outlook, progress
from campaigns.states import RunState
from campaigns.views import runs as views
from tests import factories as make
from tests.campaigns.views import scenes
from tests.campaigns.views.conftest import People

ClientOf = Callable[[User], Client]


def html_of(client: Client, run: Run, tab: str = "") -> str:
    answer = client.get(reverse("run", args=[run.pk]), {"tab": tab} if tab else {})
    assert answer.status_code == 200
    return answer.content.decode()


def part(html: str, identifier: str) -> str:
    """The element with this id and what follows it, enough to look into."""
    return html[html.index(f'id="{identifier}"') :][:6_000]


def test_the_strip_answers_state_next_and_who_is_waited_for(visitor: Client, people: People) -> None:
    html = html_of(visitor, scenes.coding_run(people.team, people.admin).run)

    assert "1 at work, 1 of 12 tasks done, 1 failed or blocked." in html
    assert "Nothing starts: no worker is running" in html or "ready and starts as workers get free" in html
    assert "1 question waits for a person." in html


def test_a_completed_run_shows_its_three_pieces_and_audit(visitor: Client, people: People) -> None:
    html = html_of(visitor, scenes.creative_run(people.team, people.admin).run)

    assert "Three farms, one spring box" in html
    assert "3,012 of 3,000 characters, too long" in html
    assert re.search(r'<img class="poster" src="/versions/[0-9a-f-]+/drawings/0/0.svg" alt="A blue poster', html)
    assert "conditional" in part(html, "run-audit")


def test_a_missing_piece_is_named_with_its_error_code_and_own_retry(visitor: Client, people: People) -> None:
    scene = scenes.creative_run(people.team, people.admin, RunState.PARTIALLY_COMPLETED, failed=("short_copy",))

    piece = part(html_of(visitor, scene.run), "piece-short_copy")

    assert "The short copy is missing." in piece
    assert "The agent took longer than its limit." in piece
    assert "agent_timeout" in piece
    assert f'value="{scene.tasks["short_copy"].pk}"' in piece
    assert "Retry this piece" in piece


def test_an_audit_that_is_owed_is_said_and_never_green(visitor: Client, people: People) -> None:
    scene = scenes.creative_run(people.team, people.admin)
    AuditReport.objects.all().delete()
    AuditReport.objects.create(run=scene.run, created_at=timezone.now())
    Run.objects.update(audit_pending=True)

    html = html_of(visitor, scene.run)

    column = part(html, "run-audit").partition("</section>")[0]
    assert "Not audited yet, queued" in column
    assert "green" not in column
    assert "Audit queued" in html


def test_a_piece_being_written_has_a_place_for_its_text(visitor: Client, people: People) -> None:
    scene = scenes.creative_run(people.team, people.admin, RunState.RUNNING, made=("copy",))

    html = html_of(visitor, scene.run)

    assert 'data-partial="short_copy"' in html
    assert f'data-live="run:{scene.run.pk}"' in html
    assert f'data-live-after="{scene.run.last_event_seq}"' in html


@pytest.mark.parametrize("name", list(views.PARTS))
def test_a_part_alone_is_what_the_page_shows(visitor: Client, people: People, name: str) -> None:
    scene = scenes.coding_run(people.team, people.admin)
    tab = name if name in dict(views.TASK_TABS) else "tasks"

    alone = visitor.get(reverse("run-part", args=[scene.run.pk, name]), HTTP_HX_REQUEST="true")

    assert alone.status_code == 200
    html = alone.content.decode()
    assert "<html" not in html
    if name in ("pieces", "audit"):
        return
    page = html_of(visitor, scene.run, tab)
    first = re.search(r'id="(run-[a-z]+)"', html)
    assert first is not None
    assert f'id="{first.group(1)}"' in page


def test_an_unknown_part_is_not_found(visitor: Client, people: People) -> None:
    run = scenes.creative_run(people.team, people.admin).run

    assert visitor.get(reverse("run-part", args=[run.pk, "nonsense"])).status_code == 404
    assert visitor.get(reverse("run-piece", args=[run.pk, "nonsense"])).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "tab=nonsense",
        "tab=tasks&page=999999999999",
        "tab=tasks&page=-1",
        "tab=tasks&state=x%00y",
        "tab=history&before=abc",
        "tab=history&before=99999999999999999999",
        "tab=tasks&q=%00",
    ],
)
def test_nonsense_in_the_address_is_the_nearest_sense(visitor: Client, people: People, query: str) -> None:
    run = scenes.coding_run(people.team, people.admin).run

    assert visitor.get(f"{reverse('run', args=[run.pk])}?{query}").status_code == 200


def test_tasks_are_filtered_by_the_address(visitor: Client, people: People) -> None:
    run = scenes.coding_run(people.team, people.admin).run
    where = reverse("run", args=[run.pk])

    failed = visitor.get(where, {"tab": "tasks", "state": "failed"}).context["tasks"].object_list
    domain = visitor.get(where, {"tab": "tasks", "domain": "docs"}).context["tasks"].object_list
    named = visitor.get(where, {"tab": "tasks", "q": "STEP-12"}).context["tasks"].object_list

    assert [task.key for task in failed] == ["step-2"]
    assert {task.domain.name for task in domain} == {"docs"}
    assert [task.key for task in named] == ["step-12"]


def test_ten_thousand_tasks_are_a_hundred_at_a_time(visitor: Client, people: People) -> None:
    run = scenes.coding_run(people.team, people.admin, tasks=1).run
    rows = [
        Task(run=run, key=f"t{n}", title=f"T {n}", role="worker", backend=["shell"], position=10_000 + n)
        for n in range(9_999)
    ]
    Task.objects.bulk_create(rows, batch_size=2_000)
    Run.objects.filter(pk=run.pk).update(counts={"pending": 9_999, "completed": 1})

    answer = visitor.get(reverse("run", args=[run.pk]), {"tab": "tasks", "page": "100"})

    html = answer.content.decode()
    assert len(answer.context["tasks"].object_list) == 100
    assert "9901 to 10000 of 10000" in html
    assert len(html) < 200_000


def test_claimed_ran_and_proved_are_told_apart(visitor: Client, people: People) -> None:
    html = html_of(visitor, scenes.coding_run(people.team, people.admin).run)

    assert html.count(">proved<") == 1
    assert "0 of 1 proved" in html
    assert "1 to prove" in html


def test_history_is_paged_by_number(visitor: Client, people: People) -> None:
    run = scenes.creative_run(people.team, people.admin).run
    for _ in range(120):
        make.make_event(run)

    first = visitor.get(reverse("run", args=[run.pk]), {"tab": "history"})
    older = visitor.get(reverse("run", args=[run.pk]), {"tab": "history", "before": first.context["older"]})

    seqs = [event.seq for event in (*first.context["events"], *older.context["events"])]
    assert seqs == list(range(run.last_event_seq, 0, -1))


def test_markup_from_agents_is_text(visitor: Client, people: People) -> None:
    scene = scenes.creative_run(people.team, people.admin, RunState.PARTIALLY_COMPLETED, failed=("short_copy",))
    Task.objects.filter(pk=scene.tasks["short_copy"].pk).update(
        error={"code": "x", "message": "<script>alert(1)</script>\x1b[31m"}
    )
    make.make_event(scene.run, message="<img src=x onerror=alert(1)>")

    html = html_of(visitor, scene.run)

    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "\x1b" not in html


@pytest.mark.parametrize("state", list(RunState))
def test_every_state_has_words_for_what_is_and_what_follows(state: RunState) -> None:
    run = Run(state=state.value, counts={"ready": 1, "in_progress": 0})

    told = outlook(run, decisions=0, workers=0)

    assert told.state
    assert told.following


def test_set_aside_tasks_do_not_count() -> None:
    far = progress({"completed": 3, "skipped": 1, "superseded": 5, "failed": 1, "pending": 1})

    assert (far.total, far.done, far.failed, far.percent) == (6, 4, 1, 66)
