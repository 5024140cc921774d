"""Admin of runs: looked at, and paused, resumed or cancelled through the actions."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from campaigns.actions.runs import cancel_run, pause_run, resume_run
from campaigns.admin.mixins import ReadOnlyAdmin, actor_of, each
from campaigns.models import Checkpoint, IdempotencyKey, Run, Session

REASON = "Done in the admin."


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ("campaign", "number", "kind", "purpose", "state", "outcome", "created_at", "finished_at")
    list_filter = ("state", "kind", "purpose")
    list_select_related = ("campaign",)
    search_fields = ("id", "campaign__name")
    actions = ("pause", "resume", "cancel")

    @admin.action(description="Pause the selected runs")
    def pause(self, request: HttpRequest, rows: QuerySet[Run]) -> None:
        each(
            request, rows, lambda run: pause_run(run_id=run.pk, reason=REASON, actor=actor_of(request)), "Being paused."
        )

    @admin.action(description="Resume the selected runs")
    def resume(self, request: HttpRequest, rows: QuerySet[Run]) -> None:
        each(request, rows, lambda run: resume_run(run_id=run.pk, actor=actor_of(request)), "Resumed.")

    @admin.action(description="Cancel the selected runs")
    def cancel(self, request: HttpRequest, rows: QuerySet[Run]) -> None:
        def act(run: Run) -> Run:
            return cancel_run(run_id=run.pk, reason=REASON, actor=actor_of(request))

        each(request, rows, act, "Being cancelled.")


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ("run", "number", "state", "started_at", "ended_at")
    list_select_related = ("run",)


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    list_display = ("run", "number", "cause", "reason", "completed", "created_at")
    list_select_related = ("run",)
    exclude = ("mac",)


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    list_display = ("principal", "key", "status_code", "created_at")
    exclude = ("response",)
