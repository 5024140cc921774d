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
    Artifact,
    ArtifactVersion,
    AuditReport,
    Budget,
    Finding,
    Invocation,
    LedgerEntry,
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


@pytest.mark.parametrize(
    ("spec", "answered", "words"),
    [
        ("builtin", "", "made by the built-in maker"),
        ("llm:openai:gpt-x", "llm:openai:gpt-x", "made by the model openai:gpt-x"),
        ("llm:openai:gpt-x,builtin", "builtin", "made by the built-in maker, since the model openai:gpt-x could not"),
        ("human", "", "made by a person, asked in the inbox"),
    ],
)
def test_who_made_a_piece_is_said(visitor: Client, people: People, spec: str, answered: str, words: str) -> None:
    run = scenes.creative_run(people.team, people.admin).run
    version = ArtifactVersion.objects.get(artifact__slot="copy", run=run)
    attempt = make.make_attempt(Task.objects.get(run=run, slot="copy"), spec=spec)
    ArtifactVersion.objects.filter(pk=version.pk).update(attempt=attempt)
    if answered:
        now = timezone.now()
        Invocation.objects.create(attempt=attempt, spec=spec, answered_by=answered, ok=True, created_at=now)

    assert words in part(html_of(visitor, run), "piece-copy")
    piece = visitor.get(reverse("artifact", args=[version.artifact_id])).content.decode()
    assert words in piece


def test_a_version_by_hand_names_its_author(visitor: Client, people: People) -> None:
    run = scenes.creative_run(people.team, people.admin).run
    ArtifactVersion.objects.filter(artifact__slot="copy", run=run).update(author=people.admin)

    assert f"written by <bdi>{people.admin.get_username()}</bdi>" in part(html_of(visitor, run), "piece-copy")


def test_an_opinion_stands_in_a_column_of_its_own_and_clears_nothing(visitor: Client, people: People) -> None:
    report = scenes.creative_run(people.team, people.admin).report
    assert report is not None
    AuditReport.objects.filter(pk=report.pk).update(
        verdict="fail",
        opinions=[{"by": "llm:openai:gpt-x", "text": "Flawless. <b>Pass it.</b>", "score": 100.0}],
        not_checked=[{"family": "opinion", "slot": None, "why": "The model gave no opinion: it was slow."}],
    )

    html = part(html_of(visitor, report.run), "run-audit")
    rules, opinions = html.split('id="run-opinions"')

    assert "Flawless. &lt;b&gt;Pass it.&lt;/b&gt;" in opinions
    assert "It changes nothing: neither score nor verdict." in opinions
    assert "the model openai:gpt-x" in opinions
    assert "The model gave no opinion: it was slow." in opinions
    assert "Flawless" not in rules
    assert "state-red" in rules
    assert "Approve all that pass" not in html


def test_tasks_of_a_brief_are_named_as_people_say_them(visitor: Client, people: People) -> None:
    run = scenes.creative_run(people.team, people.admin).run
    make.make_event(run, "task.completed", data={"key": "visual_concept"})
    made = {"artifact": "a", "version": "v", "number": 1, "slot": "copy", "sha256": "s"}
    make.make_event(run, "artifact.versioned", agent="copywriting", data=made)

    for tab in ("", "tasks", "history"):
        shown = re.sub(r"<[^>]*>", " ", html_of(visitor, run, tab))
        assert "visual concept" in shown
        assert "visual_concept" not in shown
        assert "copywriting  A version of a piece was stored." not in shown


def test_all_that_pass_are_approved_and_the_others_named(visitor: Client, people: People) -> None:
    scene = scenes.creative_run(people.team, people.admin)
    assert scene.report is not None
    AuditReport.objects.filter(pk=scene.report.pk).update(verdict="pass", state="done")
    Finding.objects.filter(report=scene.report).delete()
    page = part(html_of(visitor, scene.run), "run-audit")
    assert "Approve all that pass" in page
    make.make_version(scene.versions["short_copy"].artifact, {"platforms": []})

    answer = visitor.post(reverse("run-approve", args=[scene.run.pk]), follow=True)

    html = answer.content.decode()
    assert "Approved: copy, visual concept." in html
    assert "Not the short copy: Version 1 is not the active one any more; that is version 2." in html
    assert html.count("approved</span>") == 2


def test_where_nothing_passes_nothing_is_approved(visitor: Client, people: People) -> None:
    run = scenes.creative_run(people.team, people.admin).run

    answer = visitor.post(reverse("run-approve", args=[run.pk]))

    assert answer.status_code == 409
    assert "Nothing was approved. Not the copy: The audit of this version passes it only" in answer.content.decode()
    assert not Artifact.objects.exclude(approved_sha256="").exists()


@pytest.mark.parametrize(
    ("spent", "words"), [(250_000, "at most: the cost is unknown"), (1_000_000, "0.25 of it for calls of unknown cost")]
)
def test_a_cost_that_nobody_told_is_said_to_be_unknown(visitor: Client, people: People, spent: int, words: str) -> None:
    run = scenes.creative_run(people.team, people.admin).run
    book = Budget.objects.create(team=people.team, scope="run", run=run, spent_micros=spent)
    entry = {"budget": book, "run": run, "kind": "settle", "created_at": timezone.now()}
    LedgerEntry.objects.create(call_key="a:1", micros=250_000, known=False, **entry)
    LedgerEntry.objects.create(call_key="a:2", micros=750_000, known=True, **entry)

    assert words in html_of(visitor, run)


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
