"""The drawings of visual concepts, as files that cannot act: checked against an allow-list, sandboxed, as attachments.

Pages show them only as images. Must not serve anything that the check does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from campaigns.queries.pages import artifacts as queries
from campaigns.views.frame import PageRequest, page
from conductor.lib.drawings import is_harmless
from conductor.lib.errors import NotFound


@page
def drawing(request: PageRequest, version_id: UUID, concept: int, poster: int) -> HttpResponse:
    """Poster 0 of a concept is its own drawing, the others follow its list of formats."""
    version = queries.version_for(request.viewer.actor, version_id)
    svg = drawing_of(version.content, concept, poster)
    if svg is None or not is_harmless(svg):
        raise NotFound("There is no such drawing.")
    response = HttpResponse(svg, content_type="image/svg+xml; charset=utf-8")
    name = f"concept-{concept + 1}-{poster + 1}-version-{version.number}.svg"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def drawing_of(content: Mapping[str, Any], concept: int, poster: int) -> str | None:
    """The SVG text at that place of a visual concept's content, or None."""
    held = _entry(content.get("concepts"), concept)
    if poster:
        held = _entry(held.get("posters"), poster - 1)
    said = held.get("svg")
    return said if isinstance(said, str) and said else None


def _entry(entries: object, number: int) -> Mapping[str, Any]:
    within = isinstance(entries, list) and number < len(entries)
    found = entries[number] if within and isinstance(entries, list) else None
    return found if isinstance(found, Mapping) else {}
