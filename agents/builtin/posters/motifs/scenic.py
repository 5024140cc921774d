"""Pictures of things, cut from paper: hills, sea, mountains, plants, flowers, arches, a skyline, plates, wheels.

Must not draw text. The first colour is the loudest; `ground` is already painted.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from agents import colours as mixing
from agents.builtin.posters import shapes as s


def _layers(colours: Sequence[str], ground: str, count: int) -> list[str]:
    """From pale, far away, to strong, near."""
    near = colours[1] if len(colours) > 1 else colours[0]
    deep = min((near, colours[-1]), key=lambda c: -abs(mixing.lch(c)[0] - mixing.lch(ground)[0]))
    half = [mixing.mix(ground, near, (k + 1) / count * 0.95) for k in range(count)]
    half[-1] = (
        deep if mixing.contrast(deep, half[-2] if count > 1 else ground) > 1.15 else mixing.mix(half[-1], deep, 0.5)
    )
    return half


def _ridge(w: float, h: float, y: float, *, swing: float, waves: float, phase: float) -> str:
    points = [
        (
            w * k / 12 * 1.1 - w * 0.05,
            y + swing * math.sin(waves * math.tau * k / 12 + phase) * (0.75 + 0.25 * math.cos(k)),
        )
        for k in range(13)
    ]
    return f"{s.smooth(points)}L{s.n(w * 1.06)} {s.n(h)}L{s.n(-w * 0.06)} {s.n(h)}z"


def hills(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """The sun over soft hills."""
    radius = min(w, h) * 0.21
    drawn = [s.circle(w * rng.choice((0.3, 0.5, 0.69)), h * 0.5 - radius * 0.55, radius, colours[0])]
    for k, fill in enumerate(_layers(colours, ground, 4)):
        y = h * (0.5 + 0.13 * k)
        drawn.append(
            s.path(_ridge(w, h, y, swing=h * 0.055, waves=rng.uniform(0.6, 1.1), phase=rng.uniform(0, math.tau)), fill)
        )
    return drawn


def sea(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """Rows of waves under a low sun."""
    radius = min(w, h) * 0.2
    drawn = [s.circle(w * rng.choice((0.34, 0.64)), h * 0.36, radius, colours[0])]
    layers = _layers(colours, ground, 5)
    waves = max(2.0, round(w / max(140.0, min(w, h) / 3.4)))
    for k, fill in enumerate(layers):
        y, swing = h * (0.42 + 0.125 * k), h * 0.026
        width = w / waves
        d, x = f"M{s.n(-width * (0.5 if k % 2 else 1))} {s.n(y)}", -width * (0.5 if k % 2 else 1)
        while x < w + width:
            d += f"q{s.n(width / 4)} {s.n(-swing * 2)} {s.n(width / 2)} 0t{s.n(width / 2)} 0"
            x += width
        drawn.append(s.path(f"{d}V{s.n(h)}H{s.n(-width)}z", fill))
    return drawn


def mountains(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """Peaks with bright tops, and the sun behind them."""
    drawn = [s.circle(w * rng.choice((0.28, 0.7)), h * 0.3, min(w, h) * 0.17, colours[0])]
    layers = _layers(colours, ground, 3)
    for k, (share, fill) in enumerate(zip((0.32, 0.46, 0.66), layers, strict=True)):
        count = 2 + k
        for peak in range(count + 1):
            x = w * (peak + rng.uniform(-0.18, 0.18)) / count
            top, half = h * (share + rng.uniform(-0.04, 0.05)), w / count * rng.uniform(0.62, 0.8)
            slope = (h - top) / half
            drawn.append(s.path(s.polygon([(x, top), (x + half, h), (x - half, h)]), fill))
            if k == 1:
                cap = (h - top) * 0.24
                notch = [(x, top), (x + cap / slope, top + cap), (x + cap / slope * 0.3, top + cap * 0.72),
                         (x - cap / slope * 0.25, top + cap * 1.04), (x - cap / slope, top + cap)]  # fmt: skip
                drawn.append(s.path(s.polygon(notch), ground))
    return drawn


def plants(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """Stems with pairs of leaves, growing from the lower edge before a pale sun."""
    soft = mixing.mix(ground, colours[0], 0.26)
    second = colours[1] if len(colours) > 1 else colours[0]
    drawn = [s.circle(w * 0.5, h * 0.46, min(w, h) * 0.37, soft)]
    count = max(3, min(7, round(w / max(130.0, h / 4))))
    for k in range(count):
        x = w * (k + 0.5) / count + rng.uniform(-0.05, 0.05) * w / count
        height = h * ((0.86, 0.62, 0.74)[(k + rng.randrange(2)) % 3])
        fill = (second, colours[0], colours[-1])[k % 3]
        lean = rng.uniform(-0.05, 0.05) * w
        drawn.append(
            s.stroke(
                f"M{s.n(x)} {s.n(h + 10)}Q{s.n(x)} {s.n(h - height / 2)} {s.n(x + lean)} {s.n(h - height)}", fill, 7
            )
        )
        pairs, blades = max(3, round(height / (h * 0.13))), []
        for pair in range(pairs):
            share = 0.16 + 0.84 * pair / pairs
            px, py = x + lean * share**2, h - height * share
            long = min(h * 0.2, w / count * 0.62) * (1.06 - 0.5 * share)
            blades += [s.leaf(px, py, long, -38), s.leaf(px, py, long, -142)]
        blades.append(s.leaf(x + lean, h - height + 4, min(h * 0.16, w / count * 0.5), -90))
        drawn.append(s.path("".join(blades), fill))
    return drawn


def blooms(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """Flowers in rows, large and small in turn."""
    step = max(130.0, min(w, h) / 2.9)
    across, down = max(2, round(w / step)), max(1, round(h / step))
    cx, cy = w / across, h / down
    second = colours[1] if len(colours) > 1 else mixing.mix(ground, colours[0], 0.5)
    drawn = []
    for j in range(down + 1):
        for i in range(across + 1):
            x, y = (i + (0.5 if j % 2 else 0)) * cx, (j + 0.25) * cy
            big = (i + j) % 2 == 0
            radius, petals = min(cx, cy) * (0.5 if big else 0.33), rng.choice((6, 8))
            fill, heart = (colours[0], second) if big else (second, colours[0])
            turn = rng.uniform(0, 60)
            blades = "".join(
                s.leaf(x, y, radius, turn + k * 360 / petals, 0.42 if petals == 8 else 0.56) for k in range(petals)
            )
            drawn += [s.path(blades, fill), s.circle(x, y, radius * 0.27, heart)]
    return drawn


def arches(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """Gates within gates, side by side on the ground."""
    count = max(1, round(w / max(250.0, h * 0.55)))
    step = w / count
    soft = mixing.mix(ground, colours[0], 0.3)
    second = colours[1] if len(colours) > 1 else soft
    drawn = []
    for k in range(count):
        x = (k + 0.5) * step
        top = h * ((0.16, 0.4)[(k + rng.randrange(2)) % 2] if count > 1 else 0.12)
        fills = ((colours[0], ground, second, ground, colours[-1]), (second, ground, colours[0], ground, soft))[k % 2]
        for share, fill in zip((0.46, 0.375, 0.3, 0.215, 0.145), fills, strict=True):
            half = min(step * share, (h - top) * share * 1.6)
            rise = top + (step * 0.46 - half) if step * 0.46 < h - top else top + (h - top) * (0.736 - share * 1.6)
            d = (
                f"M{s.n(x - half)} {s.n(h)}V{s.n(rise + half)}A{s.n(half)} {s.n(half)} 0 0 1 {s.n(x + half)} "
                f"{s.n(rise + half)}V{s.n(h)}z"
            )  # fmt: skip
            drawn.append(s.path(d, fill))
    return drawn


def skyline(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """Houses and towers with lit windows, the moon above."""
    layers = _layers(colours, ground, 2)
    drawn = [s.circle(w * rng.choice((0.24, 0.76)), h * 0.22, min(w, h) * 0.11, colours[0])]
    for k, fill in enumerate(layers):
        x, lights = -20.0, []
        while x < w:
            wide = rng.uniform(0.11, 0.19) * max(w, h * 0.7)
            top = h * rng.uniform(0.3, 0.52) if k == 0 else h * rng.uniform(0.52, 0.78)
            roof = rng.randrange(3)
            if roof == 0:
                points = [
                    (x, h),
                    (x, top + wide * 0.3),
                    (x + wide / 2, top),
                    (x + wide, top + wide * 0.3),
                    (x + wide, h),
                ]
            else:
                points = [(x, h), (x, top), (x + wide, top), (x + wide, h)]
            drawn.append(s.path(s.polygon(points), fill))
            size = wide / 7
            floors = range(int((h - top - wide * 0.45) / (size * 2.4)))
            lights += [
                s.bar(x + size * (1 + 2.2 * i), top + wide * 0.4 + size * 2.4 * j, size, size * 1.3)
                for i in range(3)
                for j in floors
                if k == 1 and rng.random() < 0.66
            ]
            x += wide * (1.0 if k == 0 else 1.06)
        if lights:
            drawn.append(s.path("".join(lights), colours[0]))
    return drawn


def plates(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """A laid table from above: plates with slices, leaves and berries."""
    step = max(190.0, min(w, h) / 2.05)
    across, down = max(1, round(w / step)), max(1, round(h / step))
    cx, cy = w / across, h / down
    soft = mixing.mix(ground, colours[0], 0.22)
    second = colours[1] if len(colours) > 1 else soft
    drawn = []
    for i in range(across):
        for j in range(down):
            x, y, r = (i + 0.5) * cx, (j + 0.5) * cy, min(cx, cy) * 0.45
            fills = (colours[0], second) if (i + j) % 2 else (second, colours[0])
            drawn += [s.circle(x, y, r, fills[0]), s.circle(x, y, r * 0.8, soft)]
            turn = rng.randrange(0, 360, 30)
            kind = (i + 2 * j + rng.randrange(2)) % 3
            if kind == 0:
                slices = "".join(s.wedge(x, y, r * 0.66, turn + k * 60 + 4, turn + k * 60 + 56) for k in range(6))
                drawn.append(s.path(slices, fills[1]))
            elif kind == 1:
                leaves = "".join(s.leaf(x, y, r * 0.68, turn + k * 72, 0.4) for k in range(5))
                drawn += [s.path(leaves, fills[1]), s.circle(x, y, r * 0.16, fills[0])]
            else:
                spots = [(math.cos(a), math.sin(a)) for a in (math.tau * k / 6 + turn for k in range(6))]
                drawn.append(
                    s.path("".join(s.disc(x + r * 0.46 * a, y + r * 0.46 * b, r * 0.17) for a, b in spots), fills[1])
                )
                drawn.append(s.circle(x, y, r * 0.2, fills[0]))
    return drawn


def wheels(w: float, h: float, colours: Sequence[str], ground: str, rng: random.Random) -> list[str]:
    """Wheels with spokes, rolling over the ground."""
    base = h * 0.86
    soft = mixing.mix(ground, colours[0], 0.3)
    second = colours[1] if len(colours) > 1 else colours[0]
    big = min(w * 0.36, h * 0.36)
    drawn = [s.rect(0, base, w, h - base, soft)]
    pairs = max(1, round(w / (h * 1.9)))
    rolling = [(w * (k + part) / pairs, share) for k in range(pairs) for part, share in ((0.33, 1.0), (0.79, 0.56))]
    for number, (x, share) in enumerate(rolling):
        fill = (colours[0], second)[number % 2]
        r = min(big, w / pairs * 0.36) * share
        y = base - r
        turn = rng.random()
        spokes = "".join(
            f"M{s.n(x)} {s.n(y)}l{s.n(r * 0.8 * math.cos(a))} {s.n(r * 0.8 * math.sin(a))}"
            for a in (math.tau * k / 14 + turn for k in range(14))
        )
        drawn += [
            s.ring(x, y, r * 0.9, fill, r * 0.2),
            s.stroke(spokes, colours[-1], max(3.0, r * 0.022)),
            s.ring(x, y, r * 0.74, colours[-1], max(4.0, r * 0.035)),
            s.circle(x, y, r * 0.13, fill),
        ]
    drawn.append(s.circle(w * (1 - 0.26 / pairs), h * 0.2, min(w, h) * 0.1, second))
    return drawn
