"""Colours as #rrggbb: names, luminance and contrast by WCAG 2, readable pairs. Pure arithmetic."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final

AA: Final = 4.5
BLACK: Final = "#111111"
WHITE: Final = "#ffffff"

_HEX = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?![0-9a-zA-Z])")
_NAMES: Final = {
    "black": "#111111", "white": "#ffffff", "grey": "#6b7280", "gray": "#6b7280", "silver": "#c0c4cc",
    "red": "#c81e1e", "crimson": "#b0122f", "maroon": "#6d1a26", "orange": "#e8590c", "coral": "#f0705a",
    "peach": "#ffc9a8", "yellow": "#f5c518", "gold": "#c9971c", "mustard": "#c99a1e", "cream": "#fbf5e6",
    "beige": "#e9dfc9", "sand": "#dccaa3", "brown": "#6f4a2f", "terracotta": "#b5573a", "green": "#2b8a3e",
    "olive": "#6b7a2c", "lime": "#82c91e", "mint": "#a8e6cf", "forest": "#1f4d33", "sage": "#9caf88",
    "teal": "#0f7c7c", "turquoise": "#17a2a2", "cyan": "#0ea5c6", "blue": "#1c5fd4", "navy": "#14284b",
    "sky": "#8ecbf2", "indigo": "#3f37c9", "purple": "#6b2fb3", "violet": "#7c4ddb", "lavender": "#c9bdf0",
    "lilac": "#cdb4e8", "magenta": "#c2258c", "pink": "#f48fb1", "rose": "#d6476b", "charcoal": "#2d3138",
}  # fmt: skip


def parse(text: str) -> str | None:
    """The colour that a hex code or a description such as "deep navy" names, or None."""
    found = _HEX.search(text)
    if found:
        digits = found.group(1).lower()
        return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))
    known = [word for word in re.findall(r"[a-z]+", text.casefold()) if word in _NAMES]
    if not known:
        return None
    colour = _NAMES[known[-1]]
    if re.search(r"\b(?:deep|dark)\b", text, re.I):
        return mix(colour, BLACK, 0.35)
    return mix(colour, WHITE, 0.4) if re.search(r"\b(?:light|pale|soft|pastel)\b", text, re.I) else colour


@lru_cache(maxsize=4_096)
def luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The WCAG ratio, from 1 to 21, rounded down so that it never promises too much."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return int((lighter + 0.05) / (darker + 0.05) * 100) / 100


def readable_on(ground: str, *preferred: str) -> str:
    """The first preferred colour that is readable on the ground, else black or white: one of them always is."""
    for colour in preferred:
        if contrast(colour, ground) >= AA:
            return colour
    return max((BLACK, WHITE, "#000000"), key=lambda colour: contrast(colour, ground))


def mix(one: str, other: str, share: float) -> str:
    """The first colour with that share of the other in it."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


@lru_cache(maxsize=4_096)
def lch(colour: str) -> tuple[float, float, float]:
    """Lightness 0 to 1, chroma and hue in degrees, as the eye sees them (Oklab)."""
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def from_lch(lightness: float, chroma: float, hue: float) -> str:
    """The colour, with as much of the chroma as a screen can show."""
    lightness = min(1.0, max(0.0, lightness))
    for share in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0):
        channels = _screen(lightness, chroma * share, hue)
        if all(-0.001 <= channel <= 1.001 for channel in channels):
            break
    return "#" + "".join(f"{round(255 * _gamma(min(1.0, max(0.0, channel)))):02x}" for channel in channels)


def shade(colour: str, *, light: float | None = None, chroma: float | None = None, turn: float = 0.0) -> str:
    """The colour with another lightness, no more than that chroma, its hue turned by so many degrees."""
    lightness, strength, hue = lch(colour)
    return from_lch(
        lightness if light is None else light, strength if chroma is None else min(strength, chroma), hue + turn
    )


def towards_readable(colour: str, *grounds: str) -> str | None:
    """The colour, made lighter or darker as little as makes it readable on every ground; None where nothing does."""
    lightness, strength, hue = lch(colour)
    for step in range(21):
        for way in (1, -1):
            tried = colour if step == 0 else from_lch(lightness + way * step * 0.05, strength, hue)
            if all(contrast(tried, ground) >= AA for ground in grounds):
                return tried
    return None


def _screen(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _gamma(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else float(1.055 * channel ** (1 / 2.4) - 0.055)
