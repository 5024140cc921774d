"""The page of a task, and the commands that change it. Thin."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from campaigns.actions.tasks import edit_task, reassign_task, retry_task, skip_task, split_task
from campaigns.forms import commands as forms
from campaigns.kinds.makers import BUILTIN
from campaigns.models import Task
from campaigns.queries.pages import tasks as queries
from campaigns.states import TASK_EDITABLE, TASK_ENDED_WELL, TASK_RETRYABLE, RunState, TaskState
from campaigns.views.decisions import answer_form
from campaigns.views.frame import PageRequest, Viewer, command, fragment, is_fragment, page, show
from campaigns.views.panels import Panel, carry_out

FINAL = (RunState.CANCELLED, RunState.CANCELLING, RunState.COMPLETED)
GONE = TASK_ENDED_WELL | {TaskState.CANCELLED, TaskState.SUPERSEDED, TaskState.IN_PROGRESS}


@page
def task(request: PageRequest, task_id: UUID) -> HttpResponse:
    found = queries.task_for(request.viewer.actor, task_id)
    held = queries.task_page(found)
    context: dict[str, Any] = {
        "task": found,
        "run": found.run,
        "held": held,
        "commands": panels(request.viewer, found),
        "answer": answer_form(request.viewer, held.decision) if held.decision else None,
    }
    if is_fragment(request):
        return fragment(request, "tasks/_body.html", context)
    return show(request, "tasks/detail.html", context)


def panels(viewer: Viewer, task: Task) -> list[Panel]:
    """What the states of task and run, and the viewer's role, allow."""

    def at(name: str) -> str:
        return reverse(f"task-{name}", args=[task.pk])

    team = task.run.team_id
    found: list[Panel] = []
    if task.run.state in FINAL:
        return found
    if task.state in TASK_RETRYABLE and viewer.may("retry", team):
        found.append(Panel("retry", "Retry", "refresh-cw", forms.RetryTaskForm(), at("retry"), strong=True))
    editable = task.state in TASK_EDITABLE
    if editable and viewer.may("edit_task", team):
        initial = {"title_text": task.title, "version": task.version}
        initial |= {name: getattr(task, name) for name in ("description", "priority", "max_attempts", "timeout_s")}
        found.append(Panel("edit", "Edit", "pencil", forms.EditTaskForm(initial=initial), at("edit")))
    if editable and viewer.may("split_task", team):
        found.append(
            Panel("split", "Split", "list-checks", forms.SplitTaskForm(initial={"version": task.version}), at("split"))
        )
    if editable and viewer.may("reassign_task", team):
        form = forms.ReassignTaskForm(initial={"version": task.version, "backend": ", ".join(task.backend)})
        found.append(Panel("reassign", "Reassign", "users", form, at("reassign")))
    if task.state not in GONE and viewer.may("skip", team):
        found.append(Panel("skip", "Skip", "skip-forward", forms.SkipTaskForm(), at("skip")))
    return found


@command
def retry(request: PageRequest, task_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.RetryTaskForm(request.POST),
        lambda _: retry_task(task_id=task_id, actor=request.viewer.actor),
        back=_back(task_id),
        done="The task is tried again.",
    )


@command
def skip(request: PageRequest, task_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.SkipTaskForm(request.POST),
        lambda said: skip_task(task_id=task_id, reason=said["reason"], actor=request.viewer.actor),
        back=_back(task_id),
        done="Skipped; the run goes on without it.",
    )


@command
def edit(request: PageRequest, task_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.EditTaskForm(request.POST),
        lambda said: edit_task(
            task_id=task_id, version=said["version"], changes=_changes(said), actor=request.viewer.actor
        ),
        back=_back(task_id),
        done="Saved; it acts from the next attempt on.",
    )


@command
def split(request: PageRequest, task_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.SplitTaskForm(request.POST),
        lambda said: split_task(
            task_id=task_id,
            version=said["version"],
            parts=[{"title": title} for title in said["parts"]],
            actor=request.viewer.actor,
        ),
        back=_back(task_id),
        done="Split; its parts stand in for it.",
    )


@command
def reassign(request: PageRequest, task_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.ReassignTaskForm(request.POST),
        lambda said: reassign_task(
            task_id=task_id,
            version=said["version"],
            backend=[spec.strip() for spec in said["backend"].split(",") if spec.strip()],
            actor=request.viewer.actor,
        ),
        back=_back(task_id),
        done="Given to another agent, from the next attempt on.",
    )


@command
def stand_in(request: PageRequest, task_id: UUID) -> HttpResponse:
    """A piece whose agents could not: the built-in maker makes it, as reassigning and retrying would say."""
    found = queries.task_for(request.viewer.actor, task_id)

    def act(said: dict[str, Any]) -> Task:
        reassign_task(task_id=task_id, version=said["version"], backend=[BUILTIN], actor=request.viewer.actor)
        return retry_task(task_id=task_id, actor=request.viewer.actor)

    return carry_out(
        request,
        forms.StandInForm(request.POST),
        act,
        back=reverse("run", args=[found.run_id]),
        done="The built-in maker is at it.",
    )


def _changes(said: dict[str, Any]) -> dict[str, Any]:
    """A number left blank stays as it is; a text left blank is an empty text."""
    numbers = {name: said[name] for name in ("priority", "max_attempts", "timeout_s") if said[name] is not None}
    return {"title": said["title_text"], "description": said["description"], **numbers}


def _back(task_id: UUID) -> str:
    return reverse("task", args=[task_id])
