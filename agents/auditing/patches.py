"""Patches: replaces flagged spans of the texts of a piece and leaves everything else as it stands.

Must not recompute what a role computes (counts, drawings): it says which texts changed, and the role's finish does the
rest. Spans are counted in code points of the text as it was audited.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents.auditing.findings import SEVERITIES
from agents.auditing.pieces import text_at

MAX_TEXT: Final = 100_000
"""No patched text grows beyond this."""

_PATH = re.compile(r"[A-Za-z_]\w*(?:\[\d{1,6}\])*(?:\.[A-Za-z_]\w*(?:\[\d{1,6}\])*)*", re.ASCII)
_STEP = re.compile(r"([A-Za-z_]\w*)|\[(\d+)\]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Applied:
    """content with what could be applied; applied and refused hold places in the list of patches, in its order.

    paths are the texts that changed: what was computed from them (words, characters, drawings) is now out of date.
    """

    content: dict[str, Any]
    applied: tuple[int, ...] = ()
    refused: tuple[tuple[int, str], ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Change:
    number: int
    path: str
    start: int
    end: int
    replacement: str
    how_bad: int

    @property
    def order(self) -> tuple[int, int, int]:
        """By position; at the same place the worse finding first, then the order given."""
        return self.start, -self.how_bad, self.number

    def is_like(self, other: _Change) -> bool:
        return (self.start, self.end, self.replacement) == (other.start, other.end, other.replacement)

    def overlaps(self, other: _Change) -> bool:
        """Two insertions, and what only touches, do not overlap."""
        return self.start < other.end and other.start < self.end


def apply_patches(content: Mapping[str, Any], patches: Sequence[Mapping[str, Any]]) -> Applied:
    """Each patch is {path, start, end, replacement, quote?, severity?}; start == end inserts.

    Of patches that overlap the first by position wins, at the same position the worse; the others are refused in words.
    The same patch twice is applied once and counts as applied.
    """
    refused: dict[int, str] = {}
    by_path: dict[str, list[_Change]] = {}
    for number, patch in enumerate(patches):
        read = _read(number, patch, content)
        if isinstance(read, str):
            refused[number] = read
        else:
            by_path.setdefault(read.path, []).append(read)
    applied: list[int] = []
    made: dict[str, Any] = dict(content)
    changed: list[str] = []
    for path, changes in by_path.items():
        before = text_at(content, path) or ""
        kept, twins = _choose(changes, refused)
        after = _joined(before, kept)
        if words := _unfit(after):
            refused |= {change.number: words for change in (*kept, *twins)}
        elif kept:
            made = _with_text(made, _steps(path), after)
            applied += [change.number for change in (*kept, *twins)]
            changed.append(path)
    return Applied(made, tuple(sorted(applied)), tuple(sorted(refused.items())), tuple(changed))


def _read(number: int, patch: object, content: Mapping[str, Any]) -> _Change | str:
    """The patch as a change, or why it cannot be one."""
    if not isinstance(patch, Mapping):
        return "It is not a patch."
    path, replacement = patch.get("path"), patch.get("replacement")
    text = text_at(content, path) if isinstance(path, str) and _PATH.fullmatch(path) else None
    if not isinstance(path, str) or text is None:
        return f"There is no text at {str(path)[:100]!r}."
    if not isinstance(replacement, str) or not _is_text(replacement):
        return "Its replacement is not text."
    span = _span(patch, text)
    if isinstance(span, str):
        return span
    change = _Change(number, path, *span, replacement, _how_bad(patch.get("severity")))
    return "It changes nothing." if text[change.start : change.end] == replacement else change


def _span(patch: Mapping[str, Any], text: str) -> tuple[int, int] | str:
    """The span of the patch, if it lies within the text and what it means to replace stands there."""
    start, end, quote = patch.get("start"), patch.get("end"), patch.get("quote")
    if not isinstance(start, int) or not isinstance(end, int) or isinstance(start, bool) or isinstance(end, bool):
        return "Its span is not two numbers."
    if not 0 <= start <= end <= len(text):
        return "Its span is not within the text."
    if quote is not None and text[start:end] != quote:
        return f"What it would replace no longer stands there: {str(quote)[:100]!r}."
    return "It would part a letter from its accent." if _splits(text, start) or _splits(text, end) else (start, end)


def _choose(changes: Sequence[_Change], refused: dict[int, str]) -> tuple[list[_Change], list[_Change]]:
    """Changes that go together, by position, and their twins; the rest goes to refused."""
    kept: list[_Change] = []
    twins: list[_Change] = []
    for change in sorted(changes, key=lambda one: one.order):
        if any(change.is_like(other) for other in kept):
            twins.append(change)
        elif other := next((other for other in kept if change.overlaps(other)), None):
            refused[change.number] = f"It overlaps patch {other.number}, which stands before it or weighs more."
        else:
            kept.append(change)
    return kept, twins


def _joined(text: str, changes: Sequence[_Change]) -> str:
    """Changes go in from right to left, so that the places of the others hold."""
    for change in sorted(changes, key=lambda one: (one.start, one.end, one.order), reverse=True):
        text = text[: change.start] + change.replacement + text[change.end :]
    return text


def _unfit(text: str) -> str:
    if not text.strip():
        return "It would leave nothing of the text."
    return f"The text would grow beyond {MAX_TEXT:,} characters." if len(text) > MAX_TEXT else ""


def _steps(path: str) -> list[str | int]:
    return [name or int(index) for name, index in _STEP.findall(path)]


def _with_text(value: Any, steps: Sequence[str | int], text: str) -> Any:
    """A copy along the path only; everything beside it is the very same value."""
    if not steps:
        return text
    first, *rest = steps
    copied = list(value) if isinstance(first, int) else dict(value)
    copied[first] = _with_text(value[first], rest, text)  # type: ignore[index]
    return copied


def _how_bad(severity: object) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0


def _is_text(text: str) -> bool:
    """No database takes NUL or half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _splits(text: str, place: int) -> bool:
    return 0 < place < len(text) and unicodedata.combining(text[place]) != 0
