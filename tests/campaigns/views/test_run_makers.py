"""The page of a run: who made its pieces, what a model thinks of them, what they cost, and approving them at once."""

from __future__ import annotations

import re

import pytest
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
from campaigns.states import RunState
from tests import factories as make
from tests.campaigns.views import scenes
from tests.campaigns.views.conftest import People
from tests.campaigns.views.test_runs import html_of, part


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


def test_why_the_first_choice_could_not_is_said(visitor: Client, people: People) -> None:
    run = scenes.creative_run(people.team, people.admin).run
    attempt = make.make_attempt(Task.objects.get(run=run, slot="copy"), spec="llm:openai:gpt-x,builtin")
    ArtifactVersion.objects.filter(artifact__slot="copy", run=run).update(attempt=attempt)
    Invocation.objects.create(
        attempt=attempt,
        spec="llm:openai:gpt-x,builtin",
        answered_by="builtin",
        ok=True,
        summary="llm:openai:gpt-x could not: The provider does not accept the <b>key</b>.",
        created_at=timezone.now(),
    )

    piece = part(html_of(visitor, run), "piece-copy")

    assert "since the model openai:gpt-x could not: The provider does not accept the &lt;b&gt;key&lt;/b&gt;." in piece
    assert "note-yellow" in piece


def missing(people: People, code: str = "agent_refused") -> Task:
    """A piece that its model could not make."""
    scene = scenes.creative_run(people.team, people.admin, RunState.PARTIALLY_COMPLETED)
    task = Task.objects.get(run=scene.run, slot="short_copy")
    Task.objects.filter(pk=task.pk).update(
        state="failed", backend=["llm:openai:gpt-x", "builtin"], error={"code": code, "message": "The model refuses."}
    )
    task.refresh_from_db()
    return task


def test_a_piece_that_is_missing_says_who_was_asked_and_what_may_help(visitor: Client, people: People) -> None:
    piece = part(html_of(visitor, missing(people).run), "piece-short_copy")

    assert "Asked: the model openai:gpt-x; if that cannot, the built-in maker." in piece
    assert "Change the brief, or let another maker do it." in piece
    assert "Retry this piece" in piece
    assert "Let the built-in maker do it" in piece


def test_the_built_in_maker_takes_a_piece_over(visitor: Client, people: People) -> None:
    task = missing(people)

    answer = visitor.post(reverse("task-stand-in", args=[task.pk]), {"version": task.version})

    assert answer["Location"] == reverse("run", args=[task.run_id])
    task.refresh_from_db()
    assert (task.backend, task.state) == (["builtin"], "ready")
    late = visitor.post(reverse("task-stand-in", args=[task.pk]), {"version": task.version - 1})
    assert late.status_code == 409


def test_while_it_is_written_a_piece_says_who_is_asked(visitor: Client, people: People) -> None:
    task = missing(people)
    Task.objects.filter(pk=task.pk).update(state="in_progress", started_at=timezone.now())

    piece = part(html_of(visitor, task.run), "piece-short_copy")

    assert "Asked: the model openai:gpt-x; if that cannot, the built-in maker." in piece
    assert "not final" in piece


def test_where_no_piece_was_made_nothing_is_said_of_pieces(visitor: Client, people: People) -> None:
    run = scenes.creative_run(people.team, people.admin, RunState.FAILED, failed=tuple(scenes.PIECES)).run
    Run.objects.filter(pk=run.pk).update(first_version_at=None)
    AuditReport.objects.filter(run=run).update(verdict="not_audited")

    audit = part(html_of(visitor, run), "run-audit")

    assert "There is nothing to audit: no piece was made." in audit
    assert "Nothing is known about these pieces" not in audit


def test_buttons_that_stand_at_each_piece_say_at_which(visitor: Client, people: People) -> None:
    html = html_of(visitor, scenes.creative_run(people.team, people.admin).run)
    named = re.findall(r'Regenerate<span class="visually-hidden">: ([a-z ]+)</span>', html)
    assert named == ["copy", "short copy", "visual concept"]


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
