"""Framed: a double border, a round picture, everything on one axis, quiet and formal."""

from __future__ import annotations

from agents.builtin.posters import parts
from agents.builtin.posters import shapes as s
from agents.builtin.posters.page import Box, Page


def compose(page: Page) -> None:
    look, w, h = page.look, page.width, page.height
    page.ground(look.background)
    for inset, thick in ((36.0, 7.0), (52.0, 2.0)):
        page.ornament(
            f'<rect x="{s.n(inset)}" y="{s.n(inset)}" width="{s.n(w - 2 * inset)}" height="{s.n(h - 2 * inset)}" '
            f'fill="none" stroke="{look.text}" stroke-width="{s.n(thick)}"/>'
        )
    x, room = w / 2, page.inner - 84
    top, low = page.pick(112, 96, 190), page.low - page.pick(34, 24, 20)
    head = parts.logo(page, x, top, room, size=page.pick(34, 30, 38), align="middle")
    side = page.pick(400, 280, 560)
    y = head.low + page.pick(48, 34, 70)
    page.art(Box(x - side / 2, y, side, side), mask="circle")
    page.ornament(s.ring(x, y + side / 2, side / 2 + 14, look.text, 2))
    low = page.foot(align="middle", box=Box(x - room / 2, low - h * 0.13, room, h * 0.13))
    placed = parts.call(page, x, low, room, manner="line", size=page.pick(38, 32, 42), align="middle", stand="foot")
    start, end = y + side + page.pick(60, 40, 84), placed.y - page.pick(44, 28, 64)
    box = Box(x - room / 2, start, room, end - start)
    parts.pair(page, box, largest=page.pick(116, 88, 132), align="middle", stand=0.5, most=34)
