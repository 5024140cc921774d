"""Collects the faults of a plan by path while it is read, whatever the values are. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaigns import graph
from campaigns.kinds.settings import BadValue
from conductor.lib.errors import BadInput
from conductor.lib.text import clean


@dataclass(slots=True)
class Faults:
    """Collects faults by path; a broken file of thousands of tasks still gives a short answer."""

    prefix: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)

    def add(self, path: str, words: str, code: str = "plan_invalid") -> None:
        self.codes.add(code)
        if len(self.fields) < graph.MAX_ERRORS:
            self.fields.setdefault(path, []).append(words)

    def raise_any(self) -> None:
        if self.fields:
            code = next(iter(self.codes)) if len(self.codes) == 1 else "plan_invalid"
            raise BadInput(code=code, errors={f"{self.prefix}{path}": said for path, said in self.fields.items()})

    def unknown(self, raw: Mapping[Any, Any], path: str, known: Sequence[str]) -> None:
        for name in raw:
            if name not in known:
                place = f"{path}.{self.shown(name)}" if path else self.shown(name)
                self.add(place, f"There is no such field. Known: {', '.join(known)}.")

    def value(self, raw: object, path: str, reader: Callable[[object], Any], *, null: str = "") -> Any:
        if raw is None:
            if null:
                self.add(path, null)
            return None
        try:
            return reader(raw)
        except BadValue as error:
            self.add(path, str(error))
        except BadInput as error:
            said = [words for sentences in error.errors.values() for words in sentences] or [error.message]
            self.add(path, " ".join(dict.fromkeys(said)), error.code)
        return None

    def text(self, raw: object, path: str, most: int, *, lines: bool = False, required: bool = False) -> str:
        try:
            return clean(raw, path, most=most, lines=lines, required=required)
        except BadInput as error:
            for words in error.errors[path]:
                self.add(path, words, "too_long" if error.code == "too_long" else "plan_invalid")
        return ""

    def entries(self, raw: object, path: str, most: int) -> list[Any]:
        if raw is None:
            return []
        if not isinstance(raw, list | tuple):
            self.add(path, "Must be a list.")
            return []
        if len(raw) > most:
            self.add(path, f"Has {len(raw):,} entries; the limit is {most:,}.")
            return []
        return list(raw)

    @staticmethod
    def shown(name: object) -> str:
        return str(name)[:60].encode("ascii", "backslashreplace").decode()
