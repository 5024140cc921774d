"""Quote: the headline as something said, with great marks before it and the brand's name under it."""

from __future__ import annotations

from agents import colours
from agents.builtin.posters import parts
from agents.builtin.posters.fitting import Style, set_lines
from agents.builtin.posters.page import Box, Page


def compose(page: Page) -> None:
    look, m, w, h = page.look, page.margin, page.width, page.height
    page.ground(look.background)
    band = h * page.pick(0.25, 0.2, 0.3)
    page.art(Box(0, h - band, w, band)) if not page.words.fine else _band(page, band)
    low = h - band - page.pick(52, 40, 60)
    marks = set_lines(["\u201c"], Style("Fraunces-700"), page.pick(330, 260, 400))
    ink = next((c for c in (look.accent, look.support) if colours.contrast(c, look.background) >= 1.8), look.text)
    y = page.top - page.pick(8, 8, 0)
    page.ornament_text(marks, m - marks.size * 0.03, y, ink)
    placed = parts.call(page, w - m, low, page.inner * 0.46, manner="line", size=36, align="right", stand="foot")
    parts.logo(page, m, placed.y + 12, page.inner - placed.width - 40, size=34)
    page.rule(m, placed.y - 26, page.inner, look.text, 3)
    top = y + marks.size * 0.34 + page.pick(30, 20, 44)
    box = Box(m, top, page.inner, placed.y - 26 - page.pick(44, 30, 54) - top)
    parts.pair(page, box, largest=page.pick(150, 116, 170))


def _band(page: Page, band: float) -> None:
    """The picture, with the fine print on the ground below it."""
    low = page.foot()
    top = page.height - band
    page.art(Box(0, top, page.width, max(60.0, low + 8 - top)))
