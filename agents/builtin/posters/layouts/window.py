"""Window: a great arch opens on the picture; the words stand under it, in a square beside it."""

from __future__ import annotations

from agents.builtin.posters import parts
from agents.builtin.posters.page import Box, Page


def compose(page: Page) -> None:
    page.ground(page.look.background)
    if page.form == "square":
        _beside(page)
    else:
        _under(page)


def _beside(page: Page) -> None:
    m, w, h = page.margin, page.width, page.height
    wide = w * 0.42
    page.art(Box(w - m - wide, m, wide, h - 2 * m), mask="arch")
    column = Box(m, page.top, w - 3 * m - wide + 14, page.low - page.top)
    head = parts.logo(page, column.x, column.y, column.width, size=32)
    low = page.foot(box=Box(column.x, column.low - h * 0.2, column.width, h * 0.2)) if page.words.fine else column.low
    placed = parts.call(page, column.x, low, column.width, manner="pill", size=34, stand="foot")
    box = Box(column.x, head.low + 44, column.width, placed.y - 40 - head.low - 44)
    parts.pair(page, box, largest=98, stand=0.4)


def _under(page: Page) -> None:
    w, h = page.width, page.height
    x, top = w / 2, page.pick(64, 0, 150)
    low = page.foot(align="middle")
    placed = parts.call(
        page, x, low, page.inner, manner="pill", size=page.pick(38, 0, 44), align="middle", stand="foot"
    )
    tall = min(h * page.pick(0.45, 0, 0.42), (placed.y - top) * 0.58)
    wide = min(w * page.pick(0.62, 0, 0.76), tall * 1.15)
    page.art(Box(x - wide / 2, top, wide, tall), mask="arch")
    y = top + tall + page.pick(46, 0, 64)
    name = parts.logo(page, x, y, page.inner, size=32, align="middle")
    start, end = name.low + page.pick(36, 0, 50), placed.y - page.pick(36, 0, 54)
    box = Box(page.margin, start, page.inner, end - start)
    parts.pair(page, box, largest=page.pick(112, 0, 136), align="middle", stand=0.5, most=33)
