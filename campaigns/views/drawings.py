"""The drawings of visual concepts, as files that cannot act: checked against an allow-list, sandboxed, as attachments.

Pages show them only as images. Must not serve anything that the check does not know.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from campaigns.models import ArtifactVersion
from campaigns.queries.pages import artifacts as queries
from campaigns.queries.posters import PosterFile, poster_at
from campaigns.views.frame import PageRequest, page
from conductor.lib.errors import NotFound


@page
def drawing(request: PageRequest, version_id: UUID, concept: int, poster: int) -> HttpResponse:
    """Poster 0 of a concept is its own drawing, the others follow its list of formats."""
    version = queries.version_for(request.viewer.actor, version_id)
    found = _found(version, concept, poster)
    return _file(found.svg.encode(), "image/svg+xml; charset=utf-8", f"{found.name}-version-{version.number}.svg")


@page
def picture(request: PageRequest, version_id: UUID, concept: int, poster: int) -> HttpResponse:
    """The same as a PNG, for everything that takes no SVG."""
    version = queries.version_for(request.viewer.actor, version_id)
    found = _found(version, concept, poster)
    drawn = found.png()
    if drawn is None:
        raise NotFound("There is no such picture.")
    return _file(drawn, "image/png", f"{found.name}-version-{version.number}.png")


def _found(version: ArtifactVersion, concept: int, poster: int) -> PosterFile:
    found = poster_at(version.content, concept, poster)
    if found is None:
        raise NotFound("There is no such drawing.")
    return found


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
