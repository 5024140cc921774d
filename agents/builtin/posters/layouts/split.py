"""Split: picture and words share the poster, side by side, in a story one above the other."""

from __future__ import annotations

from agents.builtin.posters import parts
from agents.builtin.posters.page import Box, Page


def compose(page: Page) -> None:
    look, m, w, h = page.look, page.margin, page.width, page.height
    page.ground(look.background)
    if page.form == "story":
        deep = h * 0.44
        page.art(Box(0, 0, w, deep))
        column = Box(m, deep + 76, page.inner, page.low - deep - 76)
    else:
        share = page.pick(0.4, 0.4, 0)
        page.art(Box(0, 0, w * share, h))
        x = w * share + m * 0.86
        column = Box(x, page.top, w - x - m * 0.86, page.low - page.top)
    head = parts.logo(page, column.x, column.y, column.width, size=34)
    low = page.foot(box=Box(column.x, column.low - h * 0.2, column.width, h * 0.2)) if page.words.fine else column.low
    placed = parts.call(page, column.x, low, column.width, manner="block", size=38, stand="foot")
    top = head.low + page.pick(60, 46, 60)
    box = Box(column.x, top, column.width, placed.y - page.pick(56, 40, 56) - top)
    parts.pair(page, box, largest=page.pick(124, 100, 140), stand=0.42)
