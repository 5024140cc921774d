"""Bands: the poster in four stripes; name, headline, pattern, and what to do."""

from __future__ import annotations

from agents import colours
from agents.builtin.posters import parts, shapes
from agents.builtin.posters.fitting import fit
from agents.builtin.posters.page import Box, Page


def compose(page: Page) -> None:
    look, m, w, h = page.look, page.margin, page.width, page.height
    page.ground(look.background)
    first, strip = h * page.pick(0.1, 0.115, 0.15), h * page.pick(0.18, 0.16, 0.21)
    page.rect(0, 0, w, first, look.accent)
    base, pad = look.text, page.pick(54, 42, 58)
    light = colours.readable_on(base, look.background)
    # The last band is as deep as what it holds: it is drawn from the foot upwards, and its ground laid under it.
    at = len(page.drawn)
    page.rect(0, 0, w, h, base)
    low = page.foot(colour=(light,))
    start = _next_step(page, low, (base, light)) - pad
    page.drawn[at] = shapes.rect(0, start, w, h - start, base)
    page.pattern(Box(0, first, w, start - first), [], (look.background,))
    page.art(Box(0, start - strip, w, strip), ground=look.surface)
    page.rect(0, 0, w, first, look.accent)
    y = first - 30 - 34 if page.form == "story" else (first - 26) / 2
    parts.logo(page, m, y, page.inner, size=36)
    top, end = first + page.pick(60, 46, 76), start - strip - page.pick(56, 44, 70)
    box = Box(m, top, page.inner, end - top)
    page.write("headline", page.words.headline, box, page.type.head, largest=page.pick(210, 170, 240), stand="middle")


def _next_step(page: Page, low: float, fills: tuple[str, str]) -> float:
    """The sentence to the left and the call to the right; gives their upper edge."""
    look, m = page.look, page.margin
    base, light = fills
    fill = next((c for c in (look.accent, look.support) if colours.contrast(c, base) >= 2), look.background)
    if not page.words.body:
        return parts.call(page, m, low, page.inner, manner="block", size=42, stand="foot", fill=fill, on=base).y
    placed = parts.call(
        page,
        page.width - m,
        low,
        page.inner * 0.44,
        manner="block",
        size=36,
        align="right",
        stand="foot",
        fill=fill,
        on=base,
    )
    body = fit(page.words.body, page.type.body, (page.inner * 0.5, page.height * 0.13), largest=36, smallest=20)
    top = min(placed.y, low - body.height)
    page.put("body", body, m, top, colour=(light,))
    return top
