"""The first page: what needs a person, what runs, what has just ended; and the sample for a first visit."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from campaigns.queries.pages import frame
from campaigns.queries.pages.now import now_page
from campaigns.views.frame import PageRequest, fragment, is_fragment, page, show


@page
def now(request: PageRequest) -> HttpResponse:
    actor = request.viewer.actor
    context: dict[str, Any] = {"now": now_page(actor, timezone.now())}
    if is_fragment(request):
        context["inbox_count"] = frame.open_decisions(actor)
        return fragment(request, "dashboard/_lanes.html", context)
    return show(request, "dashboard/index.html", context)
