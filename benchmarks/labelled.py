"""The labelled passages of `benchmarks/passages`: read, checked, and made into pieces as the makers make them.

Must not know any rule: what is expected comes from the labels alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from agents.auditing.pieces import SLOTS, read_piece
from agents.colours import contrast

FOLDER: Final = Path(__file__).parent / "passages"

FAMILIES: Final = (
    "prohibited_terms", "required_terms", "platform_limits", "word_limits", "disclaimers", "claims", "agreement",
    "readability", "tone", "inclusive", "accessibility", "links_and_data", "brief_coverage", "originality", "hashtags",
    "emoji", "placeholders", "product_named",
)  # fmt: skip
"""The families that are labelled. Every passage is labelled for all of them."""

LANGUAGES: Final = ("en", "de")
_MEMBERS: Final = {"id", "language", "kind", "platform", "text", "poster", "pieces", "brief", "expected"}
_KINDS: Final = {"headline": "headlines", "body": "bodies", "call_to_action": "calls_to_action"}


@dataclass(frozen=True, slots=True)
class Place:
    """A span of one text."""

    slot: str
    path: str
    start: int
    end: int

    def touches(self, slot: str, path: str, start: int, end: int) -> bool:
        """Shares a character; an empty span lies in, or beside, what it is about."""
        if (slot, path) != (self.slot, self.path):
            return False
        return start <= self.end and self.start <= end if start == end else start < self.end and self.start < end


@dataclass(frozen=True, slots=True)
class Expected:
    """places () means the whole piece."""

    family: str
    quotes: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    id: str
    family: str
    """The family it was written for: the name of its file."""
    language: str
    brief: Mapping[str, Any]
    pieces: Mapping[str, Mapping[str, Any]]
    expected: tuple[Expected, ...] = field(default=())


def read_all(folder: Path = FOLDER) -> list[Passage]:
    """Every passage of the folder, in a fixed order. ValueError names a passage that is not well formed."""
    found = [
        _passage(entry, file.stem)
        for file in sorted(folder.glob("*.yaml"))
        for entry in yaml.safe_load(file.read_text("utf-8"))
    ]
    ids = [passage.id for passage in found]
    if twice := {one for one in ids if ids.count(one) > 1}:
        raise ValueError(f"These ids are used twice: {', '.join(sorted(twice))}.")
    return found


def _passage(entry: Mapping[str, Any], family: str) -> Passage:
    name = str(entry.get("id"))
    if unknown := set(entry) - _MEMBERS:
        raise ValueError(f"{name}: unknown: {', '.join(sorted(unknown))}")
    if entry["language"] not in LANGUAGES:
        raise ValueError(f"{name}: language {entry['language']!r}")
    pieces = _pieces(entry)
    expected = tuple(_expected(name, label, pieces) for label in entry.get("expected") or ())
    return Passage(name, family, entry["language"], entry.get("brief") or {}, pieces, expected)


def _pieces(entry: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    given: Mapping[str, Any]
    if "pieces" in entry:
        given = entry["pieces"]
    elif "poster" in entry:
        given = {"posters": [entry["poster"]]}
    elif entry["kind"] == "post":
        given = {"posts": {entry.get("platform", "linkedin"): [entry["text"]]}}
    else:
        given = {_KINDS[entry["kind"]]: [entry["text"]]}
    contents: dict[str, dict[str, Any]] = {}
    for name in _KINDS.values():
        if given.get(name):
            contents.setdefault("copy", {})[name] = [{"text": text} for text in given[name]]
    if given.get("posts"):
        groups = given["posts"].items()
        contents["short_copy"] = {
            "platforms": [{"platform": on, "posts": [{"text": text} for text in texts]} for on, texts in groups]
        }
    if given.get("posters"):
        contents["visual_concept"] = {"concepts": [_concept(poster) for poster in given["posters"]]}
    return {
        slot: {"content": {**contents[slot], "language": entry["language"]}, "version": None, "sha256": None}
        for slot in SLOTS
        if slot in contents
    }


def _concept(poster: Mapping[str, Any]) -> dict[str, Any]:
    """A concept as the role hands it on, without its drawings; contrast is what its two colours have."""
    text, background = poster.get("text", "#111111"), poster.get("background", "#FFFFFF")
    return {
        "name": "One",
        "headline": poster["headline"],
        "call_to_action": poster["call_to_action"],
        "alt_text": poster["alt_text"],
        "fine_print": list(poster.get("fine_print", ())),
        "palette": [
            {"role": "background", "hex": background, "source": "brand"},
            {"role": "text", "hex": text, "source": "brand"},
        ],
        "contrast": round(contrast(text, background), 2),
    }


def _expected(name: str, label: Mapping[str, Any], pieces: Mapping[str, Mapping[str, Any]]) -> Expected:
    if label["family"] not in FAMILIES:
        raise ValueError(f"{name}: there is no family {label['family']!r}")
    quotes: Sequence[str] = label["any"] if "any" in label else [label["quote"]]
    places = tuple(place for quote in quotes if quote for place in _places(quote, pieces))
    if not places and any(quotes):
        raise ValueError(f"{name}: {quotes} stands nowhere")
    return Expected(label["family"], tuple(quotes), places)


def _places(quote: str, pieces: Mapping[str, Mapping[str, Any]]) -> Iterator[Place]:
    for slot, given in pieces.items():
        for text in read_piece(slot, given).texts:
            start = text.text.find(quote)
            while start >= 0:
                yield Place(slot, text.path, start, start + len(quote))
                start = text.text.find(quote, start + 1)
