"""The posters of a visual concept: which there are, by concept and format, and their bytes as SVG and PNG.

Must not hand out a drawing that could act when it is opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conductor.lib import png
from conductor.lib.drawings import is_harmless
from conductor.lib.errors import BadInput

FIRST: Final = "portrait"
"""The format of a concept's own drawing; its list has the others."""
SIZES: Final = {"portrait": (1080, 1350), "square": (1080, 1080), "story": (1080, 1920)}


@dataclass(frozen=True, slots=True)
class PosterFile:
    """One drawing. concept and poster are its place, from 0; poster 0 is the concept's own drawing."""

    concept: int
    poster: int
    title: str
    form: str
    width: int | None
    height: int | None
    contrast: float | None
    svg: str

    @property
    def name(self) -> str:
        """For a file: the concept and the format."""
        slug = re.sub(r"[^a-z0-9]+", "-", self.title.casefold()).strip("-")[:40] or "concept"
        form = re.sub(r"[^a-z0-9]+", "-", self.form.casefold()).strip("-")[:20] or str(self.poster + 1)
        return f"{self.concept + 1}-{slug}-{form}"

    def png(self, width: int | None = None) -> bytes | None:
        """None for a drawing that is no poster of ours, such as one without a size."""
        try:
            return png.render(self.svg, width=width)
        except BadInput as refused:
            if "width" in refused.errors:
                raise
            return None


def posters(content: Any) -> Iterator[PosterFile]:
    """Those that can only be looked at, in order; content of any other shape has none."""
    held = content.get("concepts") if isinstance(content, Mapping) else None
    for concept, entry in enumerate(held if isinstance(held, list) else ()):
        if not isinstance(entry, Mapping):
            continue
        others = entry.get("posters")
        first = {"format": FIRST, "svg": entry.get("svg"), "contrast": entry.get("contrast")}
        for poster, drawn in enumerate((first, *(others if isinstance(others, list) else ()))):
            if isinstance(drawn, Mapping) and isinstance(svg := drawn.get("svg"), str) and svg and is_harmless(svg):
                yield _file(concept, poster, str(entry.get("name") or ""), drawn)


def _file(concept: int, poster: int, title: str, drawn: Mapping[str, Any]) -> PosterFile:
    form, contrast = str(drawn.get("format") or ""), drawn.get("contrast")
    width, height = SIZES.get(form, (None, None))
    ratio = float(contrast) if isinstance(contrast, int | float) else None
    return PosterFile(concept, poster, title, form, width, height, ratio, drawn["svg"])


def poster_at(content: Any, concept: int, poster: int) -> PosterFile | None:
    return next((found for found in posters(content) if (found.concept, found.poster) == (concept, poster)), None)


def poster_of(content: Any, concept: int, form: str) -> PosterFile | None:
    return next((found for found in posters(content) if (found.concept, found.form) == (concept, form)), None)
