"""Horizon: a wide picture fills the lower part from edge to edge, the promise stands in the open sky above."""

from __future__ import annotations

from agents.builtin.posters import parts
from agents.builtin.posters.motifs.registry import SCENES
from agents.builtin.posters.page import Box, Page


def compose(page: Page) -> None:
    look, m, w, h = page.look, page.margin, page.width, page.height
    page.ground(look.background)
    low = page.foot() if page.words.fine else float(h)
    edge = h * page.pick(0.58, 0.58, 0.56)
    page.art(Box(0, edge, w, low - edge), ground=look.background if page.motif in SCENES else look.surface)
    head = parts.logo(page, m, page.top, page.inner, size=36)
    placed = parts.call(
        page, m, edge - page.pick(44, 34, 54), page.inner, manner="pill", size=page.pick(38, 32, 44), stand="foot"
    )
    top = head.low + page.pick(54, 40, 64)
    box = Box(m, top, page.inner, placed.y - page.pick(46, 34, 60) - top)
    parts.pair(page, box, largest=page.pick(160, 128, 190))
