"""Publishing platforms as data (`platforms.yaml`): limits, habits, and how each counts characters.

Must not cut a text: a post that is too long is flagged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

import yaml

Counting = Literal["characters", "weighted", "graphemes"]
HashtagPlace = Literal["line", "block"]
EmojiPolicy = Literal["none", "sparing", "free"]
LinkPlace = Literal["text", "first_comment", "bio"]
Breaks = Literal["single", "spaced"]

FILE: Final = Path(__file__).with_name("platforms.yaml")


@dataclass(frozen=True, slots=True)
class Platform:
    """limit is what the platform accepts; advised is what is read comfortably; hashtags is what is customary."""

    name: str
    title: str
    limit: int
    advised: int
    hashtags: int
    counting: Counting = "characters"
    hook: int = 200
    hashtags_place: HashtagPlace = "block"
    emoji: EmojiPolicy = "sparing"
    link: LinkPlace = "text"
    breaks: Breaks = "spaced"
    aliases: tuple[str, ...] = ()


def read_platforms(text: str) -> dict[str, Platform]:
    """The platforms of a YAML list, by name. ValueError tells the entry and the field that is wrong."""
    entries = yaml.safe_load(text)
    if not isinstance(entries, list) or not entries:
        raise ValueError("Platforms must be a list with at least one entry.")
    found: dict[str, Platform] = {}
    names: set[str] = set()
    for number, entry in enumerate(entries):
        one = _read(entry, f"platforms[{number}]")
        for name in (one.name, *one.aliases):
            if name in names:
                raise ValueError(f"platforms[{number}]: the name {name!r} is taken.")
            names.add(name)
        found[one.name] = one
    return found


def _read(entry: object, where: str) -> Platform:
    if not isinstance(entry, Mapping):
        raise ValueError(f"{where}: must be an object.")  # noqa: TRY004 - told as a wrong value
    unknown = set(entry) - _KNOWN
    if unknown:
        raise ValueError(f"{where}: there is no field {sorted(map(str, unknown))[0]!r}.")
    tags = entry.get("hashtags") or {}
    if not isinstance(tags, Mapping) or set(tags) - {"most", "place"}:
        raise ValueError(f"{where}.hashtags: must be an object with most and place.")
    aliases = entry.get("aliases") or []
    if not isinstance(aliases, list):
        raise ValueError(f"{where}.aliases: must be a list.")  # noqa: TRY004 - told as a wrong value
    limit = _whole(entry, "limit", where)
    return Platform(
        name=_name(entry.get("name"), f"{where}.name"),
        title=_name(entry.get("title"), f"{where}.title", lower=False),
        limit=limit,
        advised=_whole(entry, "advised", where, limit),
        hashtags=_whole(tags, "most", f"{where}.hashtags", 2),
        counting=cast(Counting, _one_of(entry, "counting", where, get_args(Counting), "characters")),
        hook=_whole(entry, "hook", where, 200),
        hashtags_place=cast(HashtagPlace, _one_of(tags, "place", f"{where}.hashtags", get_args(HashtagPlace), "block")),
        emoji=cast(EmojiPolicy, _one_of(entry, "emoji", where, get_args(EmojiPolicy), "sparing")),
        link=cast(LinkPlace, _one_of(entry, "link", where, get_args(LinkPlace), "text")),
        breaks=cast(Breaks, _one_of(entry, "breaks", where, get_args(Breaks), "spaced")),
        aliases=tuple(_name(alias, f"{where}.aliases") for alias in aliases),
    )


_KNOWN: Final = frozenset(
    ("name", "title", "aliases", "limit", "counting", "advised", "hook", "hashtags", "emoji", "link", "breaks")
)


def _name(value: object, where: str, *, lower: bool = True) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{where}: must be text.")
    return value.strip().casefold() if lower else value.strip()


def _whole(entry: Mapping[Any, Any], key: str, where: str, default: int | None = None) -> int:
    value = entry.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{where}.{key}: must be a whole number.")
    return value


def _one_of(entry: Mapping[Any, Any], key: str, where: str, choices: tuple[str, ...], default: str) -> str:
    value = entry.get(key, default)
    if value not in choices:
        raise ValueError(f"{where}.{key}: must be one of {', '.join(choices)}.")
    return str(value)


PLATFORMS: Final[dict[str, Platform]] = read_platforms(FILE.read_text(encoding="utf-8"))
ALIASES: Final = {alias: on.name for on in PLATFORMS.values() for alias in on.aliases}

_LINK = re.compile(
    r"https?://[^\s<>\"']+|(?<![\w@.])(?:[a-z0-9-]+\.)+(?:com|org|net|io|de|eu|co)(?:/[^\s<>\"']*)?", re.I
)
_LINK_WEIGHT: Final = 23
_EMOJI_WEIGHT: Final = 2
_LIGHT: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_PICTURE: Final = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff"
)
_ONE: Final = rf"(?:[{_PICTURE}]\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*|[\U0001f3fb-\U0001f3ff])"
EMOJI: Final = re.compile(rf"[\U0001f1e6-\U0001f1ff]{{1,2}}|[0-9#*]\ufe0f?\u20e3|{_ONE}(?:\u200d{_ONE}|\u200d(?=\Z))*")
"""One emoji as readers see it: flags, keycaps, skin tones, tag sequences and families joined by zero-width joiners."""


def platform(name: str) -> Platform | None:
    """The platform of that name, in any case, or None."""
    key = name.strip().casefold()
    return PLATFORMS.get(ALIASES.get(key, key))


def count(text: str, on: Platform) -> int:
    """The length as the platform counts it."""
    composed = unicodedata.normalize("NFC", text)
    if on.counting == "weighted":
        return _weighted(composed)
    return _graphemes(composed) if on.counting == "graphemes" else len(composed)


def _weighted(text: str) -> int:
    """Links weigh 23; an emoji with all its joiners, tones and marks weighs 2; light letters 1; all others 2."""
    plain, links = _LINK.subn("", text)
    plain, pictures = EMOJI.subn("", plain)
    letters = plain.replace("\ufe0f", "").replace("\u20e3", "")
    return (
        links * _LINK_WEIGHT
        + pictures * _EMOJI_WEIGHT
        + sum(1 if any(low <= ord(letter) <= high for low, high in _LIGHT) else 2 for letter in letters)
    )


def _graphemes(text: str) -> int:
    """What a reader sees as one sign counts one: an emoji with its joiners, a letter with its marks."""
    plain, pictures = EMOJI.subn("", text)
    return pictures + sum(
        not unicodedata.combining(letter) and unicodedata.category(letter) not in ("Cf", "Me", "Mn") for letter in plain
    )
