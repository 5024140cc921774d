"""Events of a stream over REST: the same objects, in the same order, as on the websocket."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from campaigns.api.bodies import whole_number
from campaigns.queries.events import events_after

PAGE: Final = 200
LARGEST_PAGE: Final = 500
LARGEST_SEQ: Final = 2**63 - 1
#: What the routes of events read of the query string.
QUERY: Final = ("after", "limit")

PARAMETERS: Final = [
    OpenApiParameter("after", {"type": "integer", "minimum": 0}, description="The number of the last event you have."),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}),
]


def events_page(request: Request, stream: str, stream_id: UUID, head: int) -> Response:
    """The events after `?after=`; `next` leads on while there are more."""
    said = request.query_params
    after = whole_number(said.get("after"), "after", least=0, most=LARGEST_SEQ) or 0
    limit = whole_number(said.get("limit"), "limit", most=LARGEST_PAGE) or PAGE
    found = events_after(stream, stream_id, after, limit)
    last = found[-1]["seq"] if found else after
    more = len(found) == limit and last < head
    following = replace_query_param(request.build_absolute_uri(), "after", last) if more else None
    return Response(
        {"last_event": max(head, last if found else 0), "next": following, "previous": None, "results": found}
    )
