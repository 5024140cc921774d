"""Badge: a seal on a field of beams holds the headline; the rest stands around it on one axis."""

from __future__ import annotations

import math

from agents import colours
from agents.builtin.posters import parts
from agents.builtin.posters import shapes as s
from agents.builtin.posters.fitting import fit
from agents.builtin.posters.page import Box, Page


def compose(page: Page) -> None:
    look, w, h = page.look, page.width, page.height
    page.ground(look.background)
    x, reach, count = w / 2, math.hypot(w, h), 24
    # Where the seal's middle will be: known only when what stands below it has its height.
    beams_at = len(page.drawn)
    low = page.foot(align="middle")
    placed = parts.call(
        page, x, low, page.inner, manner="pill", size=page.pick(40, 34, 44), align="middle", stand="foot"
    )
    end = placed.y - page.pick(44, 34, 60)
    if page.words.body:
        body = fit(page.words.body, page.type.bold, (page.inner * 0.86, h * 0.1), largest=page.pick(34, 28, 38))
        end -= body.height
        page.put("body", body, x, end, align="middle")
        end -= page.pick(34, 24, 60)
    # The beams end above what is read, which stands on plain ground.
    ground = end + page.pick(20, 14, 30)
    page.pattern(Box(0, 0, w, ground), [], (look.background, look.surface))
    top = page.pick(56, 40, 150)
    radius = min(page.pick(450, 400, 480), (end - top) / 2 / 1.09)
    y = (top + end) / 2
    beams = "".join(s.wedge(x, y, reach, k * 360 / count, (k + 0.5) * 360 / count) for k in range(count))
    page.drawn.insert(beams_at, s.window(0, 0, w, ground, [s.path(beams, look.surface)]))
    seal = look.accent
    inner = colours.readable_on(seal, look.background, look.text)
    page.circle(x, y, radius, seal)
    page.ornament(s.path(s.scalloped(x, y, radius, 36, 1.02), seal))
    page.ornament(s.ring(x, y, radius * 0.93, inner, 5), s.ring(x, y, radius * 0.895, inner, 2))
    page.zones["focal"] = Box(x - radius, y - radius, 2 * radius, 2 * radius)
    _inside(page, x, y, radius * 0.88, inner)


def _inside(page: Page, x: float, y: float, radius: float, ink: str) -> None:
    star = radius * 0.07
    page.ornament(s.path(_star(x, y - radius * 0.8, star), ink), s.path(_star(x, y + radius * 0.8, star), ink))
    if page.words.logo:
        logo = fit(
            page.words.logo, page.type.label, (radius * 1.16, radius * 0.16), largest=radius * 0.085, smallest=16
        )
        page.put("logo", logo, x, y - radius * 0.62, align="middle", colour=(ink,))
    middle, best = y + radius * 0.06, None
    for tall in (0.6, 0.75, 0.9, 1.0):  # a flat block may be wider, a tall one must be narrower
        wide = 2 * math.sqrt(1 - (tall / 2 + 0.06) ** 2) * 0.92
        block = fit(page.words.headline, page.type.head, (wide * radius, tall * radius), largest=radius * 0.42)
        best = block if best is None or block.size > best.size else best
    assert best is not None
    page.put("headline", best, x, middle - best.height / 2, align="middle", colour=(ink,))


def _star(x: float, y: float, radius: float) -> str:
    around = [
        (
            x + (radius if k % 2 == 0 else radius * 0.42) * math.sin(math.tau * k / 10),
            y - (radius if k % 2 == 0 else radius * 0.42) * math.cos(math.tau * k / 10),
        )
        for k in range(10)
    ]
    return s.polygon(around)
