"""The commands that the page of a run offers, and what becomes of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Run, Task
from campaigns.states import Role, RunState, TaskState
from tests import factories as make
from tests.campaigns.views import scenes
from tests.campaigns.views.conftest import People
from tests.campaigns.views.test_runs import ClientOf, html_of


def labels(html: str) -> set[str]:
    return {
        re.sub(r"<[^>]+>", "", said).strip() for said in re.findall(r"<button[^>]*>(.*?)</button>", html, re.DOTALL)
    }


@pytest.mark.parametrize(
    ("state", "offered", "hidden"),
    [
        (RunState.RUNNING, {"Pause", "Cancel", "Checkpoint"}, {"Resume"}),
        (RunState.PAUSED, {"Resume", "Cancel"}, {"Pause"}),
        (RunState.CANCELLING, set(), {"Pause", "Resume", "Cancel"}),
        (RunState.COMPLETED, set(), {"Pause", "Resume", "Cancel", "Checkpoint", "Retry what failed"}),
        (RunState.CANCELLED, set(), {"Retry what failed", "Resume", "Cancel"}),
    ],
)
def test_only_what_the_state_allows_is_offered(
    visitor: Client, people: People, state: RunState, offered: set[str], hidden: set[str]
) -> None:
    run = scenes.coding_run(people.team, people.admin, state).run

    strip = labels(visitor.get(reverse("run-part", args=[run.pk, "strip"])).content.decode())

    assert offered <= strip
    assert not hidden & strip


def test_an_author_may_cancel_their_own_run_only(people: People, signed_in: ClientOf) -> None:
    author = people.member(Role.AUTHOR)
    own = scenes.coding_run(people.team, author).run
    other = scenes.coding_run(people.team, people.admin).run
    client = signed_in(author)

    assert "Cancel" in labels(html_of(client, own))
    assert "Cancel" not in labels(html_of(client, other))
    assert client.post(reverse("run-cancel", args=[other.pk]), {"reason": ""}).status_code == 403


def post(client: Client, name: str, run: Run, **said: Any) -> Any:
    return client.post(reverse(name, args=[run.pk]), said)


def test_pause_and_resume(visitor: Client, people: People) -> None:
    run = scenes.creative_run(people.team, people.admin, RunState.RUNNING, made=()).run
    make.make_session(run)

    answer = post(visitor, "run-pause", run, reason="lunch")

    run.refresh_from_db()
    assert answer["Location"] == reverse("run", args=[run.pk])
    assert run.state in (RunState.PAUSING, RunState.PAUSED)
    post(visitor, "run-resume", run)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING


def test_cancel_twice_is_as_good_as_once(visitor: Client, people: People) -> None:
    run = scenes.coding_run(people.team, people.admin).run

    first, second = post(visitor, "run-cancel", run, reason="enough"), post(visitor, "run-cancel", run, reason="enough")

    run.refresh_from_db()
    assert first.status_code == second.status_code == 302
    assert run.state in (RunState.CANCELLING, RunState.CANCELLED)


def test_a_command_that_comes_too_late_says_so_and_keeps_what_was_typed(visitor: Client, people: People) -> None:
    run = scenes.creative_run(people.team, people.admin).run

    answer = post(visitor, "run-cancel", run, reason="my long reason")

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "there is nothing to cancel" in html
    assert "my long reason" in html
    assert answer["HX-Push-Url"] == "false"


def test_retrying_one_piece_reopens_the_run(visitor: Client, people: People) -> None:
    scene = scenes.creative_run(people.team, people.admin, RunState.PARTIALLY_COMPLETED, failed=("short_copy",))

    answer = post(visitor, "run-retry", scene.run, tasks=str(scene.tasks["short_copy"].pk))

    scene.run.refresh_from_db()
    assert answer.status_code == 302
    assert scene.run.state == RunState.RUNNING
    assert Task.objects.get(run=scene.run, key="short_copy").state == TaskState.READY


@pytest.mark.parametrize("said", ["nonsense", "00000000-0000-0000-0000-000000000001"])
def test_retrying_what_is_not_there_is_refused(visitor: Client, people: People, said: str) -> None:
    run = scenes.creative_run(people.team, people.admin, RunState.PARTIALLY_COMPLETED, failed=("copy",)).run

    assert post(visitor, "run-retry", run, tasks=said).status_code in (404, 422)


def test_a_checkpoint_is_saved_with_its_reason(visitor: Client, people: People) -> None:
    run = scenes.creative_run(people.team, people.admin, RunState.RUNNING, made=("copy",)).run
    make.make_session(run)

    post(visitor, "run-checkpoint", run, reason="before lunch")

    assert "before lunch" in html_of(visitor, run, "checkpoints")


def test_a_reason_that_is_too_long_is_refused_and_kept(visitor: Client, people: People) -> None:
    run = scenes.creative_run(people.team, people.admin, RunState.RUNNING, made=("copy",)).run

    answer = post(visitor, "run-checkpoint", run, reason="r" * 501)

    assert answer.status_code == 422
    assert "r" * 501 in answer.content.decode()
