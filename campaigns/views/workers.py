"""The status page: database, Redis, witness, workers, queues, versions. Reads only."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone

from campaigns.queries.pages import status as queries
from campaigns.views.frame import PageRequest, fragment, is_fragment, page, show


@page
def status(request: PageRequest) -> HttpResponse:
    context = {"status": queries.status_page(request.viewer.actor, timezone.now())}
    if is_fragment(request):
        return fragment(request, "status/_body.html", context)
    return show(request, "status/index.html", context)
