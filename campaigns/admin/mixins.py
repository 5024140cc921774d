"""What every page of the admin keeps to: rows are looked at here, and changed only through the actions.

Nothing is deleted, and nothing is written around permissions, states and events.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from campaigns.permissions import Actor, actor_for
from conductor.lib import logs
from conductor.lib.errors import ConductorError

ACTED_ON = 100

# Django's own classes take no type argument when they run.
if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class ReadOnlyAdmin(_ModelAdmin):
    """A table that people look at: no adding, changing or deleting, whoever asks."""

    actions_on_top = True
    list_per_page = 50
    show_full_result_count = False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """What is not shown cannot be found out by filtering for its beginning either."""
        hidden = lookup.partition("__")[0] in (self.exclude or ())
        return not hidden and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def actor_of(request: HttpRequest) -> Actor:
    """The admin's user as any other: what their role in the team does not allow is refused here too."""
    return actor_for(request.user, logs.correlation())


def each(request: HttpRequest, rows: QuerySet[Any], act: Callable[[Any], object], done: str) -> None:
    """Do it to each row; say how many were done, and of each refusal why."""
    count = 0
    for row in rows[:ACTED_ON]:
        try:
            act(row)
        except ConductorError as error:
            messages.error(request, f"{row}: {error}")
        else:
            count += 1
    if count:
        messages.success(request, f"{done} ({count})")
    if rows.count() > ACTED_ON:
        messages.warning(request, f"Only the first {ACTED_ON} were taken; choose again for the rest.")
