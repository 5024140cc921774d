"""The texts of a creative piece, each with its path: what is published, and what is only told to a designer.

Must tolerate any content: a text that is not where it should be is simply not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from agents.auditing.languages import of_piece, of_text, primary

Kind: TypeAlias = Literal[
    "headline",
    "body",
    "call_to_action",
    "post",
    "poster_headline",
    "poster_call_to_action",
    "poster_text",
    "fine_print",
    "alt_text",
]
SLOTS: Final = ("copy", "short_copy", "visual_concept")
SLOT_TITLES: Final = {"copy": "copy", "short_copy": "short copy", "visual_concept": "visual concept"}

PRINTED: Final = frozenset({"logo", "body", "list", "number", "details", "link"})
"""Zones of a poster whose own words are printed; those of the others stand elsewhere in the concept, or nowhere."""

_STEP = re.compile(r"([A-Za-z_]\w*)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of one piece. group joins texts that are published together, such as the posts of a platform."""

    slot: str
    path: str
    kind: Kind
    text: str
    group: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece as it was handed in; content None means that it is missing; `unread` is where no text could be read."""

    slot: str
    content: Mapping[str, Any] | None
    version: int | str | None = None
    sha256: str | None = None
    texts: tuple[Text, ...] = ()
    language: str = "en"
    unread: tuple[str, ...] = ()

    def of_kind(self, *kinds: Kind) -> list[Text]:
        return [text for text in self.texts if text.kind in kinds]


def read_piece(slot: str, given: Mapping[str, Any] | None, language: str = "") -> Piece:
    """The piece with the language of each text; `language`, the brief's, counts where the texts say too little."""
    if given is None or not isinstance(given.get("content"), Mapping):
        return Piece(slot, None)
    content = given["content"]
    read = list(_READERS[slot](content))
    texts = [text for text in read if isinstance(text, Text)]
    mine = of_piece([text.text for text in texts], primary(content.get("language")), primary(language))
    spoken = tuple(replace(text, language=of_text(text.text, mine)) for text in texts)
    unread = tuple(path for path in read if isinstance(path, str))
    return Piece(slot, content, given.get("version"), given.get("sha256"), spoken, mine, unread)


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


Read: TypeAlias = Iterator[Text | str]
"""Texts, and the paths where one should be and is not."""


def _copy(content: Mapping[str, Any]) -> Read:
    kinds: tuple[tuple[str, Kind], ...] = (
        ("headlines", "headline"),
        ("bodies", "body"),
        ("calls_to_action", "call_to_action"),
    )
    for name, kind in kinds:
        for path, entry in entries(content, name):
            yield from _text("copy", f"{path}.text", kind, entry, name="text", group=path if kind == "body" else "")


def _short_copy(content: Mapping[str, Any]) -> Read:
    for path, entry in entries(content, "platforms"):
        if entry is None:
            yield path
        for inner, post in entries(entry, "posts"):
            where = f"{path}.{inner}.text"
            yield from _text("short_copy", where, "post", post, name="text", group=str((entry or {}).get("platform")))


def _visual(content: Mapping[str, Any]) -> Read:
    kinds: tuple[tuple[str, Kind], ...] = (
        ("headline", "poster_headline"),
        ("call_to_action", "poster_call_to_action"),
        ("alt_text", "alt_text"),
    )
    for path, entry in entries(content, "concepts"):
        if entry is None:
            yield path
            continue
        for name, kind in kinds:
            if entry.get(name) is not None:
                yield from _text("visual_concept", f"{path}.{name}", kind, entry, name=name, group=path)
        layout = entry.get("layout")
        for where, zone in entries(layout if isinstance(layout, Mapping) else None, "zones"):
            if zone is not None and zone.get("name") in PRINTED and zone.get("content"):
                inner = f"{path}.layout.{where}.content"
                yield from _text("visual_concept", inner, "poster_text", zone, name="content", group=path)
        lines = entry.get("fine_print")
        if lines is not None and not isinstance(lines, list):
            yield f"{path}.fine_print"
        for number, line in enumerate(lines if isinstance(lines, list) else ()):
            where = f"{path}.fine_print[{number}]"
            yield from _text("visual_concept", where, "fine_print", {"line": line}, name="line", group=path)


_READERS: Final = {"copy": _copy, "short_copy": _short_copy, "visual_concept": _visual}


def entries(parent: Mapping[str, Any] | None, name: str) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    """The entries of a list with their paths; None for one that is not an object."""
    found = (parent or {}).get(name)
    if found is not None and not isinstance(found, list):
        yield name, None
    for number, entry in enumerate(found if isinstance(found, list) else ()):
        yield f"{name}[{number}]", entry if isinstance(entry, Mapping) else None


def _text(slot: str, path: str, kind: Kind, entry: Mapping[str, Any] | None, *, name: str, group: str) -> Read:
    text = (entry or {}).get(name)
    yield Text(slot, path, kind, text, group) if isinstance(text, str) else path
