"""The form of a coding campaign: goal, repository, plan, settings; faults of the plan told by line and path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Run

PLAN = """
goal: Every test passes
tasks:
  - key: format
    title: Format the code
    backend: shell
    command: [ruff, format, .]
  - key: test
    title: Run the tests
    needs: [format]
    backend: shell
    command: [python, -m, pytest, -q]
    exit:
      - {check: command, command: [python, -m, pytest, -q]}
"""
SAID: dict[str, Any] = {
    "goal": "Every test passes.",
    "repository": "/srv/repository",
    "plan": PLAN,
    "autonomy": "checkpoint",
    "max_workers": "2",
    "checkpoint_every": "3",
    "then": "draft",
}


def file(client: Client, **changes: Any) -> Any:
    return client.post(reverse("coding-new"), {**SAID, **changes})


def test_goal_repository_plan_and_settings_are_stored(visitor: Client) -> None:
    answer = file(visitor)

    campaign = Campaign.objects.get()
    assert answer["Location"] == reverse("campaign", args=[campaign.pk])
    assert [task["key"] for task in campaign.plan["tasks"]] == ["format", "test"]
    assert campaign.settings == {"autonomy": "checkpoint", "max_workers": 2, "checkpoint_every": 3}
    assert campaign.repository == "/srv/repository"


def test_an_uploaded_plan_comes_before_the_typed_one(visitor: Client) -> None:
    plan = SimpleUploadedFile(
        "plan.yaml", PLAN.replace("key: format", "key: tidy").replace("[format]", "[tidy]").encode()
    )

    file(visitor, plan_file=plan)

    assert Campaign.objects.get().plan["tasks"][0]["key"] == "tidy"


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ("tasks: [", "line"),
        ("tasks:\n  - key: a\n    title: A\n    needs: [b]\n", "b"),
        ("tasks:\n  - {key: a, title: A, needs: [b]}\n  - {key: b, title: B, needs: [a]}\n", "a"),
        ("tasks:\n  - {key: a, title: A}\n  - {key: a, title: B}\n", "a"),
        ("tasks: []\n", "at least one task"),
        ("- just\n- a list\n", ""),
        ("tasks: !!python/object:os.system {}\n", ""),
        ("a: &a [x]\nb: [*a, *a]\n", ""),
    ],
)
def test_a_faulty_plan_is_refused_with_the_place_of_its_fault(visitor: Client, plan: str, words: str) -> None:
    answer = file(visitor, plan=plan)

    said = " ".join(answer.context["form"].errors.get("plan", []))
    assert answer.status_code == 422
    assert said
    assert words in said
    assert not Campaign.objects.exists()
    assert "Every test passes." in answer.content.decode()


def test_many_faults_are_counted_and_the_first_shown(visitor: Client) -> None:
    plan = "tasks:\n" + "".join(f"  - {{key: t{n}, title: T, backend: human, bogus: 1}}\n" for n in range(50))

    said = file(visitor, plan=plan).context["form"].errors["plan"]

    assert len(said) == 21
    assert said[-1] == "And 30 more faults."


def test_a_whole_campaign_file_is_taken_and_the_form_comes_first(visitor: Client) -> None:
    example = (Path(settings.BASE_DIR) / "examples" / "coding.yaml").read_bytes()

    file(visitor, plan_file=SimpleUploadedFile("coding.yaml", example), goal="", name="Mine", autonomy="")

    campaign = Campaign.objects.get()
    assert (campaign.name, campaign.kind) == ("Mine", "coding")
    assert campaign.goal.startswith("Publish prices")
    assert len(campaign.plan["tasks"]) == 5


def test_a_brief_is_not_a_plan(visitor: Client) -> None:
    example = (Path(settings.BASE_DIR) / "examples" / "brief.yaml").read_bytes()

    answer = file(visitor, plan_file=SimpleUploadedFile("brief.yaml", example))

    assert answer.status_code == 422
    assert not Campaign.objects.exists()


def test_a_fault_of_an_uploaded_plan_stands_at_the_upload(visitor: Client) -> None:
    answer = file(visitor, plan_file=SimpleUploadedFile("plan.yaml", b"tasks: ["))

    assert "plan_file" in answer.context["form"].errors


def test_bytes_that_are_no_text_are_a_clear_answer(visitor: Client) -> None:
    answer = file(visitor, plan_file=SimpleUploadedFile("plan.yaml", b"\xff\xfe\x00\xd8"))

    assert answer.status_code == 422
    assert "plan_file" in answer.context["form"].errors


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_workers", "0"),
        ("max_workers", "ten"),
        ("task_timeout", "nan"),
        ("task_timeout", "-1"),
        ("autonomy", "wild"),
        ("repository", "ext::sh -c whoami"),
        ("repository", "https://user:secret@example.org/x.git"),
    ],
)
def test_a_bad_setting_is_refused_at_its_field(visitor: Client, field: str, value: str) -> None:
    answer = file(visitor, **{field: value})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors, answer.context["form"].errors
    assert not Campaign.objects.exists()


def test_a_draft_may_have_no_plan_yet(visitor: Client) -> None:
    assert file(visitor, plan="").status_code == 302
    assert Campaign.objects.get().plan == {}


def test_a_stored_plan_is_shown_for_editing_and_saved_again_unchanged(visitor: Client) -> None:
    file(visitor)
    campaign = Campaign.objects.get()
    where = reverse("coding-edit", args=[campaign.pk])
    shown = visitor.get(where).context["form"]["plan"].value()

    answer = visitor.post(where, {**SAID, "plan": shown, "version": campaign.version})

    assert answer.status_code == 302
    before = campaign.plan
    campaign.refresh_from_db()
    assert campaign.plan == before


def test_running_without_a_plan_says_what_is_missing(visitor: Client) -> None:
    answer = file(visitor, plan="", then="run")

    html = visitor.get(answer["Location"]).content.decode()
    assert "Saved, but not started." in html
    assert not Run.objects.exists()


def test_a_fault_of_the_whole_plan_is_told_by_its_line_alone(visitor: Client) -> None:
    answer = visitor.post(reverse("coding-new"), {"goal": "g", "plan": "tasks: [\n", "autonomy": "", "then": "draft"})
    assert "Plan</a>: line 1: Not valid YAML" in answer.content.decode()
