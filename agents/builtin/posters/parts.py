"""Parts that the layouts share: the brand's mark, the call to action in four manners, lists with ticks, small labels.

Must not choose where they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from agents import colours
from agents.builtin.posters import shapes as s
from agents.builtin.posters.fitting import Block, Style, fit, same_size
from agents.builtin.posters.page import Box, Page

Align: TypeAlias = Literal["left", "middle", "right"]
Manner: TypeAlias = Literal["pill", "block", "arrow", "line"]


def logo(
    page: Page, x: float, y: float, room: float, *, size: float = 34, align: Align = "left", on: str | None = None
) -> Box:
    """The brand's name with a small mark before it; y is the top of its capitals."""
    if not page.words.logo:
        return Box(x, y, 0, 0)
    ground = on or page.look.background
    style = Style(page.type.bold.face, 1.1, -0.005)
    block = fit(page.words.logo, style, (room - size * 1.5, size * 2.4), largest=size, smallest=20)
    mark = block.size * 0.98
    whole = block.width + mark * 1.4
    left = x - {"left": 0.0, "middle": 0.5, "right": 1.0}[align] * whole
    placed = page.put("logo", block, left + mark * 1.4, y, colour=(page.look.text,))
    cap = block.top if len(block.lines) == 1 else block.height
    _mark(page, left, y + cap / 2 - mark / 2, mark, ground)
    page.zones["logo"] = Box(left, min(y, y + cap / 2 - mark / 2), whole, max(placed.height, mark))
    return page.zones["logo"]


def _mark(page: Page, x: float, y: float, size: float, ground: str) -> None:
    """One of four signs, always the same for the same name."""
    look = page.look
    seen = [c for c in (look.accent, look.support, look.text, look.background) if colours.contrast(c, ground) >= 1.6]
    one = seen[0] if seen else colours.readable_on(ground)
    two = next((c for c in seen if c != one), one)
    half, kind = size / 2, sum(map(ord, page.words.logo)) % 4
    if kind == 0:
        page.ornament(s.circle(x + half, y + half, half, one), s.path(s.wedge(x + half, y + half, half, 90, 270), two))
    elif kind == 1:
        page.ornament(
            s.path(f"M{s.n(x)} {s.n(y)}h{s.n(size)}a{s.n(size)} {s.n(size)} 0 0 1 {s.n(-size)} {s.n(size)}z", one)
        )
    elif kind == 2:
        page.ornament(s.ring(x + half, y + half, half * 0.8, one, half * 0.4))
    else:
        r = s.n(size)
        d = f"M{s.n(x)} {s.n(y)}a{r} {r} 0 0 1 {r} {r}a{r} {r} 0 0 1 -{r} -{r}z"
        page.ornament(s.path(d, one))


def call(
    page: Page,
    x: float,
    y: float,
    room: float,
    *,
    manner: Manner = "pill",
    size: float = 38,
    align: Align = "left",
    stand: Literal["top", "foot"] = "top",
    fill: str | None = None,
    on: str | None = None,
) -> Box:
    """The call to action, the link under it. y is its upper or its lower edge."""
    link = _link(page, room, size)
    below = link.height + size * 0.62 if link else 0.0
    across, down = {"pill": (1.1, 0.78), "block": (0.95, 0.78), "arrow": (0.0, 0.42), "line": (0.0, 0.3)}[manner]
    extra = 2 * across * size + (size * 2.1 if manner == "arrow" else 0)
    style = Style(page.type.bold.face, 1.12)
    block = fit(page.words.call, style, (max(60.0, room - extra), size * 4), largest=size, smallest=20)
    wide, tall = block.width + extra, block.height + 2 * down * size
    top = y if stand == "top" else y - tall - below
    left = x - {"left": 0.0, "middle": 0.5, "right": 1.0}[align] * wide
    ground = on or page.look.background
    button = fill or _button(page, ground)
    if manner in ("pill", "block"):
        page.rect(left, top, wide, tall, button, radius=tall / 2 if manner == "pill" else 0)
        page.put("call_to_action", block, left + across * size, top + down * size, colour=(ground, page.look.text))
    else:
        page.put("call_to_action", block, left, top + down * size, colour=(page.look.text,))
        if manner == "arrow":
            _arrow(page, left + wide - size * 0.8, top + tall / 2, size * 0.8, button)
        else:
            page.rule(left, top + tall - size * 0.02, wide, button, max(4, size * 0.12))
    page.zones["call_to_action"] = Box(left, top, wide, tall)
    if link:
        anchor = {"left": left, "middle": x, "right": x}[align]
        page.put("link", link, anchor, top + tall + size * 0.62, align=align, colour=(page.look.text,))
    return Box(left, top, wide, tall + below)


def _link(page: Page, room: float, size: float) -> Block | None:
    if not page.words.link:
        return None
    return fit(page.words.link, Style(page.type.bold.face, 1.2), (room, size * 1.6), largest=size * 0.72, smallest=18)


def _button(page: Page, ground: str) -> str:
    look = page.look
    tried = (look.accent, look.support, look.text)
    return next((c for c in tried if colours.contrast(c, ground) >= 1.3), look.text)


def _arrow(page: Page, x: float, y: float, radius: float, fill: str) -> None:
    sign = colours.readable_on(fill, page.look.background, page.look.text)
    half = radius * 0.42
    tip = half * 0.9
    d = s.steps((x - half, y), (2 * half, 0)) + s.steps((x + half - tip, y - tip), (tip, tip), (-tip, tip))
    page.ornament(s.circle(x, y, radius, fill), s.stroke(d, sign, radius * 0.17, round_=True))


def ticks(
    page: Page, items: Sequence[str], box: Box, *, largest: float, rules: str | None = None, tick: str | None = None
) -> Box:
    """One row for each item with a tick before it, rows of even height, all in one size."""
    if not items:
        return Box(box.x, box.y, 0, 0)
    rows = len(items)
    row = min(box.height / rows, largest * 4.4)
    disc = min(row * 0.26, largest * 0.62)
    indent = disc * 2 + disc * 0.9
    style = Style(page.type.bold.face, 1.22)
    blocks = same_size([fit(i, style, (box.width - indent, row * 0.78), largest=largest, smallest=20) for i in items])
    fill = tick or page.look.accent
    for number, block in enumerate(blocks):
        y = box.y + number * row
        if rules and number:
            page.rule(box.x, y - 1, box.width, rules, 2)
        middle = y + row / 2
        page.ornament(s.circle(box.x + disc, middle, disc, fill), _tick(page, box.x + disc, middle, disc, fill))
        page.put("list", block, box.x + indent, middle - block.height / 2, colour=(page.look.text,))
    return Box(box.x, box.y, box.width, row * rows)


def _tick(page: Page, x: float, y: float, size: float, on: str) -> str:
    sign = colours.readable_on(on, page.look.background)
    d = s.steps((x - size * 0.42, y + size * 0.04), (size * 0.3, size * 0.32), (size * 0.56, size * -0.66))
    return s.stroke(d, sign, size * 0.2, round_=True)


def label(
    page: Page, zone: str, text: str, x: float, y: float, *, size: float = 24, align: Align = "left", room: float = 900
) -> Box:
    """A short line in spaced capitals."""
    block = fit(text, page.type.label, (room, size * 3), largest=size, smallest=16)
    return page.put(zone, block, x, y, align=align, colour=(page.look.text,))


def pair(page: Page, box: Box, *, largest: float, align: Align = "left", stand: float = 0.0, most: float = 36) -> None:
    """Headline and sentence under each other; `stand` says where they stand in the box: 0 at its top, 1 at its foot."""
    words, wide = page.words, box.width
    head = fit(words.headline, page.type.head, (wide, box.height * (0.74 if words.body else 1.0)), largest=largest)
    gap = max(32.0, min(68.0, head.size * 0.5))
    room = box.height - head.height - gap
    body = None
    if words.body and room > 26:
        body = fit(words.body, page.type.body, (wide * (0.9 if wide > 700 else 1), room), largest=most, smallest=20)
        body = body if body.size >= 20 else None
    used = head.height + (gap + body.height if body else 0)
    y = box.y + max(0.0, box.height - used) * stand
    x = box.x + {"left": 0.0, "middle": 0.5, "right": 1.0}[align] * wide
    page.put("headline", head, x, y, align=align)
    if body:
        page.put("body", body, x, y + head.height + gap, align=align)
