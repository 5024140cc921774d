"""The drawings of visual concepts, as files that cannot act: checked against an allow-list, sandboxed, as attachments.

Pages show them only as images. Must not serve anything that the check does not know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID
from xml.etree import ElementTree

from django.http import HttpResponse

from campaigns.queries.pages import artifacts as queries
from campaigns.views.frame import PageRequest, page
from conductor.lib.errors import NotFound

LARGEST: Final = 1_000_000
ELEMENTS: Final = frozenset(
    "svg g defs title desc rect circle ellipse line polyline polygon path text tspan linearGradient radialGradient stop"
    " clipPath mask pattern symbol".split()
)
_SVG: Final = "{http://www.w3.org/2000/svg}"
_DECLARATION: Final = re.compile(r"\A<\?xml\s[^>]*\?>")
_LOCAL_URL: Final = re.compile(r"url\(\s*#[\w-]+\s*\)")
_ANY_URL: Final = re.compile(r"url\s*\(", re.IGNORECASE)
#: Attributes that carry addresses or behaviour; everything else of the elements above only describes.
_REFUSED: Final = re.compile(r"on.*|.*href|style|src|.*\}(?!lang$|space$).*", re.IGNORECASE | re.DOTALL)


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


def is_harmless(svg: str) -> bool:
    """Only known elements, no scripts, no addresses outside the drawing, no entities."""
    if len(svg) > LARGEST or "<!" in svg or "<?" in _DECLARATION.sub("", svg):
        return False
    try:
        root = ElementTree.fromstring(svg.encode())  # noqa: S314 - no document type and so no entity gets here
    except (ElementTree.ParseError, ValueError, RecursionError):
        return False
    return root.tag == f"{_SVG}svg" and all(_is_plain(element) for element in root.iter())


def _is_plain(element: ElementTree.Element) -> bool:
    if not isinstance(element.tag, str) or element.tag.removeprefix(_SVG) not in ELEMENTS:
        return False
    return all(
        not _REFUSED.fullmatch(name) and not _ANY_URL.search(_LOCAL_URL.sub("", value))
        for name, value in element.attrib.items()
    )
