"""Lines of text at the largest size at which all of it stays in its box, measured, balanced, never cut.

Must not draw, and must not know colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from agents.builtin.posters.lettering import advances, extent, face, width

STEP: Final = 0.955
MOST_BALANCED: Final = 60
"""Texts of more words are set line by line."""
DISPLAY: Final = 60.0
"""From this size on a text is a headline, whose sentences stand on lines of their own where they can."""
BALANCING: Final = 3
"""How many sizes are tried for a headline in lines of even length."""
LONELY: Final = 10
"""A last line of one word with fewer letters is worth a smaller size."""
MOST_PARTED: Final = 18
LEAST_PARTED: Final = 0.74
SURELY: Final = 0.9
"""A text of which so much is longer than all lines together does not fit, however it is broken."""
_TINIEST: Final = 2.0


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set: its face, line height in em, letter spacing in em, capitals."""

    face: str
    leading: float = 1.2
    track: float = 0.0
    caps: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Text that has found its size. height is from the top of its capitals (or accents) to its lowest ink."""

    style: Style
    size: float
    lines: tuple[str, ...]
    widths: tuple[float, ...]
    top: float
    bottom: float

    @property
    def width(self) -> float:
        return max(self.widths, default=0.0)

    @property
    def height(self) -> float:
        return self.top + (len(self.lines) - 1) * self.style.leading * self.size + self.bottom

    def baselines(self, y: float) -> list[float]:
        return [y + self.top + number * self.style.leading * self.size for number in range(len(self.lines))]


def measure(text: str, style: Style) -> float:
    """In em."""
    return width(style.face, text) + style.track * max(0, len(text) - 1)


def set_lines(lines: Sequence[str], style: Style, size: float) -> Block:
    said = tuple(line.upper() if style.caps else line for line in lines) or ("",)
    cap = face(style.face).cap
    top = max(cap, extent(style.face, said[0])[0])
    bottom = -min(0.0, extent(style.face, said[-1])[1])
    # A line in the middle may reach higher than the leading leaves room for; the block then counts it.
    for number, line in enumerate(said[1:], 1):
        top = max(top, extent(style.face, line)[0] - number * style.leading)
    for number, line in enumerate(reversed(said[:-1]), 1):
        bottom = max(bottom, -extent(style.face, line)[1] - number * style.leading)
    widths = tuple(measure(line, style) * size for line in said)
    return Block(style, size, said, widths, top * size, bottom * size)


def fit(
    text: str,
    style: Style,
    box: tuple[float, float],
    *,
    largest: float,
    smallest: float = 16.0,
    most_lines: int = 40,
) -> Block:
    """The text in a box of that width and height. Words are broken only where none would fit whole."""
    words = (text.upper() if style.caps else text).split() or [""]
    room, tall = box
    long = SURELY * sum(measure(word, style) for word in words)
    size = min(largest, max(tall, 1.0) / max(0.1, face(style.face).cap))
    while size > smallest:
        most = min(most_lines, _most_lines(style, size, tall))
        lines = _wrap(words, style, room / size, most) if long <= most * room / size else None
        if lines is not None and set_lines(lines, style, size).height <= tall:
            if largest < DISPLAY:
                lonely = len(lines) > 1 and " " not in lines[-1] and len(lines[-1]) < LONELY
                return _balanced(words, style, size, box, lines, steps=BALANCING if lonely else 1)
            parted = _by_sentence(words, style, size, box, most_lines)
            return parted or _balanced(words, style, size, box, lines, steps=BALANCING)
        size *= STEP
    size = min(size, smallest)
    while size > _TINIEST:
        most = _most_lines(style, size, tall)
        if long <= most * room / size:
            whole = _wrap(words, style, room / size, most)
            lines = whole or _wrap(_break(words, style, room / size), style, room / size, most)
            if lines is not None and set_lines(lines, style, size).height <= tall:
                return _balanced(words, style, size, box, whole) if whole else set_lines(lines, style, size)
        size *= STEP
    lines = _wrap(_break(words, style, room / size), style, room / size) or [" ".join(words)]
    return set_lines(lines, style, size)


def _most_lines(style: Style, size: float, tall: float) -> int:
    """With more of them a text is higher than that for certain, and need not be measured."""
    return int(max(tall, 0.0) / (style.leading * size)) + 2


def _by_sentence(
    words: Sequence[str], style: Style, size: float, box: tuple[float, float], most_lines: int
) -> Block | None:
    """Each sentence on lines of its own, if that costs little size and leaves the largest line within the box."""
    ends = [place for place, word in enumerate(words[:-1], 1) if word[-1:] in ".!?"]
    if not ends or len(words) > MOST_PARTED:
        return None
    parts = [words[start:end] for start, end in pairwise([0, *ends, len(words)])]
    least = size * LEAST_PARTED
    while size >= least:
        wrapped = [_wrap(part, style, box[0] / size) for part in parts]
        if all(lines is not None for lines in wrapped):
            even = [
                _balance(part, style, box[0] / size, lines or []) for part, lines in zip(parts, wrapped, strict=True)
            ]
            block = set_lines([line for lines in even for line in lines], style, size)
            if len(block.lines) <= most_lines and block.height <= box[1]:
                return block
        size *= STEP
    return None


def _balanced(
    words: Sequence[str], style: Style, size: float, box: tuple[float, float], lines: list[str], *, steps: int = 1
) -> Block:
    """In lines of even length, if they do not reach below the box at one of the sizes that are tried."""
    for step in range(steps):
        smaller = size * STEP**step
        even = set_lines(_balance(words, style, box[0] / smaller, lines), style, smaller)
        if even.height <= box[1]:
            return even
    return set_lines(lines, style, size)


def _wrap(words: Sequence[str], style: Style, room: float, most: int | None = None) -> list[str] | None:
    """Lines no wider than the room in em, or None where one word is, or where there are more than `most`."""
    gap = width(style.face, " ") + style.track
    lines: list[str] = []
    left = 0.0
    for word in words:
        wide = measure(word, style)
        if wide > room:
            return None
        if lines and left >= gap + style.track + wide:
            lines[-1] += f" {word}"
            left -= gap + style.track + wide
        else:
            if len(lines) == most:
                return None
            lines.append(word)
            left = room - wide
    return lines


def _balance(words: Sequence[str], style: Style, room: float, lines: list[str]) -> list[str]:
    """As many lines, but of even length, so that no word stands alone and no number without what it counts."""
    count = len(lines)
    if count < 2 or len(words) > MOST_BALANCED:
        return lines
    gap = width(style.face, " ") + 2 * style.track
    wide = [measure(word, style) for word in words]
    aim = (sum(wide) + gap * (len(words) - count)) / count
    # cost[k] after i words: the least unevenness of k lines that hold the first i words, and where the last one starts.
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}] + [{} for _ in range(count)]
    for line in range(1, count + 1):
        for start, (cost, _) in best[line - 1].items():
            length = -gap
            for end in range(start + 1, len(words) + 1):
                length += gap + wide[end - 1]
                if length > room:
                    break
                alone = end - start == 1 and wide[end - 1] < aim * 0.4
                torn = end < len(words) and words[end - 1][-1:].isdigit()
                uneven = cost + (length - aim) ** 2 + (aim * aim if alone else 0) + (aim * aim if torn else 0)
                if uneven < best[line].get(end, (float("inf"), 0))[0]:
                    best[line][end] = (uneven, start)
    end, found = len(words), []
    for line in range(count, 0, -1):
        if end not in best[line]:
            return lines
        start = best[line][end][1]
        found.append(" ".join(words[start:end]))
        end = start
    return found[::-1]


def _break(words: Sequence[str], style: Style, room: float) -> list[str]:
    """Every word that is wider than the room in pieces that are not, each but the last with a hyphen."""
    pieces: list[str] = []
    for word in words:
        rest = word
        while (taken := _taken(rest, style, room)) is not None:
            if len(rest) - taken < 1:
                break
            pieces.append(rest[:taken] + "-")
            rest = rest[taken:]
            if taken == 1 and measure(pieces[-1], style) > room:  # not even two signs find room
                break
        pieces.append(rest)
    return [piece for piece in pieces if piece]


def _taken(word: str, style: Style, room: float) -> int | None:
    """How many letters of it, one at least, stand before a hyphen in the room; None where all of it finds room.

    Measured letter by letter: a text in a script without spaces is one word of thousands of letters.
    """
    if not word:
        return None
    of = face(style.face)
    hyphen = of.glyph("-")
    taken = 0
    so_far = 0.0
    for long, (glyph, step) in enumerate(advances(of, word), 1):
        kern = glyph.face.kern(glyph.name, hyphen.name) if glyph.face is hyphen.face else 0
        with_hyphen = so_far + (glyph.width + kern) + hyphen.width + style.track * long
        if with_hyphen <= room and taken == long - 1:
            taken = long
        so_far += step
        if so_far + style.track * (long - 1) > room:
            return min(max(1, taken), max(1, len(word) - 1))
    return None


def same_size(blocks: Sequence[Block]) -> list[Block]:
    """Blocks that stand side by side at the smallest size of any of them."""
    size = min((block.size for block in blocks), default=0.0)
    return [set_lines(block.lines, block.style, size) for block in blocks]
