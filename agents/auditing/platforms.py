"""Publishing platforms as data: limits, habits, and how each counts characters.

Must not cut a text: a post that is too long is flagged.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Platform:
    """limit is what the platform accepts; advised is what is read before a fold; hashtags is what is customary."""

    name: str
    title: str
    limit: int
    advised: int
    hashtags: int
    counting: Literal["characters", "weighted"] = "characters"


PLATFORMS: Final[dict[str, Platform]] = {
    platform.name: platform
    for platform in (
        Platform("twitter", "Twitter/X", 280, 240, 2, "weighted"),
        Platform("linkedin", "LinkedIn", 3_000, 700, 3),
        Platform("instagram", "Instagram", 2_200, 400, 5),
        Platform("facebook", "Facebook", 63_206, 500, 2),
        Platform("threads", "Threads", 500, 400, 1),
    )
}
ALIASES: Final = {"x": "twitter", "twitter/x": "twitter", "twitter_x": "twitter", "x (twitter)": "twitter"}

_LINK = re.compile(
    r"https?://[^\s<>\"']+|(?<![\w@.])(?:[a-z0-9-]+\.)+(?:com|org|net|io|de|eu|co)(?:/[^\s<>\"']*)?", re.I
)
_LINK_WEIGHT: Final = 23
_LIGHT: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_ZWJ, _KEYCAP, _VARIATION = 0x200D, 0x20E3, 0xFE0F


def platform(name: str) -> Platform | None:
    """The platform of that name, in any case, or None."""
    key = name.strip().casefold()
    return PLATFORMS.get(ALIASES.get(key, key))


def count(text: str, on: Platform) -> int:
    """The length as the platform counts it."""
    return _weighted(text) if on.counting == "weighted" else len(unicodedata.normalize("NFC", text))


def _weighted(text: str) -> int:
    """Links weigh 23; an emoji with all its joiners weighs 2; light letters 1; all others 2."""
    plain, links = _LINK.subn("", unicodedata.normalize("NFC", text))
    total, joined = links * _LINK_WEIGHT, False
    flags = 0
    for letter in plain:
        code = ord(letter)
        if code == _ZWJ:
            joined = True
            continue
        if code in (_VARIATION, _KEYCAP) or 0x1F3FB <= code <= 0x1F3FF:
            continue
        if 0x1F1E6 <= code <= 0x1F1FF:
            flags += 1
            total += 2 if flags % 2 else 0
        elif not joined:
            total += 1 if any(low <= code <= high for low, high in _LIGHT) else 2
        joined = False
    return total
