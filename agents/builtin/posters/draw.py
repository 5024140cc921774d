"""Draws a concept as SVG posters in three formats: one of our layouts where it names one, else in its own zones.

Must not let text out of its zone, nor stand unreadable, nor take a drawing from an agent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from agents.builtin.posters import shapes
from agents.builtin.posters.layouts import free
from agents.builtin.posters.layouts.registry import LAYOUTS
from agents.builtin.posters.lettering import readable
from agents.builtin.posters.motifs.registry import MOTIFS, suited
from agents.builtin.posters.page import Box, Page, Words
from agents.builtin.posters.palettes import look_of
from agents.builtin.posters.typography import Typography, typography

FORMATS: Final = (("portrait", 1080, 1350), ("square", 1080, 1080), ("story", 1080, 1920))
FINE_PRINT: Final = {"x": 0.07, "y": 0.94, "width": 0.86, "height": 0.05, "content": ""}
"""Where fine print goes in zones that have no place for it."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The posters, portrait first; where the zones came to stand, in the portrait first; letters that fonts lack."""

    posters: list[dict[str, Any]]
    zones: dict[str, tuple[float, float, float, float]]
    lost: tuple[str, ...]


def draw_concept(concept: Mapping[str, Any]) -> Drawn:
    """Each poster as {format, width, height, svg, contrast}."""
    words, lost = words_of(concept)
    pages = [_compose(concept, words, form, width, height) for form, width, height in FORMATS]
    zones: dict[str, tuple[float, float, float, float]] = {}
    for page in pages:
        for name, box in page.zones.items():
            zones.setdefault(name, _shares(box, page))
    posters = [
        {
            "format": page.form,
            "width": page.width,
            "height": page.height,
            "svg": _document(concept, words, page),
            "contrast": page.contrast,
        }
        for page in pages
    ]
    return Drawn(posters, zones, lost)


def _shares(box: Box, page: Page) -> tuple[float, float, float, float]:
    """In shares of the poster, what bleeds over an edge cut there."""
    x, y = max(0.0, box.x / page.width), max(0.0, box.y / page.height)
    right, low = min(1.0, box.right / page.width), min(1.0, box.low / page.height)
    return round(x, 4), round(y, 4), round(max(0.0, right - x), 4), round(max(0.0, low - y), 4)


def _compose(concept: Mapping[str, Any], words: Words, form: str, width: int, height: int) -> Page:
    page = Page(
        width, height, form, look_of(concept["palette"]), _set_in(concept, words), words, _motif(concept),
        f"{concept['name']}|{words.headline}",
    )  # fmt: skip
    layout = LAYOUTS.get(layout_name(concept["layout"]["name"]))
    if layout is not None:
        layout.compose(page)
        return page
    zones = {
        zone["name"]: Box(zone["x"] * width, zone["y"] * height, zone["width"] * width, zone["height"] * height)
        for zone in [*concept["layout"]["zones"], *_missing(concept)]
    }
    free.compose(page, zones)
    return page


def _set_in(concept: Mapping[str, Any], words: Words) -> Typography:
    large = " ".join((words.headline, words.number, words.unit))
    small = (words.call, words.logo, words.body, *words.items, *words.details, words.link, words.fine)
    return typography(concept["typography"], large, " ".join(small))


def layout_name(said: str) -> str:
    """The layout's name as the registry writes it, whatever case or spaces an agent uses."""
    return re.sub(r"[^a-z]+", "_", said.casefold()).strip("_")


def words_of(concept: Mapping[str, Any]) -> tuple[Words, tuple[str, ...]]:
    """What the concept says, in letters that the fonts have; and the letters that they lack."""
    lost: dict[str, None] = {}

    def said(text: object) -> str:
        kept, missing = readable(str(text))
        lost.update(dict.fromkeys(missing))
        return kept

    zones = {zone["name"]: str(zone.get("content", "")) for zone in concept["layout"]["zones"]}
    rows = {name: [row for line in zones.get(name, "").splitlines() if (row := said(line))] for name in _LISTS}
    figure = [*rows["number"], "", ""]
    return (
        Words(
            headline=said(concept["headline"]) or "•",
            call=said(concept["call_to_action"]) or "→",
            logo=said(zones.get("logo", "")),
            body=said(zones.get("body", "")),
            items=tuple(rows["list"][:8]),
            number=figure[0],
            unit=" ".join(filter(None, figure[1:])),
            details=tuple(rows["details"][:6]),
            link=said(zones.get("link", "")),
            fine=" ".join(filter(None, map(said, concept["fine_print"]))),
        ),
        tuple(lost),
    )


_LISTS: Final = ("list", "number", "details")


def _motif(concept: Mapping[str, Any]) -> str:
    """The picture that the focal zone names, else one that suits the words."""
    wanted = next((z["content"] for z in concept["layout"]["zones"] if z["name"] == "focal"), "")
    named = next((name for name, motif in MOTIFS.items() if motif.prompt in wanted or wanted == name), None)
    if named:
        return named
    text = " ".join((wanted, str(concept["image_prompt"]), concept["headline"], concept["alt_text"]))
    page = Page.dice_of(text)
    return suited(text, page, 1)[0]


def _missing(concept: Mapping[str, Any]) -> list[dict[str, Any]]:
    has = any(zone["name"] == "fine_print" for zone in concept["layout"]["zones"])
    return [] if has or not concept["fine_print"] else [{"name": "fine_print", **FINE_PRINT}]


def _document(concept: Mapping[str, Any], words: Words, page: Page) -> str:
    """With everything that the poster says as text in its description: outlines cannot be read aloud.

    Whatever is read aloud is what the audit reads; the name of a direction is not.
    """
    texts = {
        "headline": (words.headline,),
        "number": (words.number, words.unit),
        "body": (words.body,),
        "list": words.items,
        "details": words.details,
        "call_to_action": (words.call,),
        "link": (words.link,),
        "logo": (words.logo,),
        "fine_print": (words.fine[:2_000],),
    }
    said = [text for name, held in texts.items() if name in page.zones for text in held]
    about = f"{concept['alt_text']} Text: {' | '.join(dict.fromkeys(filter(None, said)))}"
    return shapes.document(page.width, page.height, str(concept["headline"]), about, page.drawn)
