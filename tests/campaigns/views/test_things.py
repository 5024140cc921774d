"""Tasks, audits, the inbox, campaigns, teams, tokens, budgets, status and Now: what they show and what they do."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import AuditReport, Budget, Campaign, Decision, Limit, Membership, Run, Task, Token
from campaigns.queries import tokens as token_queries
from campaigns.states import CampaignState, DecisionState, Role, RunState, TaskState
from tests import factories as make
from tests.campaigns.views import scenes
from tests.campaigns.views.conftest import People
from tests.campaigns.views.scenes import Scene

ClientOf = Callable[[User], Client]


@pytest.fixture
def coding(people: People) -> Scene:
    return scenes.coding_run(people.team, people.admin)


def text(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


# --- tasks -----------------------------------------------------------------------------------------------------------


def test_a_task_shows_goal_criteria_evidence_attempts_and_neighbours(visitor: Client, coding: Scene) -> None:
    html = text(visitor, "task", coding.tasks["step-2"].pk)

    for said in (
        "Keep the public names.",
        "The tests pass",
        "refuted",
        "exit 1",
        "pytest ended with 1",
        "Step-1",
        "Step-3",
    ):
        assert said in html


def test_output_of_commands_is_shown_harmless(visitor: Client, coding: Scene) -> None:
    task = coding.tasks["step-2"]
    criterion = make.make_criterion(task, "It lints")
    make.make_evidence(criterion, task.tries.get(), "refuted", output="\x1b[31m<b>red</b>\u202e\r\nnext")

    html = text(visitor, "task", task.pk)

    assert "&lt;b&gt;red&lt;/b&gt;⟦202E⟧" in html
    assert "\x1b" not in html


def test_edit_takes_the_version_that_was_seen(visitor: Client, coding: Scene) -> None:
    task = coding.tasks["step-6"]
    where = reverse("task-edit", args=[task.pk])
    said = {
        "version": 1,
        "title_text": "Sharper",
        "description": "",
        "priority": "5",
        "max_attempts": "",
        "timeout_s": "60",
    }

    assert visitor.post(where, said).status_code == 302
    late = visitor.post(where, {**said, "title_text": "Too late"})

    task.refresh_from_db()
    assert (task.title, task.priority, task.timeout_s, task.max_attempts) == ("Sharper", 5, 60.0, 3)
    assert late.status_code == 409
    assert "Too late" in late.content.decode()


@pytest.mark.parametrize(
    ("field", "value"), [("title_text", ""), ("title_text", "t" * 201), ("priority", "-1"), ("timeout_s", "inf"), ("max_attempts", "x")]
)  # fmt: skip
def test_a_bad_edit_is_refused_at_its_field(visitor: Client, coding: Scene, field: str, value: str) -> None:
    said = {"version": 1, "title_text": "T", "description": "d", "priority": "5", "timeout_s": "60", field: value}

    answer = visitor.post(reverse("task-edit", args=[coding.tasks["step-6"].pk]), said)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_skip_needs_a_reason(visitor: Client, coding: Scene) -> None:
    task = coding.tasks["step-2"]

    assert visitor.post(reverse("task-skip", args=[task.pk]), {"reason": " "}).status_code == 422
    assert visitor.post(reverse("task-skip", args=[task.pk]), {"reason": "Not needed."}).status_code == 302
    task.refresh_from_db()
    assert task.state == TaskState.SKIPPED


def test_retry_split_and_reassign(visitor: Client, coding: Scene) -> None:
    failed, later, last = (coding.tasks[key] for key in ("step-2", "step-6", "step-7"))

    visitor.post(reverse("task-retry", args=[failed.pk]))
    visitor.post(reverse("task-split", args=[later.pk]), {"version": 1, "parts": "First half\nSecond half\n"})
    visitor.post(reverse("task-reassign", args=[last.pk]), {"version": 1, "backend": "human"})

    for task in (failed, later, last):
        task.refresh_from_db()
    assert failed.state == TaskState.READY
    assert later.state == TaskState.SUPERSEDED
    assert Task.objects.filter(run=coding.run, title="Second half").exists()
    assert last.backend == ["human"]


def test_an_unknown_agent_is_refused_by_name(visitor: Client, coding: Scene) -> None:
    task = coding.tasks["step-6"]

    answer = visitor.post(reverse("task-reassign", args=[task.pk]), {"version": 1, "backend": "nosuch"})

    assert answer.status_code == 422
    assert "nosuch" in answer.content.decode()


# --- audits ----------------------------------------------------------------------------------------------------------


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


# --- inbox -----------------------------------------------------------------------------------------------------------


def test_a_question_of_a_task_is_answered_in_words(visitor: Client, coding: Scene) -> None:
    decision = Decision.objects.get(run=coding.run)

    answer = visitor.post(reverse("decision-answer", args=[decision.pk]), {"answer": "Keep parse."})

    decision.refresh_from_db()
    assert answer["Location"] == reverse("inbox")
    assert decision.state == DecisionState.ANSWERED
    assert decision.answer == {"summary": "Keep parse."}
    assert "Nothing needs you" in text(visitor, "inbox")


def test_an_answer_as_json_is_taken_as_data(visitor: Client, coding: Scene) -> None:
    decision = Decision.objects.get(run=coding.run)

    visitor.post(reverse("decision-answer", args=[decision.pk]), {"answer": '{"output": {"name": "parse"}}'})

    decision.refresh_from_db()
    assert decision.answer == {"output": {"name": "parse"}}


def test_only_an_option_answers_a_question_with_options(visitor: Client, people: People) -> None:
    run = scenes.coding_run(people.team, people.admin, RunState.PAUSED).run
    decision = make.make_decision(run)
    where = reverse("decision-answer", args=[decision.pk])

    wrong = visitor.post(where, {"answer": "perhaps"})

    assert wrong.status_code == 422
    assert visitor.post(where, {"answer": "continue"}).status_code == 302
    run.refresh_from_db()
    assert run.state == RunState.RUNNING


def test_the_second_answer_is_told_that_it_came_too_late(visitor: Client, coding: Scene) -> None:
    where = reverse("decision-answer", args=[Decision.objects.get(run=coding.run).pk])
    visitor.post(where, {"answer": "Keep parse."})

    answer = visitor.post(where, {"answer": "Keep read."})

    assert answer.status_code == 409
    assert "Keep read." in answer.content.decode()


def test_an_author_sees_the_question_without_a_form(people: People, signed_in: ClientOf, coding: Scene) -> None:
    html = text(signed_in(people.member(Role.AUTHOR)), "inbox")

    assert "Which of the two names shall stay?" in html
    assert "Answering needs the role reviewer" in html
    assert "/answer/" not in html


# --- campaigns ---------------------------------------------------------------------------------------------------------


def test_campaigns_are_filtered_by_the_address(visitor: Client, people: People, coding: Scene) -> None:
    scenes.creative_run(people.team, people.admin)
    make.make_campaign(people.team, name="Put away", state=CampaignState.ARCHIVED.value)

    assert "Put away" not in text(visitor, "campaigns")
    assert "Put away" in text(visitor, "campaigns", state="archived")
    assert "Larkspur" not in text(visitor, "campaigns", kind="coding")
    assert "Tidy the parser" not in text(visitor, "campaigns", q="larkspur")
    assert "No campaign fits" in text(visitor, "campaigns", run="paused")


def test_campaigns_come_in_pages(visitor: Client, people: People) -> None:
    for number in range(30):
        make.make_campaign(people.team, name=f"Number {number}")

    first, second = text(visitor, "campaigns"), text(visitor, "campaigns", page="2")

    assert "1 to 25 of 30" in first
    assert "26 to 30 of 30" in second


def test_the_table_can_be_taken_along_and_holds_no_formula(visitor: Client, people: People) -> None:
    make.make_campaign(people.team, name="=HYPERLINK(1)")

    answer = visitor.get(reverse("campaigns"), {"format": "csv"})

    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert rows[0]["name"] == "'=HYPERLINK(1)"


def test_the_first_list_is_a_lesson_with_one_action(visitor: Client, people: People) -> None:
    html = text(visitor, "campaigns")

    assert "No campaigns yet" in html
    assert reverse("brief-new") in html


def test_a_campaign_is_started_with_fewer_platforms(visitor: Client, people: People) -> None:
    campaign = make.make_campaign(people.team, created_by=people.admin)

    answer = visitor.post(
        reverse("campaign-start", args=[campaign.pk]), {"platforms": ["twitter"], "mode": "sequential"}
    )

    run = Run.objects.get()
    assert answer["Location"] == reverse("run", args=[run.pk])
    assert (run.mode, run.brief["platforms"]) == ("sequential", ["twitter"])


def test_starting_twice_is_refused_by_name(visitor: Client, people: People) -> None:
    campaign = make.make_campaign(people.team)
    visitor.post(reverse("campaign-start", args=[campaign.pk]), {"mode": "parallel"})

    answer = visitor.post(reverse("campaign-start", args=[campaign.pk]), {"mode": "parallel"})

    assert answer.status_code == 409
    assert Run.objects.count() == 1


def test_archive_take_out_delete(visitor: Client, people: People) -> None:
    campaign = make.make_campaign(people.team)

    visitor.post(reverse("campaign-archive", args=[campaign.pk]))
    assert Campaign.objects.get().state == CampaignState.ARCHIVED
    visitor.post(reverse("campaign-unarchive", args=[campaign.pk]))
    assert Campaign.objects.get().state == CampaignState.ACTIVE
    visitor.post(reverse("campaign-delete", args=[campaign.pk]))
    assert visitor.get(reverse("campaign", args=[campaign.pk])).status_code == 404


def test_what_is_missing_is_said_on_the_campaign(visitor: Client, people: People) -> None:
    campaign = make.make_campaign(people.team, brief={**make.BRIEF, "tone": "", "platforms": []})

    html = text(visitor, "campaign", campaign.pk)

    assert "Not ready to run." in html
    assert "Say how it should sound." in html
    assert "Start a run" not in html


# --- money, teams, tokens ------------------------------------------------------------------------------------------------


def test_a_budget_is_set_and_raised_with_its_version(visitor: Client, people: People) -> None:
    campaign = make.make_campaign(people.team)
    visitor.post(reverse("budget-set", args=["campaign", campaign.pk]), {"limit": "2.5"})
    budget = Budget.objects.get()
    where = reverse("budget-raise", args=[budget.pk])

    raised = visitor.post(where, {"limit": "4", "version": budget.version})
    late = visitor.post(where, {"limit": "5", "version": budget.version})
    lower = visitor.post(where, {"limit": "1", "version": budget.version + 1})

    budget.refresh_from_db()
    assert (raised.status_code, late.status_code, lower.status_code) == (302, 409, 422)
    assert budget.limit_micros == 4_000_000


@pytest.mark.parametrize("limit", ["-1", "NaN", "1e400", "0.0000001", "abc", "9" * 30])
def test_a_bad_amount_is_refused_at_its_field(visitor: Client, people: People, limit: str) -> None:
    campaign = make.make_campaign(people.team)

    answer = visitor.post(reverse("budget-set", args=["campaign", campaign.pk]), {"limit": limit})

    assert answer.status_code == 422
    assert "limit" in answer.context["form"].errors


def test_an_admin_rules_members_and_limits(visitor: Client, people: People) -> None:
    mara = make.make_user("mara")
    team = people.team

    visitor.post(reverse("member-add", args=[team.pk]), {"username": "mara", "role": "reviewer"})
    visitor.post(reverse("limit-set", args=[team.pk]), {"scope": "role", "name": "worker", "value": "2"})

    html = text(visitor, "team", team.pk)
    assert "mara" in html
    assert "role worker" in html
    membership = Membership.objects.get(user=mara)
    visitor.post(reverse("member-remove", args=[team.pk, membership.pk]))
    assert not Membership.objects.filter(user=mara).exists()
    assert Limit.objects.get().value == 2


def test_the_last_admin_stays(visitor: Client, people: People) -> None:
    membership = Membership.objects.get(user=people.admin)

    answer = visitor.post(reverse("member-remove", args=[people.team.pk, membership.pk]))

    assert answer.status_code == 409
    assert "keeps at least one admin" in answer.content.decode()


def test_a_removed_member_is_out_at_once(people: People, signed_in: ClientOf, coding: Scene) -> None:
    user = people.member(Role.VIEWER)
    client = signed_in(user)
    where = reverse("run", args=[coding.run.pk])
    assert client.get(where).status_code == 200

    Membership.objects.filter(user=user).delete()

    assert client.get(where).status_code == 404


def test_a_secret_is_shown_once(visitor: Client, people: People) -> None:
    html = visitor.post(reverse("tokens"), {"name": "laptop", "days": "30", "scope": "read"}).content.decode()

    secret = html.partition('id="secret">')[2].partition("<")[0]
    token = token_queries.authenticate(secret)
    assert token is not None
    assert token.user == people.admin
    assert secret not in text(visitor, "tokens")


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("days", "0"), ("days", "9999"), ("scope", "all")])
def test_a_bad_token_is_refused_at_its_field(visitor: Client, field: str, value: str) -> None:
    answer = visitor.post(reverse("tokens"), {"name": "x", "days": "3", "scope": "read", field: value})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Token.objects.exists()


def test_a_token_is_revoked(visitor: Client, people: People) -> None:
    visitor.post(reverse("tokens"), {"name": "laptop", "days": "30", "scope": "read"})
    token = Token.objects.get()

    visitor.post(reverse("token-revoke", args=[token.pk]))

    token.refresh_from_db()
    assert token.revoked_at is not None
    assert "revoked" in text(visitor, "tokens")


# --- now, status -----------------------------------------------------------------------------------------------------------


def test_a_first_visit_is_two_cards_and_the_sample(visitor: Client) -> None:
    html = text(visitor, "now")

    assert "Make a marketing campaign" in html
    assert "Run a coding campaign" in html
    assert "Run the sample" in html


def test_now_has_three_lanes(visitor: Client, people: People, coding: Scene) -> None:
    scenes.creative_run(people.team, people.admin)
    scenes.coding_run(people.team, people.admin, RunState.PAUSED, tasks=1)

    html = text(visitor, "now")

    needs, running, finished = (html.index(f'id="lane-{lane}"') for lane in ("needs", "running", "finished"))
    assert "Which of the two names shall stay?" in html[needs:running]
    assert "paused" in html[needs:running]
    assert "Tidy the parser" in html[running:finished]
    assert "Larkspur spring box" in html[finished:]


def test_now_says_that_nothing_can_start_without_workers(visitor: Client, people: People, coding: Scene) -> None:
    assert "No worker is running, so nothing will start" in text(visitor, "now")

    make.make_worker()
    make.make_witness()

    html = text(visitor, "now")
    assert "No worker is running" not in html
    assert "1 short, 0 long" in html


def test_status_tells_the_silent_from_the_living(visitor: Client) -> None:
    make.make_worker("short")
    make.make_worker("long", beat_at=timezone.now() - timedelta(hours=1))

    html = text(visitor, "status")

    assert "None is running." in html
    assert ">silent<" in html
    assert ">alive<" in html


def test_reading_goes_on_without_redis(visitor: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import redis

    from conductor.lib import jobqueue

    dead = redis.Redis.from_url("unix:///nowhere.sock?db=0")
    monkeypatch.setattr(jobqueue, "connection", lambda: dead)

    html = text(visitor, "status")

    assert "Does not answer." in html
