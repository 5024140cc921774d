"""Admin of tasks: edited, retried and skipped through the actions, never around them; attempts are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from campaigns.actions.tasks import edit_task, retry_task, skip_task
from campaigns.admin.mixins import ReadOnlyAdmin, actor_of, each
from campaigns.models import Attempt, Dependency, Task, TaskOutput
from conductor.lib.errors import ConductorError

#: The columns offered here of those that `edit_task` takes.
EDITABLE = ("title", "description", "priority", "inputs", "max_attempts", "timeout_s", "backend")

if TYPE_CHECKING:
    _TaskModelForm = forms.ModelForm[Task]
else:
    _TaskModelForm = forms.ModelForm


class TaskForm(_TaskModelForm):
    """The fields a person may change, and the version they looked at."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Task
        fields = EDITABLE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = self.instance.version


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    """Changing a row is `edit_task`: it asks for the permission, the version and the state, and leaves an event."""

    form = TaskForm
    list_display = ("key", "title", "run", "role", "state", "attempts", "failures", "priority")
    list_filter = ("state", "role", "queue")
    list_select_related = ("run__campaign",)
    search_fields = ("key", "title", "run__id")
    actions = ("retry", "skip")
    readonly_fields = (
        "run", "key", "role", "queue", "slot", "domain", "state", "needs_left", "attempts", "fence", "failures",
        "crashes", "not_before", "error", "supersedes", "origin", "version", "ready_at", "started_at", "finished_at",
    )  # fmt: skip
    fields = ("seen_version", *EDITABLE, *readonly_fields)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_superuser or request.user.has_perm("campaigns.change_task"))

    def save_model(self, request: HttpRequest, obj: Task, form: Any, change: bool) -> None:
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name in EDITABLE}
        if changes:
            version = form.cleaned_data["seen_version"]
            edit_task(task_id=obj.pk, version=version, changes=changes, actor=actor_of(request))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A refusal of the action is told on the page, and nothing was changed."""
        try:
            answer: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        except ConductorError as error:
            messages.error(request, f"Not changed. {error}")
            return HttpResponseRedirect(request.path)
        return answer

    @admin.action(description="Retry the selected tasks", permissions=["change"])
    def retry(self, request: HttpRequest, rows: QuerySet[Task]) -> None:
        each(request, rows, lambda task: retry_task(task_id=task.pk, actor=actor_of(request)), "Tried again.")

    @admin.action(description="Skip the selected tasks", permissions=["change"])
    def skip(self, request: HttpRequest, rows: QuerySet[Task]) -> None:
        def act(task: Task) -> Task:
            return skip_task(task_id=task.pk, reason="Skipped in the admin.", actor=actor_of(request))

        each(request, rows, act, "Skipped.")


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("task", "number", "state", "spec", "worker", "started_at", "finished_at")
    list_filter = ("state",)
    list_select_related = ("task", "worker")
    search_fields = ("task__key", "run__id")


@admin.register(TaskOutput)
class TaskOutputAdmin(ReadOnlyAdmin):
    list_display = ("task", "summary")
    list_select_related = ("task",)


@admin.register(Dependency)
class DependencyAdmin(ReadOnlyAdmin):
    list_display = ("task", "needs", "requires")
    list_select_related = ("task", "needs")
