"""The admin looks at everything and writes nothing around the actions."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from campaigns.models import Event, Task, Team
from campaigns.states import RunState, TaskState
from tests import factories as make
from tests.campaigns.views import scenes

OURS = [model for model in apps.get_app_config("campaigns").get_models() if not model._meta.auto_created]
APPEND_ONLY = ("event", "ledgerentry", "artifactversion", "gateresult", "invocation", "auditreport", "finding")


@pytest.fixture
def team(db: None) -> Team:
    return make.make_team()


@pytest.fixture
def superuser(team: Team) -> User:
    user = make.make_user(is_staff=True, is_superuser=True)
    make.make_member(team, user)
    return user


@pytest.fixture
def desk(superuser: User) -> Client:
    client = Client()
    client.force_login(superuser)
    return client


def place(model: type[Model], name: str, *args: object) -> str:
    return reverse(f"admin:campaigns_{model._meta.model_name}_{name}", args=args)


def test_every_table_can_be_looked_at() -> None:
    assert [model.__name__ for model in OURS if not admin.site.is_registered(model)] == []


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_list_opens(model: type[Model], desk: Client, team: Team, superuser: User) -> None:
    scenes.coding_run(team, superuser)
    scenes.creative_run(team, superuser)
    make.make_worker()

    answer = desk.get(place(model, "changelist"))

    assert answer.status_code == 200


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_nothing_is_added_or_deleted_in_the_admin(model: type[Model], desk: Client) -> None:
    assert desk.get(place(model, "add")).status_code == 403
    assert "delete_selected" not in desk.get(place(model, "changelist")).content.decode()


def test_history_cannot_be_changed(desk: Client, team: Team, superuser: User) -> None:
    event = make.make_event(scenes.creative_run(team, superuser).run)

    answer = desk.post(place(Event, "change", event.pk), {"message": "forged"})

    assert answer.status_code == 403
    event.refresh_from_db()
    assert event.message != "forged"


def form_of(task: Task, **changes: object) -> dict[str, object]:
    said = {"title": task.title, "description": task.description, "priority": task.priority, "inputs": "{}"}
    said |= {"max_attempts": task.max_attempts, "timeout_s": task.timeout_s, "backend": '["shell"]'}
    return {**said, "seen_version": task.version, **changes}


def test_a_task_is_edited_by_the_action_and_leaves_an_event(desk: Client, team: Team, superuser: User) -> None:
    task = scenes.coding_run(team, superuser).tasks["step-6"]

    answer = desk.post(place(Task, "change", task.pk), form_of(task, title="A better title"))

    assert answer.status_code == 302
    task.refresh_from_db()
    assert (task.title, task.version) == ("A better title", 2)
    told = Event.objects.get(type="task.edited", task_id=task.pk)
    assert told.actor == f"user:{superuser.username}"


def test_an_edit_of_an_old_version_is_refused_with_the_reason(desk: Client, team: Team, superuser: User) -> None:
    task = scenes.coding_run(team, superuser).tasks["step-6"]

    answer = desk.post(place(Task, "change", task.pk), form_of(task, title="Late", seen_version=99), follow=True)

    assert "Not changed. The task is at version 1, not 99" in answer.content.decode()
    task.refresh_from_db()
    assert task.title != "Late"


def test_a_completed_task_cannot_be_edited(desk: Client, team: Team, superuser: User) -> None:
    task = scenes.coding_run(team, superuser).tasks["step-1"]

    answer = desk.post(place(Task, "change", task.pk), form_of(task, title="Rewritten"), follow=True)

    assert "Not changed." in answer.content.decode()


def test_a_superuser_outside_the_team_is_refused_like_anybody(desk: Client) -> None:
    team, owner = scenes.team_of_one()
    task = scenes.coding_run(team, owner).tasks["step-6"]

    desk.post(place(Task, "change", task.pk), form_of(task, title="Not mine"))

    task.refresh_from_db()
    assert task.title != "Not mine"


def test_retry_goes_through_the_action(desk: Client, team: Team, superuser: User) -> None:
    task = scenes.coding_run(team, superuser).tasks["step-2"]

    desk.post(place(Task, "changelist"), {"action": "retry", "_selected_action": [str(task.pk)]})

    task.refresh_from_db()
    assert task.state == TaskState.READY


def test_a_run_is_cancelled_through_the_action(desk: Client, team: Team, superuser: User) -> None:
    run = scenes.coding_run(team, superuser).run

    desk.post(reverse("admin:campaigns_run_changelist"), {"action": "cancel", "_selected_action": [str(run.pk)]})

    run.refresh_from_db()
    assert run.state in (RunState.CANCELLING, RunState.CANCELLED)


def test_neither_digest_nor_signature_is_shown(desk: Client, team: Team, superuser: User) -> None:
    run = scenes.coding_run(team, superuser).run
    token = superuser.api_tokens.create(name="t", prefix="p" * 12, digest="d" * 64, expires_at=run.deadline_at)

    html = desk.get(reverse("admin:campaigns_token_change", args=[token.pk])).content.decode()
    checkpoint = desk.get(
        reverse("admin:campaigns_checkpoint_change", args=[run.checkpoints.get().pk])
    ).content.decode()

    assert "d" * 64 not in html
    assert "0" * 64 not in checkpoint


@pytest.mark.parametrize(
    ("page", "query"),
    [("modelkey", "sealed__startswith"), ("token", "digest__startswith"), ("modelreply", "text__contains")],
)
def test_what_is_not_shown_cannot_be_filtered_for(desk: Client, page: str, query: str) -> None:
    assert desk.get(reverse(f"admin:campaigns_{page}_changelist"), {query: "g"}).status_code == 400
    assert desk.get(reverse(f"admin:campaigns_{page}_changelist"), {"id__isnull": "False"}).status_code == 200
