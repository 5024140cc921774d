"""Draws a concept as SVG posters in three formats, out of an allow-list of elements and attributes.

Must not let text out of its zone, nor stand unreadable: contrast is computed, and the size falls until the text fits.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from agents import colours

FORMATS: Final = (("portrait", 1080, 1350), ("square", 1080, 1080), ("story", 1080, 1920))
ELEMENTS: Final = frozenset({"svg", "title", "desc", "rect", "circle", "path", "g", "text", "tspan"})
ATTRIBUTES: Final = frozenset(
    {
        "xmlns", "viewBox", "width", "height", "role", "x", "y", "rx", "cx", "cy", "r", "d", "fill", "opacity",
        "font-family", "font-size", "font-weight", "text-anchor",
    }
)  # fmt: skip

_FAMILIES: Final = {"serif": "Georgia, 'Times New Roman', serif", "sans": "Helvetica, Arial, sans-serif"}
_SERIF_NAMES: Final = ("georgia", "times", "serif", "garamond", "playfair", "merriweather", "lora", "baskerville")
_WIDE: Final = 0.62
"""A letter's width in shares of the font size, on the wide side: text then never overflows."""
_LARGEST: Final = {"headline": 0.11, "call_to_action": 0.04, "logo": 0.035, "body": 0.035, "fine_print": 0.018}
_SMALLEST: Final = 9


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Style:
    fill: str
    family: str
    weight: str
    largest: float
    middle: bool = False


def draw_concept(concept: Mapping[str, Any]) -> list[dict[str, Any]]:
    """{format, width, height, svg, contrast} for each format, portrait first."""
    return [_draw(concept, *form) for form in FORMATS]


def _draw(concept: Mapping[str, Any], form: str, width: int, height: int) -> dict[str, Any]:
    palette = _palette(concept["palette"])
    zones = {zone["name"]: zone for zone in concept["layout"]["zones"]}
    if concept["fine_print"] and "fine_print" not in zones:
        zones["fine_print"] = {"x": 0.05, "y": 0.94, "width": 0.9, "height": 0.05, "content": ""}
    texts = {
        "headline": concept["headline"],
        "call_to_action": concept["call_to_action"],
        "logo": zones.get("logo", {}).get("content", ""),
        "body": zones.get("body", {}).get("content", ""),
        "fine_print": " ".join(concept["fine_print"]),
    }
    boxes = {
        name: _Box(zone["x"] * width, zone["y"] * height, zone["width"] * width, zone["height"] * height)
        for name, zone in zones.items()
    }
    lowest = 21.0
    drawn = [_rect(_Box(0, 0, width, height), palette["background"])]
    if "focal" in boxes:
        drawn += _motif(boxes["focal"], palette, str(concept["name"]))
    for name, text in texts.items():
        if name in boxes and text.strip():
            parts, ratio = _text_zone(name, text, boxes[name], concept, width)
            drawn += parts
            lowest = min(lowest, ratio)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img"><title>{_safe(concept["name"])}</title><desc>{_safe(concept["alt_text"])}</desc>'
        f"{''.join(drawn)}</svg>"
    )
    return {"format": form, "width": width, "height": height, "svg": svg, "contrast": lowest}


def _palette(entries: Sequence[Mapping[str, str]]) -> dict[str, str]:
    found = {entry["role"]: entry["hex"].lower() for entry in reversed(entries)}
    ground = found["background"]
    found.setdefault("text", colours.readable_on(ground))
    found.setdefault("accent", colours.mix(ground, found["text"], 0.5))
    found.setdefault("surface", colours.mix(ground, found["text"], 0.12))
    return found


def _text_zone(name: str, text: str, box: _Box, concept: Mapping[str, Any], width: int) -> tuple[list[str], float]:
    """The zone's ground and its text, and their contrast."""
    palette, typography = _palette(concept["palette"]), concept["typography"]
    button = name == "call_to_action"
    ground = palette["accent"] if button else palette["background"]
    preferred = (palette["background"], palette["text"]) if button else (palette["text"],)
    fill = colours.readable_on(ground, *preferred)
    family = _family(typography["headline" if name == "headline" else "body"])
    weight = "700" if name in ("headline", "call_to_action", "logo") else "400"
    style = _Style(fill, family, weight, _LARGEST[name] * width, middle=button)
    panel = _rect(box, ground, round(box.height / 2) if button else 0)
    inner = _Box(box.x + box.height * 0.3, box.y, box.width - box.height * 0.6, box.height) if button else box
    return [panel, _fitted(text, inner, style)], colours.contrast(fill, ground)


def _fitted(text: str, box: _Box, style: _Style) -> str:
    """Lines of text at the largest size at which all of it stays in its box."""
    size = max(_SMALLEST, int(min(style.largest, box.height / 1.3)))
    while size > 1:
        lines = _wrap(text, max(1, int(box.width / (size * _WIDE))))
        if lines is not None and len(lines) * size * 1.25 <= box.height:
            break
        size = size - 1 if size <= 24 else int(size * 0.94)
    else:
        lines = [text]
    top = box.y + (box.height - len(lines) * size * 1.25) / 2 if style.middle else box.y
    x, anchor = (box.x + box.width / 2, "middle") if style.middle else (box.x, "start")
    spans = "".join(
        f'<tspan x="{x:.1f}" y="{top + size * (1 + 1.25 * number):.1f}">{_safe(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    return (
        f'<text font-family={quoteattr(style.family)} font-size="{size}" font-weight="{style.weight}" '
        f'fill="{style.fill}" text-anchor="{anchor}">{spans}</text>'
    )


def _wrap(text: str, letters: int) -> list[str] | None:
    """Lines of at most so many letters, or None where one word is longer than a line."""
    lines: list[str] = []
    for word in text.split():
        if len(word) > letters:
            return None
        if lines and len(lines[-1]) + 1 + len(word) <= letters:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def _motif(box: _Box, palette: Mapping[str, str], name: str) -> list[str]:
    """A picture without a picture: shapes inside the focal zone, the same for the same direction."""
    rng = random.Random(name)  # noqa: S311 - only decoration
    drawn = [_rect(box, palette["surface"])]
    reach = min(box.width, box.height)
    for number in range(5):
        radius = reach * rng.uniform(0.08, 0.26)
        x = rng.uniform(box.x + radius, box.x + box.width - radius)
        y = rng.uniform(box.y + radius, box.y + box.height - radius)
        colour = palette["accent"] if number % 2 == 0 else palette["text"]
        drawn.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}" opacity="{0.9 - number * 0.15:.2f}"/>'
        )
    left, right, low = box.x, box.x + box.width, box.y + box.height
    peak, slope = box.y + box.height * rng.uniform(0.45, 0.7), left + box.width * rng.uniform(0.3, 0.7)
    drawn.append(
        f'<path d="M{left:.1f} {low:.1f} L{slope:.1f} {peak:.1f} L{right:.1f} {low:.1f} Z" fill="{palette["accent"]}" '
        f'opacity="0.55"/>'
    )
    return drawn


def _rect(box: _Box, fill: str, radius: int = 0) -> str:
    return (
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="{radius}" '
        f'fill="{fill}"/>'
    )


def _family(wanted: str) -> str:
    serif = any(name in wanted.casefold() for name in _SERIF_NAMES) and "sans" not in wanted.casefold()
    return _FAMILIES["serif" if serif else "sans"]


def _safe(text: str) -> str:
    return escape("".join(letter if letter.isprintable() else " " for letter in text))
