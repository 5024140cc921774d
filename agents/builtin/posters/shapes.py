"""SVG elements as text, out of a short list: nothing here can fetch, act or be clicked. Must not know what is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr

Point: TypeAlias = tuple[float, float]


def n(value: float) -> str:
    """A number with one decimal at most."""
    said = f"{value:.1f}"
    return said[:-2] if said.endswith(".0") else said


def rect(x: float, y: float, width: float, height: float, fill: str, *, radius: float = 0) -> str:
    round_ = f' rx="{n(radius)}"' if radius else ""
    return f'<rect x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}"{round_} fill="{fill}"/>'


def circle(x: float, y: float, radius: float, fill: str) -> str:
    return f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(radius)}" fill="{fill}"/>'


def ring(x: float, y: float, radius: float, stroke: str, thick: float) -> str:
    return f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(radius)}" fill="none" stroke="{stroke}" stroke-width="{n(thick)}"/>'


def path(d: str, fill: str) -> str:
    return f'<path d="{d}" fill="{fill}"/>'


def bar(x: float, y: float, width: float, height: float) -> str:
    """A rectangle as a part of a longer path."""
    return f"M{n(x)} {n(y)}h{n(width)}v{n(height)}h{n(-width)}z"


def steps(start: Point, *ways: Point) -> str:
    """A broken line: where it starts, and each way from there."""
    return f"M{n(start[0])} {n(start[1])}" + "".join(f"l{n(x)} {n(y)}" for x, y in ways)


def stroke(d: str, colour: str, thick: float, *, round_: bool = False) -> str:
    cap = ' stroke-linecap="round"' if round_ else ""
    return f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{n(thick)}"{cap}/>'


def polygon(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points) + "z"


def smooth(points: Sequence[Point]) -> str:
    """An open curve through the middles of the lines between the points."""
    (x, y), *rest = points
    said = [f"M{n(x)} {n(y)}"]
    for (ax, ay), (bx, by) in zip(rest, [*rest[1:], rest[-1]], strict=True):
        said.append(f"Q{n(ax)} {n(ay)} {n((ax + bx) / 2)} {n((ay + by) / 2)}")
    return "".join(said)


def disc(x: float, y: float, radius: float) -> str:
    """A circle as a part of a longer path."""
    r, wide = n(radius), n(2 * radius)
    return f"M{n(x - radius)} {n(y)}a{r} {r} 0 1 0 {wide} 0a{r} {r} 0 1 0 -{wide} 0z"


def wedge(x: float, y: float, radius: float, start: float, end: float) -> str:
    """A slice of a circle; angles in degrees, clockwise from the right."""
    a, b = math.radians(start), math.radians(end)
    large = 1 if end - start > 180 else 0
    return (
        f"M{n(x)} {n(y)}L{n(x + radius * math.cos(a))} {n(y + radius * math.sin(a))}"
        f"A{n(radius)} {n(radius)} 0 {large} 1 {n(x + radius * math.cos(b))} {n(y + radius * math.sin(b))}z"
    )


def leaf(x: float, y: float, length: float, angle: float, fat: float = 0.36) -> str:
    """A pointed leaf that grows from a point; the angle in degrees, clockwise from the right."""
    a = math.radians(angle)
    tip = (x + length * math.cos(a), y + length * math.sin(a))
    across = (-math.sin(a) * length * fat, math.cos(a) * length * fat)
    middle = (x + length * 0.45 * math.cos(a), y + length * 0.45 * math.sin(a))
    one, two = (middle[0] + across[0], middle[1] + across[1]), (middle[0] - across[0], middle[1] - across[1])
    return (
        f"M{n(x)} {n(y)}Q{n(one[0])} {n(one[1])} {n(tip[0])} {n(tip[1])}"
        f"Q{n(two[0])} {n(two[1])} {n(x)} {n(y)}z"
    )  # fmt: skip


def scalloped(x: float, y: float, radius: float, teeth: int, depth: float) -> str:
    """A seal's edge: a circle of small round bites."""
    around = [math.tau * number / teeth for number in range(teeth + 1)]
    points = [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in around]
    bow = 2 * radius * math.sin(math.pi / teeth) / 2 * depth
    said = [f"M{n(points[0][0])} {n(points[0][1])}"]
    said += [f"A{n(bow)} {n(bow)} 0 0 1 {n(px)} {n(py)}" for px, py in points[1:]]
    return "".join(said) + "z"


def frame_of(hole: str, width: float, height: float) -> str:
    """A rectangle, a little larger than given, with a hole: a circle or an arch as large as goes in."""
    outer = f"M-2 -2H{n(width + 2)}V{n(height + 2)}H-2z"
    if hole == "circle":
        x, y, radius = width / 2, height / 2, min(width, height) / 2
        return f"{outer}{disc(x, y, radius)}"  # that one runs against the clock, so that it stays open
    r = n(width / 2)
    return f"{outer}M0 {n(height)}H{n(width)}V{n(width / 2)}A{r} {r} 0 0 0 0 {n(width / 2)}z"


def window(x: float, y: float, width: float, height: float, drawn: Iterable[str]) -> str:
    """Drawings in their own frame, which cuts off what leaves it."""
    return (
        f'<svg x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}" '
        f'viewBox="0 0 {n(width)} {n(height)}">{"".join(drawn)}</svg>'
    )


def document(width: int, height: int, title: str, about: str, drawn: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img"><title>{safe(title)}</title><desc>{safe(about)}</desc>{"".join(drawn)}</svg>'
    )


def written(text: str, at: Point, family: str, *, size: float, fill: str, length: float) -> str:
    """Text that the viewer's own font draws, squeezed to the width that was measured."""
    return (
        f'<text x="{n(at[0])}" y="{n(at[1])}" font-family={quoteattr(family)} font-size="{n(size)}" fill="{fill}" '
        f'textLength="{n(length)}" lengthAdjust="spacingAndGlyphs">{safe(text)}</text>'
    )


def safe(text: str) -> str:
    return escape("".join(letter if letter.isprintable() else " " for letter in text))
