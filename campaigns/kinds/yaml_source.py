"""Reads YAML written by people into plain data, with the line of every value. Builds lists, maps and scalars only.

Core schema of YAML 1.2 (`yes` and `on` are text). Refused, with the line: a second document, tags, merge keys, twice
the same key, keys that are no text, endless or exploding aliases, too much depth or size, numbers JSON cannot keep.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from campaigns.kinds.settings import HIGHEST_SAFE
from conductor.lib.errors import BadInput

MAX_BYTES: Final = 5_000_000
MAX_VALUES: Final = 500_000
MAX_DEPTH: Final = 32

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Data as it was written, and where: `lines` maps a path such as tasks[2].needs[0] to its line, from 1."""

    value: Any
    lines: Mapping[str, int]

    def line(self, path: str) -> int:
        """The line of the value at a path, else of the nearest value that holds it."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path, 1)

    def located(self, error: BadInput) -> BadInput:
        """The same error with the line before each sentence, and the first fault as its message."""
        told = {
            path: [f"line {self.line(path)}: {words}" for words in said]
            for path, said in sorted(error.errors.items(), key=lambda item: self.line(item[0]))
        }
        count = sum(map(len, told.values()))
        if not count:
            return error
        path, said = next(iter(told.items()))
        line, _, words = said[0].partition(": ")
        more = f" (and {count - 1} more)" if count > 1 else ""
        return BadInput(f"{line}: {path}: {words}{more}", code=error.code, errors=told)


def read(text: str | bytes, *, what: str = "plan", code: str = "plan_invalid", most_bytes: int = MAX_BYTES) -> Source:
    """The one document in the text. BadInput with that code names the line; `what` is the field it is told under."""
    try:
        return _read(text, what, most_bytes)
    except BadInput as error:
        raise BadInput(error.message, code=code, errors=error.errors) from None


def _read(text: str | bytes, what: str, most_bytes: int) -> Source:
    data = _utf8(text, what, most_bytes)
    reader = _Builder(what)
    try:
        for event in yaml.parse(data, Loader=_LOADER):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = " ".join(filter(None, (error.context, error.problem))) or "is not YAML"
        # The end of the file is told as its last line, not the one after it.
        line = min(mark.line + 1, len(data.splitlines())) if mark else 1
        raise _refused(what, line, f"Not valid YAML: {words}.") from None
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0) or 0
        line = data[:position].count("\n") + 1
        raise _refused(what, line, "Holds a character that YAML does not allow.") from None
    if not reader.documents:
        raise _refused(what, 1, "The file is empty.")
    return Source(reader.root, reader.lines)


def _utf8(text: str | bytes, what: str, most_bytes: int) -> str:
    if isinstance(text, bytes):
        raw, size = text, len(text)
        if size <= most_bytes:
            try:
                text = raw.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                line = raw[: error.start].count(b"\n") + 1
                raise _refused(what, line, f"Not UTF-8 text: byte {error.start}.") from None
    else:
        size = len(text)
    if size > most_bytes:
        words = f"Has {size:,} bytes; the limit is {most_bytes:,}."
        raise BadInput(words, errors={what: words})
    assert isinstance(text, str)
    # Half a surrogate pair cannot be given to the parser at all.
    broken = next((place for place, char in enumerate(text) if "\ud800" <= char <= "\udfff"), None)
    if broken is not None:
        raise _refused(what, text[:broken].count("\n") + 1, "Holds half of a surrogate pair.")
    return text.removeprefix("\ufeff")


def _refused(what: str, line: int, words: str) -> BadInput:
    said = f"line {line}: {words}"
    return BadInput(said, errors={what: said})


@dataclass(slots=True)
class _Frame:
    """A list or map being read."""

    value: list[Any] | dict[str, Any]
    path: str
    anchor: str | None
    count_before: int
    key: str | None = None
    deepest: int = 0


@dataclass(slots=True)
class _Builder:
    """Turns the parser's events into data without recursion, counting as it goes."""

    what: str
    root: Any = None
    lines: dict[str, int] = field(default_factory=dict)
    documents: int = 0
    count: int = 0
    stack: list[_Frame] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int, int]] = field(default_factory=dict)

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _refused(self.what, line, "Only one document is taken; a second begins here.")
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._open(event, line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._close()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event, line)

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        self._refuse_tag(event.tag, line)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            self._key(frame, event, line)
            return
        value = self._resolved(event.value, line) if event.implicit[0] else event.value
        if event.anchor:
            self.anchors[event.anchor] = (value, 1, 0)
        self._put(value, line, 1)

    def _key(self, frame: _Frame, event: yaml.ScalarEvent, line: int) -> None:
        plain = self._resolved(event.value, line) if event.implicit[0] else event.value
        if event.implicit[0] and event.value == "<<":
            raise _refused(self.what, line, "Merge keys (<<) are not taken; write the values out.")
        if not isinstance(plain, str):
            raise _refused(self.what, line, f"The key {event.value[:60]!r} is not text; put quotes around it.")
        if plain in frame.value:
            raise _refused(self.what, line, f"The key {plain[:60]!r} appears twice in {frame.path or 'the file'}.")
        frame.key = plain

    def _open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent, line: int) -> None:
        self._refuse_tag(event.tag, line)
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
            raise _refused(self.what, line, "A key must be text, not a list or a map.")
        if len(self.stack) >= MAX_DEPTH:
            raise _refused(self.what, line, f"Is nested deeper than {MAX_DEPTH} levels.")
        value: list[Any] | dict[str, Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        before = self.count
        path = self._put(value, line, 1)
        self.stack.append(_Frame(value, path, event.anchor, before))

    def _close(self) -> None:
        frame = self.stack.pop()
        depth = frame.deepest + 1
        if frame.anchor:
            self.anchors[frame.anchor] = (frame.value, self.count - frame.count_before, depth)
        if self.stack:
            self.stack[-1].deepest = max(self.stack[-1].deepest, depth)

    def _alias(self, event: yaml.AliasEvent, line: int) -> None:
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
            raise _refused(self.what, line, "A key must be text, not an alias.")
        if event.anchor is None or event.anchor not in self.anchors:
            raise _refused(self.what, line, f"*{str(event.anchor)[:60]} refers to nothing before it, or to itself.")
        value, count, depth = self.anchors[event.anchor]
        if len(self.stack) + depth > MAX_DEPTH:
            raise _refused(self.what, line, f"Is nested deeper than {MAX_DEPTH} levels.")
        self._put(value, line, count)
        if self.stack:
            self.stack[-1].deepest = max(self.stack[-1].deepest, depth)

    def _put(self, value: Any, line: int, count: int) -> str:
        self.count += count
        if self.count > MAX_VALUES:
            raise _refused(self.what, line, f"Holds more than {MAX_VALUES:,} values.")
        path = ""
        if not self.stack:
            self.root = value
        else:
            frame = self.stack[-1]
            if isinstance(frame.value, list):
                path = f"{frame.path}[{len(frame.value)}]"
                frame.value.append(value)
            else:
                assert frame.key is not None
                path = f"{frame.path}.{frame.key}" if frame.path else frame.key
                frame.value[frame.key], frame.key = value, None
        self.lines[path] = line
        return path

    def _refuse_tag(self, tag: str | None, line: int) -> None:
        if tag is not None:
            raise _refused(self.what, line, f"Tags such as {tag[:60]!r} are not taken.")

    def _resolved(self, text: str, line: int) -> Any:
        if text in _WORDS:
            return _WORDS[text]
        first = text[0]
        if first not in "-+.0123456789":
            return text
        if _INT.match(text):
            if len(text) > 17 or abs(int(text)) > HIGHEST_SAFE:
                raise _refused(self.what, line, "This number is too large to be kept exactly; put quotes around it.")
            return int(text)
        if _NOT_FINITE.match(text):
            raise _refused(self.what, line, f"{text} is not a number.")
        if _FLOAT.match(text):
            value = float(text)
            if not math.isfinite(value):
                raise _refused(self.what, line, "This number is too large.")
            return value
        return text
