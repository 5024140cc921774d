"""Big type: the words are the picture; what they leave free is filled with a band of pattern."""

from __future__ import annotations

from agents.builtin.posters import parts
from agents.builtin.posters.fitting import fit
from agents.builtin.posters.page import Box, Page


def compose(page: Page) -> None:
    look, m = page.look, page.margin
    page.ground(look.background)
    head = parts.logo(page, m, page.top, page.inner, size=36)
    under = head.low + 30
    page.rule(m, under, page.inner, look.text, 5)
    low = page.foot()
    low = _row(page, low)
    box = Box(m, under + page.pick(56, 44, 70), page.inner, low - under - page.pick(112, 92, 140))
    block = fit(page.words.headline, page.type.head, (box.width, box.height), largest=page.pick(300, 250, 340))
    page.put("headline", block, m, box.y, colour=(look.text,))
    free = box.height - block.height - page.pick(56, 44, 70)
    if free > 110:
        page.art(Box(0, box.low - free, page.width, free), ground=look.surface)


def _row(page: Page, low: float) -> float:
    """What stands at the foot: the sentence to the left, the call to the right."""
    m, wide = page.margin, page.inner
    if not page.words.body:
        placed = parts.call(page, m, low, wide, manner="arrow", size=46, stand="foot")
        return placed.y
    room = wide * 0.5
    block = fit(page.words.body, page.type.body, (room, page.pick(190, 150, 230)), largest=34, smallest=22)
    found = parts.call(page, page.width - m, low, wide * 0.44, manner="block", size=38, stand="foot", align="right")
    y = min(low - block.height, found.y)
    page.put("body", block, m, y, colour=(page.look.text,))
    return y
