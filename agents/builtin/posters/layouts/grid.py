"""Grid: a picture in the upper right columns, small text in the left one, the headline across the foot."""

from __future__ import annotations

from agents.builtin.posters import parts
from agents.builtin.posters.fitting import fit
from agents.builtin.posters.page import Box, Page


def compose(page: Page) -> None:
    look, m, w, h = page.look, page.margin, page.width, page.height
    page.ground(look.background)
    left, deep = w * 0.38, h * page.pick(0.5, 0.47, 0.48)
    page.art(Box(left, 0, w - left, deep))
    column = left - m - 34
    head = parts.logo(page, m, page.top, column, size=32)
    if page.words.body:
        page.rule(m, head.low + 34, column, look.text, 3)
        room = deep - head.low - 70
        block = fit(page.words.body, page.type.body, (column, room), largest=32, smallest=20)
        page.put("body", block, m, deep - block.height)
    low = page.foot()
    placed = parts.call(page, m, low, page.inner, manner="arrow", size=40, stand="foot")
    page.rule(m, placed.y - 22, page.inner, look.text, 3)
    top = deep + page.pick(64, 46, 80)
    box = Box(m, top, page.inner, placed.y - 22 - page.pick(52, 38, 64) - top)
    page.write("headline", page.words.headline, box, page.type.head, largest=page.pick(150, 120, 176))
