"""Number: one figure of the brief as large as it goes, then the sentence that it comes from."""

from __future__ import annotations

from agents.builtin.posters import parts
from agents.builtin.posters.fitting import fit
from agents.builtin.posters.page import Box, Page


def compose(page: Page) -> None:
    look, m, w, h = page.look, page.margin, page.width, page.height
    page.ground(look.background)
    strip = w * page.pick(0.15, 0.15, 0.15)
    page.art(Box(w - strip, 0, strip, h))
    wide = w - strip - m - page.pick(56, 52, 56)
    head = parts.logo(page, m, page.top, wide, size=34)
    low = page.foot(box=Box(m, page.low - h * 0.17, wide, h * 0.17)) if page.words.fine else page.low
    placed = parts.call(page, m, low, wide, manner="arrow", size=page.pick(42, 36, 46), stand="foot")
    top, end = head.low + page.pick(60, 44, 96), placed.y - page.pick(44, 30, 56)
    if not page.words.number:
        parts.pair(page, Box(m, top, wide, end - top), largest=page.pick(190, 150, 220))
        return
    y = _figure(page, top, wide, end - top)
    _sentence(page, Box(m, y, wide, end - y))


def _figure(page: Page, top: float, wide: float, room: float) -> float:
    """The figure and its unit in the upper part of the room, and a rule under them."""
    look, m = page.look, page.margin
    style = page.type.head
    block = fit(page.words.number, style, (wide, min(page.pick(480, 330, 640), room * 0.5)), largest=900, most_lines=1)
    page.put("number", block, m - block.size * 0.03, top, colour=(look.accent, look.support, look.text))
    y = top + block.height + min(page.pick(34, 24, 44), room * 0.04)
    if page.words.unit:
        unit = fit(
            page.words.unit,
            page.type.head,
            (wide, min(page.pick(84, 64, 100), room * 0.14)),
            largest=page.pick(88, 68, 104),
        )
        page.put("number", unit, m, y)
        y += unit.height + min(page.pick(44, 30, 56), room * 0.05)
    page.rule(m, y, wide, look.text, 5)
    return y + min(page.pick(50, 36, 60), room * 0.06)


def _sentence(page: Page, box: Box) -> None:
    share = 0.7 if page.words.body else 1.0
    head = fit(page.words.headline, page.type.bold, (box.width, box.height * share), largest=page.pick(72, 54, 84))
    page.put("headline", head, box.x, box.y)
    room = box.height - head.height - 36
    if page.words.body and room > 60:
        body = fit(page.words.body, page.type.body, (box.width, room), largest=34, smallest=20)
        page.put("body", body, box.x, box.y + head.height + 36)
