"""One poster while it is drawn: shapes, pictures and texts, what every text really stands on, and how well it is read.

Must not choose a composition: the layouts do. A text is never put where it cannot be read.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from agents import colours
from agents.builtin.posters import shapes as s
from agents.builtin.posters.fitting import Block, Style, fit
from agents.builtin.posters.lettering import grid_for, outline
from agents.builtin.posters.motifs.registry import MOTIFS, SCENES
from agents.builtin.posters.palettes import Look
from agents.builtin.posters.typography import Typography

MOST_LETTERS: Final = 180
MOST_OUTLINES: Final = 70_000
"""A text of more letters, or more outlines on one poster, is written as text, so that a drawing stays small."""


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that a poster says. An empty one is not drawn."""

    headline: str
    call: str
    logo: str = ""
    body: str = ""
    items: tuple[str, ...] = ()
    number: str = ""
    unit: str = ""
    details: tuple[str, ...] = ()
    link: str = ""
    fine: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def low(self) -> float:
        return self.y + self.height

    def holds(self, other: Box) -> bool:
        return (
            self.x <= other.x + 0.5
            and self.y <= other.y + 0.5
            and self.right >= other.right - 0.5
            and self.low >= other.low - 0.5
        )

    def meets(self, other: Box) -> bool:
        return self.x < other.right and other.x < self.right and self.y < other.low and other.y < self.low


@dataclass(frozen=True, slots=True)
class _Shape:
    """Something that a text may stand on: its frame, its colours, and for what is no rectangle its outline."""

    box: Box
    fills: frozenset[str]
    points: tuple[s.Point, ...] = ()
    round_: bool = False

    def covers(self, x: float, y: float) -> bool:
        box = self.box
        if not (box.x <= x <= box.right and box.y <= y <= box.low):
            return False
        if self.round_:
            radius = box.width / 2
            return (x - box.x - radius) ** 2 + (y - box.y - radius) ** 2 <= radius**2
        return not self.points or _inside(self.points, x, y)


@dataclass(slots=True)
class Page:
    width: int
    height: int
    form: str
    look: Look
    type: Typography
    words: Words
    motif: str
    seed: str
    drawn: list[str] = field(default_factory=list)
    zones: dict[str, Box] = field(default_factory=dict)
    contrast: float = 21.0
    _shapes: list[_Shape] = field(default_factory=list)
    _outlined: int = 0

    # Measures -------------------------------------------------------------------------------------------------------

    @property
    def margin(self) -> float:
        return 68.0 if self.form == "square" else 76.0

    @property
    def top(self) -> float:
        """Where texts may begin: the edges of a story are covered by the platform's own controls."""
        return 168.0 if self.form == "story" else self.margin

    @property
    def low(self) -> float:
        return self.height - (168.0 if self.form == "story" else self.margin)

    @property
    def inner(self) -> float:
        return self.width - 2 * self.margin

    def pick(self, portrait: float, square: float, story: float) -> float:
        return {"portrait": portrait, "square": square, "story": story}[self.form]

    def dice(self, purpose: str = "") -> random.Random:
        return random.Random(f"{self.seed}|{purpose}")  # noqa: S311 - only decoration

    @staticmethod
    def dice_of(text: str) -> random.Random:
        return random.Random(text)  # noqa: S311 - only decoration

    # Shapes ---------------------------------------------------------------------------------------------------------

    def ground(self, colour: str) -> None:
        self.rect(0, 0, self.width, self.height, colour)

    def rect(self, x: float, y: float, width: float, height: float, fill: str, *, radius: float = 0) -> None:
        self.drawn.append(s.rect(x, y, width, height, fill, radius=radius))
        self._shapes.append(_Shape(Box(x, y, width, height), frozenset({fill})))

    def circle(self, x: float, y: float, radius: float, fill: str) -> None:
        self.drawn.append(s.circle(x, y, radius, fill))
        box = Box(x - radius, y - radius, 2 * radius, 2 * radius)
        self._shapes.append(_Shape(box, frozenset({fill}), round_=True))

    def polygon(self, points: Sequence[s.Point], fill: str) -> None:
        self.drawn.append(s.path(s.polygon(points), fill))
        xs, ys = [x for x, _ in points], [y for _, y in points]
        box = Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
        self._shapes.append(_Shape(box, frozenset({fill}), tuple(points)))

    def rule(self, x: float, y: float, length: float, fill: str, thick: float = 3) -> None:
        self.drawn.append(s.rect(x, y, length, thick, fill))

    def ornament_text(self, block: Block, x: float, y: float, fill: str) -> None:
        """Letters that are an ornament and say nothing, such as great quotation marks."""
        self._ink(block, [x] * len(block.lines), block.baselines(y), fill)

    def ornament(self, *drawn: str) -> None:
        """Small shapes that no text stands on."""
        self.drawn += drawn

    def pattern(self, box: Box, drawn: Sequence[str], fills: Sequence[str]) -> None:
        """A field that texts may stand on, of all these colours."""
        self.drawn += drawn
        self._shapes.append(_Shape(box, frozenset(fills)))

    def art(
        self,
        box: Box,
        *,
        ground: str | None = None,
        fills: Sequence[str] = (),
        motif: str = "",
        mask: str = "",
        around: str | None = None,
        pattern: bool = False,
    ) -> None:
        """The picture of this poster cut to the box, or to a circle or an arch in it with `around` about it.

        A scene needs room: where there is too little, or `pattern` asks for it, tiles take its place.
        """
        under = ground or self.look.surface
        used = [colour for colour in (fills or self.look.art) if colour != under] or [self.look.text]
        name = motif or self.motif
        if name in SCENES and (pattern or box.width < box.height * 0.3):
            name = "tiles"
        drawn = MOTIFS[name].draw(box.width, box.height, used, under, self.dice("art"))
        painted = [s.rect(0, 0, box.width, box.height, under), *drawn]
        outside = around or self.look.background
        if mask:
            painted.append(s.path(s.frame_of(mask, box.width, box.height), outside))
        self.drawn.append(s.window(box.x, box.y, box.width, box.height, painted))
        self._shapes.append(_Shape(box, frozenset({under, outside, *used} if mask else {under, *used})))
        self.zones.setdefault("focal", box)

    # Texts ----------------------------------------------------------------------------------------------------------

    def put(
        self, zone: str, block: Block, x: float, y: float, *, align: str = "left", colour: Sequence[str] = ()
    ) -> Box:
        """A block of text with the top of its capitals at y; x is its left edge, its middle or its right edge."""
        share = {"left": 0.0, "middle": 0.5, "right": 1.0}[align]
        box = Box(x - share * block.width, y, block.width, block.height)
        fill = self._readable(box, block, [x - share * width for width in block.widths], y, colour)
        starts = [x - share * width for width in block.widths]
        self._ink(block, starts, block.baselines(y), fill)
        self._note(zone, box)
        return box

    def write(
        self,
        zone: str,
        text: str,
        box: Box,
        style: Style,
        *,
        largest: float,
        smallest: float = 18.0,
        align: str = "left",
        stand: str = "top",
        colour: Sequence[str] = (),
    ) -> Box:
        """The text as large as it goes in the box, standing at its top, middle or foot."""
        block = fit(text, style, (box.width, box.height), largest=largest, smallest=smallest)
        x = box.x + {"left": 0.0, "middle": 0.5, "right": 1.0}[align] * box.width
        y = box.y + {"top": 0.0, "middle": 0.5, "foot": 1.0}[stand] * (box.height - block.height)
        return self.put(zone, block, x, y, align=align, colour=colour)

    def foot(self, *, align: str = "left", colour: Sequence[str] = (), box: Box | None = None) -> float:
        """The fine print at the lower edge; gives the height from which on everything else must end."""
        if not self.words.fine:
            return box.low if box else self.low
        whole = box or Box(self.margin, self.low - self.height * 0.17, self.inner, self.height * 0.17)
        style = Style(self.type.body.face, 1.32)
        block = fit(self.words.fine, style, (whole.width, whole.height), largest=24.0, smallest=15.0)
        x = whole.x + {"left": 0.0, "middle": 0.5, "right": 1.0}[align] * whole.width
        placed = self.put("fine_print", block, x, whole.low - block.height, align=align, colour=colour)
        return placed.y - self.pick(38, 30, 44)

    def _ink(self, block: Block, starts: Sequence[float], baselines: Sequence[float], fill: str) -> None:
        if sum(map(len, block.lines)) > MOST_LETTERS or self._outlined > MOST_OUTLINES:
            family = f"{block.style.face.split('-')[0]}, Helvetica, Arial, sans-serif"
            lines = zip(block.lines, block.widths, starts, baselines, strict=True)
            self.drawn += [
                s.written(line, (x, y), family, size=block.size, fill=fill, length=width)
                for line, width, x, y in lines
                if line
            ]
            return
        grid = grid_for(block.size)
        scale = block.size / grid
        d = "".join(
            outline(block.style.face, line, grid, (round(x / scale), round(y / scale)), track=block.style.track)
            for line, x, y in zip(block.lines, starts, baselines, strict=True)
        )
        self._outlined += len(d)
        if d:
            self.drawn.append(f'<path transform="scale({scale:.5f})" d="{d}" fill="{fill}"/>')

    def _note(self, zone: str, box: Box) -> None:
        known = self.zones.get(zone)
        if known is not None:
            x, y = min(known.x, box.x), min(known.y, box.y)
            box = Box(x, y, max(known.right, box.right) - x, max(known.low, box.low) - y)
        self.zones[zone] = box

    # Reading --------------------------------------------------------------------------------------------------------

    def _readable(self, box: Box, block: Block, starts: Sequence[float], y: float, wanted: Sequence[str]) -> str:
        """A colour that is readable on all that lies beneath; where none is, a panel is laid under the text."""
        grounds = self.beneath(box, block, starts, y)
        preferred = [*wanted, self.look.text, self.look.background]
        shifted = (c for colour in preferred if (c := colours.towards_readable(colour, *grounds)) is not None)
        # Shifting takes time, so it waits until it is needed.
        for colour in chain(preferred, shifted, (colours.WHITE, colours.BLACK, "#000000")):
            worst = min(colours.contrast(colour, ground) for ground in grounds)
            if worst >= colours.AA:
                self.contrast = min(self.contrast, worst)
                return colour
        pad = min(28.0, block.size * 0.5)
        self.rect(box.x - pad, box.y - pad, box.width + 2 * pad, box.height + 2 * pad, self.look.background)
        colour = colours.readable_on(self.look.background, *preferred)
        self.contrast = min(self.contrast, colours.contrast(colour, self.look.background))
        return colour

    def beneath(self, box: Box, block: Block, starts: Sequence[float], y: float) -> frozenset[str]:
        """Every colour that a line of the block stands on."""
        over: list[_Shape] = []
        for shape in reversed(self._shapes):
            if shape.box.meets(box):
                over.append(shape)
                if not shape.round_ and not shape.points and shape.box.holds(box):
                    break
        if len(over) == 1:
            return over[0].fills
        found: set[str] = set()
        for px, py in _spots(block, starts, y):
            found |= next((shape.fills for shape in over if shape.covers(px, py)), frozenset({colours.WHITE}))
        return frozenset(found)


def _spots(block: Block, starts: Sequence[float], y: float) -> Iterator[s.Point]:
    for line, (start, width) in enumerate(zip(starts, block.widths, strict=True)):
        base = y + block.top + line * block.style.leading * block.size
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            for py in (base - block.size * 0.68, base - block.size * 0.3, base):
                yield start + share * width, py


def _inside(points: Sequence[s.Point], x: float, y: float) -> bool:
    inside = False
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside
