"""Palettes: the colours of a direction out of the brand's own, with harmonies where the brand gives few.

Must not draw. A colour of the brand is used as it is; what is computed is marked as derived.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents import colours

SCHEMES: Final = ("paper", "night", "loud", "fresh")
ROLES: Final = ("background", "text", "accent", "surface", "support")
GREY: Final = 0.04
"""The chroma from which a colour counts as a hue."""

OWN: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "playful": (
        ("#ff5d5d", "#ffd23f", "#2d3a8c"),
        ("#7c4ddb", "#ff9f45", "#37c8ab"),
        ("#0e9aa7", "#ff6f59", "#ffe066"),
    ),
    "formal": (("#14284b", "#c8a35b", "#f4f1ea"), ("#1f3b35", "#d9b26f", "#f3f0e7"), ("#2b2d42", "#8d99ae", "#ef5b4c")),
    "warm": (("#b5573a", "#f2c078", "#43302b"), ("#8a3b47", "#f4d6a0", "#e07a5f"), ("#52674c", "#f3dfc1", "#d98859")),
    "bold": (("#e4002b", "#111111", "#f4f2ee"), ("#ffcc00", "#16161d", "#f24726"), ("#1a3cff", "#ff5c35", "#f2f2f0")),
    "plain": (("#0f6e6e", "#f2f5f3", "#f0a04b"), ("#2f5d8a", "#f3f5f7", "#e7a33c"), ("#4b6a57", "#f5f3ec", "#dd7f5e")),
}
"""Where the brief names no colour: sets for each voice."""


@dataclass(frozen=True, slots=True)
class Look:
    """The colours that a layout may use. Art stands on `art_ground` and is made of `art`."""

    background: str
    text: str
    accent: str
    surface: str
    support: str

    @property
    def dark(self) -> bool:
        return colours.luminance(self.background) < 0.18

    @property
    def art(self) -> tuple[str, ...]:
        """What a picture on the surface is made of: told apart from it and from each other."""
        found: list[str] = []
        for colour in (self.accent, self.support, self.text, self.background):
            seen = colours.contrast(colour, self.surface) >= 1.25 or _far(colour, self.surface)
            if seen and all(_far(colour, other) for other in found):
                found.append(colour)
        return tuple(found) or (self.text,)


def look_of(entries: Sequence[Mapping[str, Any]]) -> Look:
    """The look that a concept's palette names; what it leaves open is derived."""
    said = {str(entry["role"]): str(entry["hex"]).lower() for entry in reversed(entries)}
    ground = said["background"]
    text = said.get("text") or colours.readable_on(ground)
    accent = said.get("accent") or colours.mix(ground, text, 0.55)
    surface = said.get("surface") or colours.mix(ground, text, 0.1)
    support = said.get("support") or colours.shade(accent, turn=40)
    return Look(ground, text, accent, surface, support)


def palette(brand: Sequence[str], scheme: str, voice: str, rng: random.Random) -> list[dict[str, str]]:
    """Five roles. `scheme` says what the ground is: paper, night, the loudest colour, or a fresh tint."""
    given = list(dict.fromkeys(brand)) or list(rng.choice(OWN[voice]))
    hues = sorted((c for c in given if colours.lch(c)[1] >= GREY), key=lambda c: -colours.lch(c)[1])
    main = hues[0] if hues else given[0]
    look = _SCHEMES[scheme](given, hues, main, rng)
    return [
        {"role": role, "hex": getattr(look, role), "source": "brand" if getattr(look, role) in brand else "derived"}
        for role in ROLES
    ]


def _paper(given: Sequence[str], hues: Sequence[str], main: str, rng: random.Random) -> Look:
    lightest = max(given, key=colours.luminance)
    ground = lightest if colours.luminance(lightest) > 0.72 else colours.shade(main, light=0.965, chroma=0.018)
    return _finish(ground, given, hues, main, rng)


def _fresh(given: Sequence[str], hues: Sequence[str], main: str, rng: random.Random) -> Look:
    pastel = [c for c in given if 0.45 < colours.luminance(c) <= 0.72 and colours.lch(c)[1] > GREY]
    from_hue = hues[1] if len(hues) > 1 else main
    ground = pastel[0] if pastel else colours.shade(from_hue, light=0.89, chroma=0.075)
    return _finish(ground, given, hues, main, rng)


def _night(given: Sequence[str], hues: Sequence[str], main: str, rng: random.Random) -> Look:
    darkest = min(given, key=colours.luminance)
    tint = main if colours.lch(darkest)[1] < GREY else darkest
    dark = colours.luminance(darkest) < 0.06
    ground = darkest if dark else colours.shade(tint, light=0.255, chroma=0.075)
    return _finish(ground, given, hues, main, rng)


def _loud(given: Sequence[str], hues: Sequence[str], main: str, rng: random.Random) -> Look:
    strength = colours.lch(main)[1]
    # A dark or grey main colour is loud only when it is lit.
    loud = strength >= 0.07 and colours.luminance(main) >= 0.06
    ground = main if loud else colours.shade(main, light=0.5)
    return _finish(ground, given, hues, main, rng)


_SCHEMES: Final = {"paper": _paper, "night": _night, "loud": _loud, "fresh": _fresh}


def _finish(ground: str, given: Sequence[str], hues: Sequence[str], main: str, rng: random.Random) -> Look:
    others = [colour for colour in given if colour != ground]
    text = _text_on(ground, others, main)
    dark = colours.luminance(ground) < 0.18
    turn = rng.choice((180.0, 150.0, -150.0, 32.0))
    computed = [
        colours.shade(main, light=0.78 if dark else 0.6),
        colours.shade(main, light=0.8 if dark else 0.6, chroma=0.115, turn=turn),
        colours.shade(main, light=0.68 if dark else 0.72, chroma=0.12, turn=-32.0),
        colours.mix(ground, text, 0.5),
    ]
    # A brand of two colours has its text colour as accent, which suits it better than a colour it does not know.
    own = [*(c for c in hues if c != text), *(c for c in given if c == text and len(given) > 1)]
    seen = [c for c in (*own, *computed) if c != ground and _visible(c, ground)]
    accent = seen[0]
    rest = [c for c in seen if c != text and _far(c, accent)]
    support = rest[0] if rest else colours.mix(accent, text, 0.45)
    light, chroma, hue = colours.lch(ground)
    step = 0.055 if light < 0.5 else -0.05
    surface = colours.from_lch(light + step, max(chroma, 0.012), hue)
    return Look(ground, text, accent, surface, support)


def _text_on(ground: str, others: Sequence[str], main: str) -> str:
    """A colour of the brand that reads well, else the darkest or lightest tint of its hue."""
    good = sorted((c for c in others if colours.contrast(c, ground) >= 7), key=lambda c: -colours.contrast(c, ground))
    if good:
        return good[0]
    ends = (colours.shade(main, light=0.985, chroma=0.012), colours.shade(main, light=0.2, chroma=0.05))
    tried = max((*ends, *others), key=lambda c: colours.contrast(c, ground))
    return colours.readable_on(ground, tried)


def _visible(colour: str, ground: str) -> bool:
    """Whether a field of the colour is seen on the ground; text on either is chosen apart."""
    return colours.contrast(colour, ground) >= 1.3 and _far(colour, ground)


def _far(one: str, other: str) -> bool:
    """Whether two colours side by side are told apart."""
    first, second = colours.lch(one), colours.lch(other)
    turn = abs((first[2] - second[2] + 180) % 360 - 180) * min(first[1], second[1])
    return abs(first[0] - second[0]) + turn / 25 + abs(first[1] - second[1]) > 0.16
