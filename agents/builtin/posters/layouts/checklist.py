"""Checklist: the headline in a block of colour, then every benefit on its own line with a tick."""

from __future__ import annotations

from agents import colours
from agents.builtin.posters import parts
from agents.builtin.posters.page import Box, Page


def compose(page: Page) -> None:
    page.ground(page.look.background)
    if page.form == "square":
        _beside(page)
    else:
        _under(page)


def _list(page: Page, box: Box, largest: float) -> None:
    """What there is to tick off; the picture where there is nothing."""
    items = page.words.items or tuple(filter(None, (page.words.body,)))
    if items:
        line = colours.mix(page.look.background, page.look.text, 0.22)
        parts.ticks(page, items, box, largest=largest, rules=line)
    else:
        page.art(Box(box.x, box.y + 30, box.width, box.height - 60))


def _beside(page: Page) -> None:
    look, m, w, h = page.look, page.margin, page.width, page.height
    wide = w * 0.45
    page.rect(0, 0, wide, h, look.accent)
    strip = h * 0.2
    page.art(Box(0, h - strip, wide, strip), ground=colours.mix(look.accent, look.text, 0.12), pattern=True)
    ink = colours.readable_on(look.accent, look.background, look.text)
    room = wide - m - 44
    head = parts.logo(page, m, page.top, room, size=32)
    box = Box(m, head.low + 50, room, h - strip - 40 - head.low - 50)
    page.write("headline", page.words.headline, box, page.type.head, largest=96, colour=(ink,))
    x, right = wide + 56, w - m
    column = right - x
    low = page.foot(box=Box(x, page.low - h * 0.2, column, h * 0.2)) if page.words.fine else page.low
    placed = parts.call(page, x, low, column, manner="block", size=34, stand="foot")
    _list(page, Box(x, page.top - 22, column, placed.y - 30 - page.top + 22), 42)


def _under(page: Page) -> None:
    look, m, w, h = page.look, page.margin, page.width, page.height
    deep = h * page.pick(0.41, 0, 0.42)
    page.rect(0, 0, w, deep, look.accent)
    ink = colours.readable_on(look.accent, look.background, look.text)
    strip = w * 0.2
    page.art(Box(w - strip, 0, strip, deep), ground=colours.mix(look.accent, look.text, 0.12), pattern=True)
    room = w - strip - m - 50
    head = parts.logo(page, m, page.top, room, size=34)
    top = head.low + page.pick(48, 0, 64)
    box = Box(m, top, room, deep - page.pick(56, 0, 64) - top)
    page.write(
        "headline",
        page.words.headline,
        box,
        page.type.head,
        largest=page.pick(118, 0, 136),
        stand="foot",
        colour=(ink,),
    )
    low = page.foot()
    placed = parts.call(page, m, low, page.inner, manner="block", size=page.pick(38, 0, 44), stand="foot")
    start = deep + page.pick(22, 0, 40)
    list_box = Box(m, start, page.inner, placed.y - page.pick(26, 0, 40) - start)
    _list(page, list_box, page.pick(46, 0, 52))
