"""Pictures out of geometry: tiles, rays, rings, ribbons, columns, a net, confetti. Each fills the box it is given.

Must not draw text. The first colour is the loudest; `ground` is already painted.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from agents import colours as mixing
from agents.builtin.posters import shapes as s


def tiles(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """A floor of tiles, each a quarter, a half or a whole of a circle, a leaf or stripes."""
    target = max(140.0, min(w, h) / 3)
    across = max(1, round(w / target))
    cell = w / across
    down = max(1, math.ceil(h / cell - 0.15))
    drawn: list[str] = []
    before = ""
    for row in range(down):
        for column in range(across):
            kind = rng.choice([k for k in _TILES if k != before])
            before = kind
            under, over = rng.sample([*colours, ground, ground], 2)
            if under == over:
                over = colours[0] if ground == under else ground
            x, y = column * cell, row * cell
            if under != ground:
                drawn.append(s.rect(x, y, cell + 0.5, cell + 0.5, under))
            drawn.append(s.path(_tile(kind, x, y, cell, rng.randrange(4)), over))
    return drawn


_TILES = ("quarter", "half", "disc", "leaf", "stripes", "arc", "quarter", "petals")


def _tile(kind: str, x: float, y: float, c: float, turn: int) -> str:
    corners = [(x, y), (x + c, y), (x + c, y + c), (x, y + c)]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners[turn:] + corners[:turn]
    r = s.n(c)
    if kind == "quarter":
        return f"M{s.n(ax)} {s.n(ay)}L{s.n(bx)} {s.n(by)}A{r} {r} 0 0 1 {s.n(dx)} {s.n(dy)}z"
    if kind == "half":
        half = s.n(c / 2)
        return f"M{s.n(ax)} {s.n(ay)}A{half} {half} 0 0 {0} {s.n(bx)} {s.n(by)}z"
    if kind == "leaf":
        return f"M{s.n(ax)} {s.n(ay)}A{r} {r} 0 0 1 {s.n(cx)} {s.n(cy)}A{r} {r} 0 0 1 {s.n(ax)} {s.n(ay)}z"
    if kind == "stripes":
        bars = [(x, y + c * k / 6, c, c / 6) if turn % 2 else (x + c * k / 6, y, c / 6, c) for k in (0, 2, 4)]
        return "".join(s.bar(*each) for each in bars)
    if kind == "arc":
        inner = s.n(c / 2)
        one, two = ((ax + bx) / 2, (ay + by) / 2), ((ax + dx) / 2, (ay + dy) / 2)
        return (
            f"M{s.n(bx)} {s.n(by)}A{r} {r} 0 0 1 {s.n(dx)} {s.n(dy)}L{s.n(two[0])} {s.n(two[1])}"
            f"A{inner} {inner} 0 0 0 {s.n(one[0])} {s.n(one[1])}z"
        )
    spots = [(0.5, 0.5)] if kind == "disc" else [(p, q) for p in (0.28, 0.72) for q in (0.28, 0.72)]
    return "".join(s.disc(x + c * p, y + c * q, c * (0.36 if kind == "disc" else 0.17)) for p, q in spots)


def rays(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """A sun at the lower edge, its beams over everything."""
    x, y = w * rng.choice((0.5, 0.5, 0.32, 0.68)), h * rng.uniform(0.86, 1.0)
    reach, count = math.hypot(w, h) * 1.1, rng.choice((11, 13, 15))
    step = 180 / count
    soft = mixing.mix(ground, colours[0], 0.34)
    beams = "".join(s.wedge(x, y, reach, 180 + k * step, 180 + (k + 1) * step) for k in range(0, count, 2))
    radius = min(w, h) * 0.27
    second = colours[1] if len(colours) > 1 else soft
    return [
        s.path(beams, soft),
        s.circle(x, y, radius * 1.42, ground),
        s.circle(x, y, radius * 1.26, second),
        s.circle(x, y, radius, colours[0]),
    ]


def rings(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """Great circles within each other, cut by the frame."""
    x, y = w * rng.choice((0.62, 0.7, 0.4)), h * rng.uniform(0.52, 0.66)
    most = min(max(w, h) * 0.6, min(w, h) * 0.95)
    soft = mixing.mix(ground, colours[0], 0.28)
    second = colours[1] if len(colours) > 1 else soft
    fills = (soft, ground, second, ground, colours[0])
    return [s.circle(x, y, most * share, fill) for share, fill in zip((1, 0.8, 0.66, 0.46, 0.32), fills, strict=True)]


def ribbons(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """Broad diagonal bands with round ends."""
    thick = max(42.0, min(w, h) / 7)
    soft = mixing.mix(ground, colours[0], 0.3)
    fills = [colours[0], soft, *(colours[1:2]), ground, soft]
    drawn = []
    for k in range(-2, round((w + h) / (thick * 1.42)) + 3):
        start = k * thick * 1.42
        fill = fills[k % len(fills)]
        if fill == ground:
            continue
        a, b = rng.uniform(-0.3, 0.35), rng.uniform(0.62, 1.3)
        d = f"M{s.n(start - h * a)} {s.n(h * a)}L{s.n(start - h * b)} {s.n(h * b)}"
        drawn.append(s.stroke(d, fill, thick, round_=True))
    return drawn


def columns(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """Columns that grow from left to right."""
    count = max(4, min(9, round(w / 110)))
    step = w / count
    soft = mixing.mix(ground, colours[0], 0.38)
    second = colours[1] if len(colours) > 1 else soft
    drawn = []
    for k in range(count):
        share = 0.2 + 0.5 * (k / max(1, count - 1)) ** 1.25 + rng.uniform(-0.03, 0.03)
        top, fill = h * (1 - share), (soft, second, colours[0])[(k + 2 - (count - 1) % 3) % 3]
        x, half = k * step, step / 2
        d = (
            f"M{s.n(x)} {s.n(h)}V{s.n(top + half)}A{s.n(half)} {s.n(half)} 0 0 1 {s.n(x + step)} {s.n(top + half)}"
            f"V{s.n(h)}z"
        )  # fmt: skip
        drawn.append(s.path(d, fill))
    return drawn


def net(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """Points on a lattice, lines between neighbours, some points large."""
    step = max(70.0, min(w, h) / 5)
    soft = mixing.mix(ground, colours[-1], 0.45)
    across, down = math.ceil(w / step) + 1, math.ceil(h / step) + 1
    at = {
        (i, j): ((i + 0.5 * (j % 2) - 0.25) * step + rng.uniform(-1, 1) * step * 0.12, j * step)
        for i in range(across)
        for j in range(down)
    }
    lines, small = [], []
    for (i, j), (x, y) in at.items():
        near = [other for other in ((i + 1, j), (i + (j % 2), j + 1), (i - 1 + (j % 2), j + 1)) if other in at]
        ends = [at[other] for other in near if rng.random() < 0.62]
        lines += [s.steps((x, y), (px - x, py - y)) for px, py in ends]
        small.append(s.disc(x, y, step * 0.055))
    drawn = [s.stroke("".join(lines), soft, max(3.0, step * 0.028)), s.path("".join(small), colours[-1])]
    inside = [spot for spot in at.values() if step * 0.4 < spot[0] < w - step * 0.4 and step * 0.4 < spot[1] < h]
    for number, (x, y) in enumerate(rng.sample(inside, min(len(inside), max(3, len(inside) // 4)))):
        fill = colours[number % min(2, len(colours))]
        drawn += [s.circle(x, y, step * (0.3, 0.2, 0.14)[number % 3], fill)]
    return drawn


def confetti(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """Paper shapes that fall: discs, halves, triangles, bars, squiggles, each with room around it."""
    step = max(78.0, min(w, h) / 4.6)
    across, down = max(2, round(w / step)), max(2, round(h / step))
    cx, cy = w / across, h / down
    drawn = []
    for i in range(across):
        for j in range(down):
            x, y = (i + 0.5 + rng.uniform(-0.17, 0.17)) * cx, (j + 0.5 + rng.uniform(-0.17, 0.17)) * cy
            size, fill = step * rng.uniform(0.25, 0.36), colours[(i * 2 + j * 3 + rng.randrange(2)) % len(colours)]
            turn = rng.randrange(0, 360, 15)
            drawn.append(_scrap((i + 2 * j) % 5, (x, y), size, turn=turn, fill=fill))
    return drawn


def _scrap(kind: int, at: s.Point, size: float, *, turn: int, fill: str) -> str:
    x, y = at
    a = math.radians(turn)
    if kind == 0:
        return s.circle(x, y, size * 0.75, fill)
    if kind == 1:
        return s.path(s.wedge(x, y, size, turn, turn + 180), fill)
    if kind == 2:
        around = [
            (x + size * math.cos(a + k * math.tau / 3), y + size * math.sin(a + k * math.tau / 3)) for k in (0, 1, 2)
        ]
        return s.path(s.polygon(around), fill)
    dx, dy = math.cos(a) * size, math.sin(a) * size
    if kind == 3:
        return s.stroke(f"M{s.n(x - dx)} {s.n(y - dy)}L{s.n(x + dx)} {s.n(y + dy)}", fill, size * 0.42, round_=True)
    px, py = -dy * 0.55, dx * 0.55
    d = (
        f"M{s.n(x - dx)} {s.n(y - dy)}Q{s.n(x - dx / 2 + px * 1.6)} {s.n(y - dy / 2 + py * 1.6)} {s.n(x)} {s.n(y)}"
        f"T{s.n(x + dx)} {s.n(y + dy)}"
    )  # fmt: skip
    return s.stroke(d, fill, size * 0.3, round_=True)


def scales(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """Rows of round scales, each a few circles within each other."""
    across = max(3, round(w / max(150.0, min(w, h) / 3.2)))
    radius = w / across / 2
    soft = mixing.mix(ground, colours[0], 0.3)
    second = colours[1] if len(colours) > 1 else soft
    fills = [(colours[0], ground, second), (second, ground, colours[0]), (soft, ground, colours[-1])]
    drawn = []
    for row in range(math.ceil(h / radius) + 2):
        for column in range(-1, across + 1):
            x, y = (column + 0.5 + 0.5 * (row % 2)) * radius * 2, row * radius + radius * 0.2
            outer, gap, inner = fills[(row + rng.randrange(2)) % 3]
            drawn.append(s.circle(x, y, radius, ground))
            drawn.append(s.circle(x, y, radius * 0.95, outer))
            drawn.append(s.circle(x, y, radius * 0.62, gap))
            drawn.append(s.circle(x, y, radius * 0.4, inner))
    return drawn
