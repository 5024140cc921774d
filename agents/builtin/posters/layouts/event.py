"""Event: a ticket on a patterned ground, the date large in its head, place and hours in rows."""

from __future__ import annotations

from agents import colours
from agents.builtin.posters import parts
from agents.builtin.posters import shapes as s
from agents.builtin.posters.fitting import Style, fit, same_size
from agents.builtin.posters.motifs.registry import SCENES
from agents.builtin.posters.page import Box, Page


def compose(page: Page) -> None:
    look, w, h = page.look, page.width, page.height
    page.ground(look.accent)
    motif = page.motif if page.motif not in SCENES else page.dice("event").choice(("tiles", "confetti", "scales"))
    page.art(Box(0, 0, w, h), ground=look.accent, motif=motif, fills=(look.support, look.text, look.surface))
    inset = page.pick(64, 52, 64)
    top, low = page.pick(196, 52, 380), h - page.pick(64, 52, 190)
    card = Box(inset, top, w - 2 * inset, low - top)
    page.rect(card.x, card.y, card.width, card.height, look.background, radius=28)
    pad = page.pick(56, 46, 56)
    inner = Box(card.x + pad, card.y + pad, card.width - 2 * pad, card.height - 2 * pad)
    cut = _date(page, inner, card)
    low = page.foot(box=Box(inner.x, inner.low - h * 0.14, inner.width, h * 0.14)) if page.words.fine else inner.low
    placed = parts.call(page, inner.x, low, inner.width, manner="block", size=page.pick(38, 32, 42), stand="foot")
    _inside(page, Box(inner.x, cut, inner.width, placed.y - page.pick(36, 22, 48) - cut))


def _date(page: Page, inner: Box, card: Box) -> float:
    """The head of the ticket: the day or the name to the left, the rest of the date beside it, then the tear line."""
    look = page.look
    tall = page.pick(190, 132, 230)
    accent = next((c for c in (look.accent, look.support) if colours.contrast(c, look.background) >= 3), look.text)
    x = inner.x
    if page.words.number:
        day = fit(page.words.number, page.type.head, (inner.width * 0.5, tall), largest=tall * 1.4)
        placed = page.put("number", day, x, inner.y, colour=(accent, look.text))
        x = placed.right + page.pick(40, 30, 44)
    room = inner.right - x
    beside = [line for line in (page.words.unit, page.words.logo) if line]
    style = Style(page.type.bold.face, 1.1)
    blocks = [fit(line, style, (room, tall * 0.46), largest=page.pick(70, 52, 80), smallest=22) for line in beside]
    if blocks:
        page.put("unit" if page.words.unit else "logo", blocks[0], x, inner.y)
    if len(blocks) > 1:
        small = fit(beside[1], style, (room, tall * 0.4), largest=page.pick(38, 30, 42), smallest=20)
        page.put("logo", small, x, inner.y + tall - small.height)
    y = inner.y + tall + page.pick(46, 32, 54)
    notch = page.pick(26, 20, 28)
    page.ornament(s.circle(card.x, y, notch, look.accent), s.circle(card.right, y, notch, look.accent))
    dots = int((card.width - 4 * notch) // 26)
    step = (card.width - 4 * notch) / max(1, dots)
    line = "".join(s.disc(card.x + 2 * notch + (k + 0.5) * step, y, 4) for k in range(dots))
    page.ornament(s.path(line, colours.mix(look.background, look.text, 0.4)))
    return y + page.pick(54, 38, 66)


def _inside(page: Page, box: Box) -> None:
    look = page.look
    rows = page.words.details or page.words.items[:3] or ((page.words.body,) if page.words.body else ())
    # The rows get what they need to be read; the headline takes the rest.
    needed = len(rows) * page.pick(80, 62, 88) + page.pick(44, 28, 54) if rows else 0.0
    room = max(box.height * 0.36, box.height - needed)
    head = fit(page.words.headline, page.type.head, (box.width, room), largest=page.pick(150, 116, 170))
    page.put("headline", head, box.x, box.y)
    if not rows:
        return
    top = box.y + head.height + page.pick(44, 28, 54)
    tall = min((box.low - top) / len(rows), page.pick(104, 78, 116))
    style = Style(page.type.bold.face, 1.18)
    blocks = same_size([fit(row, style, (box.width, tall * 0.74), largest=36, smallest=18) for row in rows])
    start = box.low - tall * len(rows)
    line = colours.mix(look.background, look.text, 0.25)
    for number, block in enumerate(blocks):
        y = start + number * tall
        page.rule(box.x, y, box.width, line, 2)
        page.put("details", block, box.x, y + (tall - block.height) / 2)
