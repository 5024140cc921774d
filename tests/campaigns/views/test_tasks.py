"""The page of a task, and the commands that change it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.models import Task
from campaigns.states import TaskState
from tests import factories as make
from tests.campaigns.views.conftest import text
from tests.campaigns.views.scenes import Scene

ClientOf = Callable[[User], Client]


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
    ("field", "value"),
    [("title_text", ""), ("title_text", "t" * 201), ("priority", "-1"), ("timeout_s", "inf"), ("max_attempts", "x")],
)
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
