"""Bands: the poster in four stripes; name, headline, pattern, and what to do."""

from __future__ import annotations

from agents import colours
from agents.builtin.posters import parts, shapes
from agents.builtin.posters.fitting import Block, fit
from agents.builtin.posters.page import Box, Page


def compose(page: Page) -> None:
    look, m, w, h = page.look, page.margin, page.width, page.height
    page.ground(look.background)
    first, strip = h * page.pick(0.1, 0.115, 0.15), h * page.pick(0.18, 0.16, 0.21)
    page.rect(0, 0, w, first, look.accent)
    base, pad = look.text, page.pick(54, 42, 58)
    light = colours.readable_on(base, look.background)
    # The last band is as deep as what it holds.
    room = page.inner * 0.5
    body = fit(page.words.body, page.type.body, (room, h * 0.13), largest=36, smallest=20) if page.words.body else None
    deep = max(body.height if body else 0, 118 + (52 if page.words.link else 0)) + pad
    at = len(page.drawn)
    page.rect(0, 0, w, h, base)
    low = page.foot(colour=(light,))
    start = low - deep
    del page.drawn[at]
    page.drawn.insert(at, shapes.rect(0, start, w, h - start, base))
    fill = next((c for c in (look.accent, look.support) if colours.contrast(c, base) >= 2), look.background)
    _next_step(page, body, start + pad, (base, light, fill))
    page.pattern(Box(0, first, w, start - first), [], (look.background,))
    page.art(Box(0, start - strip, w, strip), ground=look.surface)
    page.rect(0, 0, w, first, look.accent)
    y = first - 30 - 34 if page.form == "story" else (first - 26) / 2
    parts.logo(page, m, y, page.inner, size=36, on=look.accent)
    top, end = first + page.pick(60, 46, 76), start - strip - page.pick(56, 44, 70)
    box = Box(m, top, page.inner, end - top)
    page.write("headline", page.words.headline, box, page.type.head, largest=page.pick(210, 170, 240), stand="middle")


def _next_step(page: Page, body: Block | None, top: float, fills: tuple[str, str, str]) -> None:
    base, light, fill = fills
    m = page.margin
    if body is None:
        parts.call(page, m, top, page.inner, manner="block", size=42, fill=fill, on=base)
        return
    parts.call(page, page.width - m, top, page.inner * 0.46, manner="block", size=36, align="right", fill=fill, on=base)
    page.put("body", body, m, top, colour=(light,))
