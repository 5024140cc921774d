"""Parts that the layouts share: the brand's name, the call to action in four manners, lists with ticks, small labels.

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


def logo(page: Page, x: float, y: float, room: float, *, size: float = 34, align: Align = "left") -> Box:
    """The brand's name, where its logo will stand; y is the top of its capitals."""
    if not page.words.logo:
        return Box(x, y, 0, 0)
    block = fit(page.words.logo, Style(page.type.bold.face, 1.1, -0.005), (room, size * 2.4), largest=size, smallest=20)
    return page.put("logo", block, x, y, align=align, colour=(page.look.text,))


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
        middle = align == "middle"
        at = x if middle else left + across * size
        page.put(
            "call_to_action", block, at, top + down * size, align="middle" if middle else "left",
            colour=(ground, page.look.text),
        )  # fmt: skip
    else:
        inside = align if manner == "line" else "left"
        at = {"left": left, "middle": x, "right": x}[inside]
        page.put("call_to_action", block, at, top + down * size, align=inside, colour=(page.look.text,))
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
    head, gap, body = _headline_and_body(page, box, largest, most, 0.74 if words.body else 1.0)
    for share in (0.62, 0.5):
        # A smaller headline is better than none of what has to be read under it.
        if words.body and body is None:
            head, gap, body = _headline_and_body(page, box, largest, most, share)
    used = head.height + (gap + body.height if body else 0)
    y = box.y + max(0.0, box.height - used) * stand
    x = box.x + {"left": 0.0, "middle": 0.5, "right": 1.0}[align] * wide
    page.put("headline", head, x, y, align=align)
    if body:
        page.put("body", body, x, y + head.height + gap, align=align)


def _headline_and_body(
    page: Page, box: Box, largest: float, most: float, share: float
) -> tuple[Block, float, Block | None]:
    """The headline in its share of the box, the gap after it, and the sentence under it if it can be read there."""
    words, wide = page.words, box.width
    head = fit(words.headline, page.type.head, (wide, box.height * share), largest=largest)
    gap = max(32.0, min(68.0, head.size * 0.5))
    room = box.height - head.height - gap
    body = None
    if words.body and room > 26:
        body = fit(words.body, page.type.body, (wide * (0.9 if wide > 700 else 1), room), largest=most, smallest=20)
        body = body if body.size >= 20 else None
    return head, gap, body
