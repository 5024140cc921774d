"""A plain SVG drawing as a PNG: the same bytes everywhere, with the bundled fonts only, of a bounded size.

Must not render what its own short list does not know: the renderer reads untrusted numbers in native code.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree

import resvg_py

from conductor.lib.drawings import is_harmless
from conductor.lib.errors import BadInput
from conductor.lib.typefaces import FILES

LARGEST_SVG: Final = 400_000
MOST_ELEMENTS: Final = 5_000
DEEPEST: Final = 8
LARGEST_SIDE: Final = 4_096
SMALLEST_SIDE: Final = 16
MOST_PIXELS: Final = 9_000_000
ELEMENTS: Final = frozenset({"svg", "title", "desc", "g", "rect", "circle", "path", "text"})
ATTRIBUTES: Final = frozenset(
    "viewBox width height role x y rx cx cy r d fill transform stroke stroke-width stroke-linecap font-family font-size"
    " textLength lengthAdjust".split()
)
_SVG: Final = "{http://www.w3.org/2000/svg}"
_NUMBERED: Final = frozenset(
    "viewBox width height x y rx cx cy r d transform stroke-width font-size textLength".split()
)
#: Numbers without an exponent, of at most six digits before the point: no overflow in any arithmetic after this.
_WILD: Final = re.compile(r"\d{7}|\d[eE][-+\d]|\.\d{7}|nan|inf", re.IGNORECASE)
_SIDE: Final = re.compile(r"0 0 (\d{1,4}(?:\.\d+)?) (\d{1,4}(?:\.\d+)?)")


def render(svg: str, *, width: int | None = None) -> bytes:
    """The drawing in its own size, or in that width. BadInput says why a drawing is refused."""
    across, down = size_of(svg)
    wide = round(across) if width is None else width
    tall = wide * down / across
    if min(wide, tall) < SMALLEST_SIDE or max(wide, tall) > LARGEST_SIDE or wide * tall > MOST_PIXELS:
        raise BadInput(errors={"width": f"Must give a picture of {SMALLEST_SIDE} to {LARGEST_SIDE} pixels a side."})
    try:
        drawn: bytes = resvg_py.svg_to_bytes(
            svg_string=svg,
            width=wide,
            skip_system_fonts=True,
            font_files=[str(path) for path in FILES.values()] if "<text" in svg else None,
            font_family="Inter",
            serif_family="Fraunces",
            sans_serif_family="Inter",
        )
    except BaseException as error:  # a fault of the native renderer arrives as PanicException, which is no Exception
        if not isinstance(error, ValueError) and type(error).__name__ != "PanicException":
            raise
        raise BadInput(errors={"svg": "The drawing cannot be rendered."}) from error
    return drawn


def size_of(svg: str) -> tuple[float, float]:
    """Its width and height by its own word, if it is a drawing that may be rendered at all."""
    if len(svg) <= LARGEST_SVG and is_harmless(svg):
        root = ElementTree.fromstring(svg.encode())  # noqa: S314 - is_harmless lets no document type and no entity in
        found = _SIDE.fullmatch(root.get("viewBox", ""))
        sides = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
        if min(sides) > 0 and max(sides) <= LARGEST_SIDE and _is_plain(root):
            return sides
    raise BadInput(errors={"svg": "The drawing holds something that is not rendered, too much of it, or no size."})


def _is_plain(root: ElementTree.Element) -> bool:
    level, seen = [root], 0
    for _ in range(DEEPEST):
        seen += len(level)
        if seen > MOST_ELEMENTS or not all(map(_is_known, level)):
            return False
        level = [child for element in level for child in element]
    return not level


def _is_known(element: ElementTree.Element) -> bool:
    if element.tag.removeprefix(_SVG) not in ELEMENTS or not set(element.attrib) <= ATTRIBUTES:
        return False
    return not any(_WILD.search(value) for name, value in element.attrib.items() if name in _NUMBERED)
