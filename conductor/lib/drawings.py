"""Tells whether an SVG drawing can only be looked at: an allow-list of elements and attributes.

Must not repair a drawing: what the list does not know is not harmless.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree

LARGEST: Final = 1_000_000
ELEMENTS: Final = frozenset(
    "svg g defs title desc rect circle ellipse line polyline polygon path text tspan linearGradient radialGradient stop"
    " clipPath mask pattern symbol".split()
)
_SVG: Final = "{http://www.w3.org/2000/svg}"
_DECLARATION: Final = re.compile(r"\A<\?xml\s[^>]*\?>")
_LOCAL_URL: Final = re.compile(r"url\(\s*#[\w-]+\s*\)")
#: Functions that fetch, and the escapes that could spell one of them.
_ANY_URL: Final = re.compile(r"url\s*\(|(?:image|image-set|cross-fade|src)\(|\\", re.IGNORECASE)
#: Attributes that carry addresses or behaviour; everything else of the elements above only describes.
_REFUSED: Final = re.compile(r"on.*|.*href|style|src|.*\}(?!lang$|space$).*", re.IGNORECASE | re.DOTALL)


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
