"""Letters with real metrics: widths with kerning, heights and outlines, read from the bundled font files and kept.

Must not look at the fonts of the machine: a poster is the same everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from fontTools.pens.basePen import BasePen  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from conductor.lib.typefaces import FILES, LAST_RESORT

MISSING: Final = "□"
_LEFT_OUT: Final = "\x00"
_BETWEEN: Final = re.compile(rf"(?<=\w){_LEFT_OUT}+(?=\w)")
_SPELLED: Final = {"\u2192": "→", "\u00ad": "", "\u200b": "", "\ufeff": "", "\u2028": " ", "\u2029": " "}


@dataclass(frozen=True, slots=True)
class Glyph:
    """One letter of one face; widths and heights in em."""

    face: Face
    name: str
    width: float
    top: float
    bottom: float


class Face:
    """One font file."""

    def __init__(self, key: str) -> None:
        font = TTFont(FILES[key], lazy=True)
        self.key = key
        self.em: float = font["head"].unitsPerEm
        self.cap: float = font["OS/2"].sCapHeight / self.em
        self.x_height: float = font["OS/2"].sxHeight / self.em
        self._cmap: Mapping[int, str] = font.getBestCmap()
        self._glyphs = font.getGlyphSet()
        self._table = font["glyf"]
        self._widths = font["hmtx"].metrics
        self._pairs = _pair_tables(font)
        self._known: dict[str, Glyph] = {}
        self._kerns: dict[tuple[str, str], float] = {}
        self._paths: dict[tuple[str, int], tuple[tuple[int, int, str], ...]] = {}

    def has(self, letter: str) -> bool:
        return ord(letter) in self._cmap

    def glyph(self, letter: str) -> Glyph:
        """The letter in this face, else in the last resort, else the box that stands for a missing one."""
        found = self._known.get(letter)
        if found is None:
            found = self._known[letter] = self._find(letter)
        return found

    def _find(self, letter: str) -> Glyph:
        name = self._cmap.get(ord(letter))
        if name is None:
            rest = face(LAST_RESORT.get(self.key, "Inter-600"))
            if rest is self:
                return self._find(MISSING if letter != MISSING else "?")
            return rest.glyph(letter)
        shape = self._table[name]
        inked = shape.numberOfContours != 0
        top, bottom = (shape.yMax, shape.yMin) if inked else (0, 0)
        return Glyph(self, name, self._widths[name][0] / self.em, top / self.em, bottom / self.em)

    def kern(self, left: str, right: str) -> float:
        pair = (left, right)
        found = self._kerns.get(pair)
        if found is None:
            found = self._kerns[pair] = next((v for t in self._pairs if (v := _kern(t, left, right))), 0) / self.em
        return found

    def path(self, name: str, grid: int) -> tuple[tuple[int, int, str], ...]:
        """Each contour as its first point and the rest in steps from there, in steps of the grid, y downwards."""
        found = self._paths.get((name, grid))
        if found is None:
            pen = _Pen(self._glyphs, grid / self.em)
            self._glyphs[name].draw(pen)
            found = self._paths[name, grid] = tuple((x, y, "".join(steps)) for x, y, steps in pen.contours)
        return found


@cache
def face(key: str) -> Face:
    return Face(key)


@lru_cache(maxsize=20_000)
def width(key: str, text: str) -> float:
    """How wide a word or line is in em, kerning and all."""
    return sum(step for _, step in advances(face(key), text))


@lru_cache(maxsize=20_000)
def extent(key: str, text: str) -> tuple[float, float]:
    """The highest and the lowest point of its ink in em, above and below the baseline (below is negative)."""
    glyphs = [face(key).glyph(letter) for letter in text]
    return max((g.top for g in glyphs), default=0.0), min((g.bottom for g in glyphs), default=0.0)


def advances(of: Face, text: str) -> Iterator[tuple[Glyph, float]]:
    """Each glyph with the way to the next one."""
    before: Glyph | None = None
    for letter in text:
        glyph = of.glyph(letter)
        if before is not None:
            yield before, before.width + (before.face.kern(before.name, glyph.name) if before.face is glyph.face else 0)
        before = glyph
    if before is not None:
        yield before, before.width


def grid_for(size: float) -> int:
    """What outlines are rounded to, in steps per em: a fifth of a pixel or less, since nobody sees the difference."""
    return 1000 if size >= 120 else 500 if size >= 56 else 240 if size >= 26 else 150


def outline(key: str, text: str, grid: int, at: tuple[int, int], *, track: float) -> str:
    """The text as a path in steps of the grid, its baseline starting there."""
    parts: list[str] = []
    x, y = at
    way = 0.0
    for glyph, step in advances(face(key), text):
        left = x + round(way * grid)
        for dx, dy, rest in glyph.face.path(glyph.name, grid):
            parts.append(f"M{left + dx} {y + dy}{rest}")
        way += step + track
    return "".join(parts)


def readable(text: str) -> tuple[str, tuple[str, ...]]:
    """The text in letters that the fonts have, on one line, and the letters for which something else stands.

    Pictograms are left out, letters of other scripts become a box: nothing that the fonts lack is drawn by chance. What
    a pictogram kept apart stays apart: a poster shows no word that does not stand in its text.
    """
    kept: list[str] = []
    lost: dict[str, None] = {}
    for letter in unicodedata.normalize("NFC", text):
        said, fault = _instead(letter)
        kept.append(said if said or not fault else _LEFT_OUT)
        if fault:
            lost[letter] = None
    whole = _BETWEEN.sub(" ", "".join(kept)).replace(_LEFT_OUT, "")
    return " ".join(whole.split()), tuple(lost)


@lru_cache(maxsize=5_000)
def _instead(letter: str) -> tuple[str, bool]:
    if letter in _SPELLED:
        return _SPELLED[letter], False
    if letter.isspace() or unicodedata.category(letter) in ("Cc", "Zs", "Zl", "Zp"):
        return " ", False
    if face("Inter-600").has(letter):
        return letter, False
    kind = unicodedata.category(letter)
    if kind in ("Cf", "Mn", "Me") or 0x1F3FB <= ord(letter) <= 0x1F3FF:
        return "", False  # what only shapes the letter before it
    parts = unicodedata.normalize("NFKD", letter)
    letters = [mark for mark in parts if unicodedata.category(mark) != "Mn"]
    if letters and all(map(face("Inter-600").has, letters)):
        return "".join(letters), len(letters) < len(parts)  # without its accent it is another letter
    return ("", True) if kind.startswith("S") or kind == "Cn" else (MISSING, True)


class _Pen(BasePen):
    """Collects contours as relative steps, rounded without drifting."""

    def __init__(self, glyphs: Any, scale: float) -> None:
        super().__init__(glyphs)
        self._scale = scale
        self._at = (0, 0)
        self.contours: list[tuple[int, int, list[str]]] = []

    def _to(self, *points: tuple[float, float]) -> str:
        near = [(round(x * self._scale), round(-y * self._scale)) for x, y in points]
        left, top = self._at
        self._at = near[-1]
        steps = [str(number) for x, y in near for number in (x - left, y - top)]
        return steps[0] + "".join(step if step[0] == "-" else f" {step}" for step in steps[1:])

    def _moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802 - the name that fontTools calls
        self._at = (round(point[0] * self._scale), round(-point[1] * self._scale))
        self.contours.append((*self._at, []))

    def _lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802
        self.contours[-1][2].append("l" + self._to(point))

    def _curveToOne(self, one: Any, two: Any, end: Any) -> None:  # noqa: N802
        self.contours[-1][2].append("c" + self._to(one, two, end))

    def _qCurveToOne(self, control: Any, end: Any) -> None:  # noqa: N802
        self.contours[-1][2].append("q" + self._to(control, end))

    def _closePath(self) -> None:  # noqa: N802
        self.contours[-1][2].append("z")


def _pair_tables(font: TTFont) -> list[Any]:
    if "GPOS" not in font:
        return []
    tables = font["GPOS"].table.LookupList.Lookup
    found = [sub.ExtSubTable if sub.LookupType == 9 else sub for lookup in tables for sub in lookup.SubTable]
    pairs = [sub for sub in found if sub.LookupType == 2]
    for sub in pairs:
        sub.covered = {name: number for number, name in enumerate(sub.Coverage.glyphs)}
    return pairs


def _kern(table: Any, left: str, right: str) -> float:
    number = table.covered.get(left)
    if number is None:
        return 0
    if table.Format == 1:
        records = table.PairSet[number].PairValueRecord
        value = next((record.Value1 for record in records if record.SecondGlyph == right), None)
    else:
        first, second = table.ClassDef1.classDefs.get(left, 0), table.ClassDef2.classDefs.get(right, 0)
        value = table.Class1Record[first].Class2Record[second].Value1
    return getattr(value, "XAdvance", 0) or 0
