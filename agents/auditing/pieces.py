"""The texts of a creative piece, each with its path: what is published, and what is only told to a designer.

Must tolerate any content: a text that is not where it should be is simply not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

Kind: TypeAlias = Literal[
    "headline", "body", "call_to_action", "post", "poster_headline", "poster_call_to_action", "fine_print", "alt_text"
]
SLOTS: Final = ("copy", "short_copy", "visual_concept")
SLOT_TITLES: Final = {"copy": "copy", "short_copy": "short copy", "visual_concept": "visual concept"}

_STEP = re.compile(r"([A-Za-z_]\w*)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of one piece. group joins texts that are published together, such as the posts of a platform."""

    slot: str
    path: str
    kind: Kind
    text: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece as it was handed in; content None means that it is missing."""

    slot: str
    content: Mapping[str, Any] | None
    version: int | str | None = None
    sha256: str | None = None
    texts: tuple[Text, ...] = ()

    def of_kind(self, *kinds: Kind) -> list[Text]:
        return [text for text in self.texts if text.kind in kinds]


def read_piece(slot: str, given: Mapping[str, Any] | None) -> Piece:
    if given is None or not isinstance(given.get("content"), Mapping):
        return Piece(slot, None)
    content = given["content"]
    return Piece(slot, content, given.get("version"), given.get("sha256"), tuple(_READERS[slot](content)))


def text_at(content: Mapping[str, Any], path: str) -> str | None:
    """The text at a path such as platforms[0].posts[1].text, or None."""
    value: Any = content
    for name, index in _STEP.findall(path):
        if name:
            value = value.get(name) if isinstance(value, Mapping) else None
        else:
            within = isinstance(value, Sequence) and not isinstance(value, str) and int(index) < len(value)
            value = value[int(index)] if within else None
    return value if isinstance(value, str) else None


def _copy(content: Mapping[str, Any]) -> Iterator[Text]:
    kinds: tuple[tuple[str, Kind], ...] = (
        ("headlines", "headline"),
        ("bodies", "body"),
        ("calls_to_action", "call_to_action"),
    )
    for name, kind in kinds:
        for path, entry in _entries(content, name):
            yield from _text("copy", f"{path}.text", kind, entry.get("text"), path if kind == "body" else "")


def _short_copy(content: Mapping[str, Any]) -> Iterator[Text]:
    for path, entry in _entries(content, "platforms"):
        for inner, post in _entries(entry, "posts"):
            yield from _text("short_copy", f"{path}.{inner}.text", "post", post.get("text"), str(entry.get("platform")))


def _visual(content: Mapping[str, Any]) -> Iterator[Text]:
    kinds: tuple[tuple[str, Kind], ...] = (
        ("headline", "poster_headline"),
        ("call_to_action", "poster_call_to_action"),
        ("alt_text", "alt_text"),
    )
    for path, entry in _entries(content, "concepts"):
        for name, kind in kinds:
            yield from _text("visual_concept", f"{path}.{name}", kind, entry.get(name), path)
        lines = entry.get("fine_print")
        for number, line in enumerate(lines if isinstance(lines, list) else ()):
            yield from _text("visual_concept", f"{path}.fine_print[{number}]", "fine_print", line, path)


_READERS: Final = {"copy": _copy, "short_copy": _short_copy, "visual_concept": _visual}


def _entries(parent: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    entries = parent.get(name)
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, Mapping):
            yield f"{name}[{number}]", entry


def _text(slot: str, path: str, kind: Kind, text: object, group: str) -> Iterator[Text]:
    if isinstance(text, str):
        yield Text(slot, path, kind, text, group)
