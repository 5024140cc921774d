"""What changed between two contents, word by word. Pure; bounded in time for any input."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

#: Longer texts are shown as replaced whole: comparing them word by word costs the square of their length.
MOST_WORDS: Final = 4_000
MOST_PLACES: Final = 2_000
_WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]")

Op = Literal["same", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Part:
    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One place of the content that differs, e.g. `headlines[1].text`."""

    path: str
    parts: tuple[Part, ...]


def changes(old: Any, new: Any) -> tuple[Change, ...]:
    """Every place where the two differ, in the order of the new content; what was taken away comes last."""
    before, after = dict(leaves(old)), dict(leaves(new))
    paths = [*after, *(path for path in before if path not in after)]
    differing = [path for path in paths if before.get(path, "") != after.get(path, "")]
    return tuple(Change(path, words(before.get(path, ""), after.get(path, ""))) for path in differing[:MOST_PLACES])


def words(old: str, new: str) -> tuple[Part, ...]:
    """The new text with what was added and removed, in runs of whole words."""
    a, b = _WORDS.findall(old), _WORDS.findall(new)
    if len(a) > MOST_WORDS or len(b) > MOST_WORDS:
        return tuple(_parts([("removed", a), ("added", b)]))
    found: list[tuple[Op, Sequence[str]]] = []
    for op, a1, a2, b1, b2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if op == "equal":
            found.append(("same", a[a1:a2]))
        else:
            found += [("removed", a[a1:a2]), ("added", b[b1:b2])]
    return tuple(_parts(found))


def _parts(found: Sequence[tuple[Op, Sequence[str]]]) -> Iterator[Part]:
    for op, tokens in found:
        if tokens:
            yield Part(op, "".join(tokens))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text and number of a content with its path."""
    if isinstance(value, Mapping):
        for name, held in value.items():
            yield from leaves(held, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for number, held in enumerate(value):
            yield from leaves(held, f"{path}[{number}]")
    elif value is not None:
        yield path, str(value)
