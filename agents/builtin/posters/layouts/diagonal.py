"""Diagonal: a picture between two slanted edges, the headline above it, the call below."""

from __future__ import annotations

from agents.builtin.posters import parts
from agents.builtin.posters.fitting import fit
from agents.builtin.posters.page import Box, Page


def compose(page: Page) -> None:
    look, m, w, h = page.look, page.margin, page.width, page.height
    page.ground(look.background)
    left, right = h * page.pick(0.57, 0.55, 0.56), h * page.pick(0.43, 0.41, 0.46)
    lower = h * page.pick(0.78, 0.75, 0.76)
    slant = (left - right) * 0.62
    page.art(Box(0, right, w, lower - right), ground=look.surface)
    page.polygon([(0, right - 4), (w, right - 4), (w, right), (0, left)], look.background)
    thick = page.pick(34, 26, 40)
    page.polygon([(0, left - thick), (w, right - thick), (w, right), (0, left)], look.accent)
    page.polygon([(0, lower), (w, lower - slant), (w, h), (0, h)], look.background)
    head = parts.logo(page, m, page.top, page.inner, size=36)
    _headline(page, head.low + page.pick(56, 40, 64), left - thick, right - thick)
    low = page.foot()
    top = lower + 22
    placed = parts.call(page, w - m, low, page.inner * 0.5, manner="block", size=38, align="right", stand="foot")
    if page.words.body:
        room = (page.inner - placed.width - 50, low - top)
        block = fit(page.words.body, page.type.body, room, largest=34, smallest=19)
        page.put("body", block, m, low - block.height)


def _headline(page: Page, top: float, left: float, right: float) -> None:
    """As large as it goes above the slanted edge: its lower right corner must not touch it."""
    clear = page.pick(40, 30, 48)
    best = None
    for share in (1.0, 0.9, 0.8, 0.7):
        wide = page.inner * share
        edge = left + (right - left) * (page.margin + wide) / page.width
        block = fit(page.words.headline, page.type.head, (wide, edge - clear - top), largest=page.pick(170, 140, 200))
        if best is None or block.size > best.size * 1.02:
            best = block
    assert best is not None
    page.put("headline", best, page.margin, top)
