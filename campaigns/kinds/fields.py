"""Reads the texts, lists and objects of briefs and brands by field: tidied once, bounded, all faults told at once.

Pure. It does not know what a field means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from campaigns.kinds.texts import cut_at_word, hidden_in, tidy
from conductor.lib.errors import BadInput
from conductor.lib.text import fold


@dataclass(frozen=True, slots=True)
class Cut:
    """A text that was shortened because the caller accepted it."""

    field: str
    length: int
    limit: int
    kept: int

    @property
    def words(self) -> str:
        return f"{self.field} had {self.length:,} characters; cut to {self.kept:,} (the limit is {self.limit:,})."


@dataclass
class FieldReader:
    """Collects faults and cuts while a structure is read; `limits` has the longest text by the name of a limit."""

    limits: Mapping[str, int]
    truncate: bool = False
    errors: dict[str, list[str]] = field(default_factory=dict)
    cuts: list[Cut] = field(default_factory=list)
    too_long: int = 0

    def fault(self, name: str, words: str) -> None:
        self.errors.setdefault(name, []).append(words)

    def finish(self) -> None:
        if self.errors:
            only_long = self.too_long == sum(map(len, self.errors.values()))
            raise BadInput(code="too_long" if only_long else "invalid", errors=self.errors)

    def known_only(self, raw: Mapping[Any, Any], name: str, known: tuple[str, ...]) -> None:
        for key in raw:
            if key not in known:
                shown = str(key)[:60].encode("ascii", "backslashreplace").decode()
                self.fault(f"{name}.{shown}", f"There is no such field. Known: {', '.join(known)}.")

    def text(self, raw: object, name: str, limit: str, *, lines: bool = False, may_cut: bool = True) -> str:
        if raw is None:
            return ""
        if not isinstance(raw, str):
            self.fault(name, "Must be text.")
            return ""
        text = tidy(raw, lines=lines)
        if hidden := hidden_in(text):
            self.fault(name, f"Contains a character that is not text: {hidden}.")
            return ""
        most = self.limits[limit]
        if len(text) <= most:
            return text
        if not (self.truncate and may_cut):
            self.too_long += 1
            self.fault(name, f"Has {len(text):,} characters; the limit is {most:,}.")
            return ""
        kept = cut_at_word(text, most)
        self.cuts.append(Cut(name, len(text), most, len(kept)))
        return kept

    def texts(self, raw: object, name: str, limit: str, most: int, *, may_cut: bool = True) -> list[str]:
        """A list of single-line texts, blank ones and twins left out."""
        found: dict[str, str] = {}
        for number, entry in enumerate(self.entries(raw, name, most)):
            text = self.text(entry, f"{name}[{number}]", limit, may_cut=may_cut)
            if text:
                found.setdefault(fold(text), text)
        return list(found.values())

    def entries(self, raw: object, name: str, most: int) -> list[Any]:
        if raw is None:
            return []
        if not isinstance(raw, list | tuple):
            self.fault(name, "Must be a list.")
            return []
        if len(raw) > most:
            self.fault(name, f"Has {len(raw):,} entries; the limit is {most:,}.")
            return []
        return list(raw)

    def mapping(self, raw: object, name: str, known: tuple[str, ...]) -> Mapping[Any, Any]:
        if raw is None:
            return {}
        if not isinstance(raw, Mapping):
            self.fault(name, f"Must be an object with some of: {', '.join(known)}.")
            return {}
        self.known_only(raw, name, known)
        return raw

    def rows(
        self, raw: object, name: str, most: int, known: tuple[str, ...]
    ) -> Iterator[tuple[str, Mapping[Any, Any]]]:
        """The objects of a list, each with its place; what is no object is told."""
        for number, entry in enumerate(self.entries(raw, name, most)):
            place = f"{name}[{number}]"
            if isinstance(entry, Mapping):
                self.known_only(entry, place, known)
                yield place, entry
            else:
                self.fault(place, f"Must be an object with {' and '.join(known)}.")

    def word(self, raw: object, name: str, known: tuple[str, ...]) -> str:
        """One of some words; nothing is ""."""
        if raw is None or raw == "":
            return ""
        if not isinstance(raw, str) or raw not in known:
            self.fault(name, f"Must be one of: {', '.join(known)}.")
            return ""
        return raw
