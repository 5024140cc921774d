"""Texts from outside that a command audits: plain text, HTML without its tags, pieces as JSON. Must not judge them.

Remembers for every character shown where it came from, so that a finding is told by line and column of the file, and a
patched text can be put back into it.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from agents.auditing.pieces import SLOTS
from conductor.cli import files
from conductor.lib.errors import BadInput
from conductor.lib.text import first_twice

Form: TypeAlias = Literal["text", "html", "piece"]
FORMS: Final[dict[str, Form]] = {"text": "text", "html": "html", "json": "piece"}

_SUFFIXES: Final[dict[str, Form]] = {".html": "html", ".htm": "html", ".xhtml": "html", ".json": "piece"}
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MEMBERS: Final = {
    "headlines": "copy", "bodies": "copy", "calls_to_action": "copy", "platforms": "short_copy",
    "concepts": "visual_concept",
}  # fmt: skip
_PARTS = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Source:
    """shown is what is audited; starts and ends hold, for each of its characters, the place in raw (html only).

    pieces maps slots to contents and data is the whole document (piece only).
    """

    name: str
    form: Form
    raw: str
    encoding: str
    shown: str = ""
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    pieces: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    data: Any = None

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of a character shown."""
        if self.form != "html":
            return line_and_column(self.raw, offset)
        if offset < len(self.starts):
            return line_and_column(self.raw, self.starts[offset])
        return line_and_column(self.raw, self.ends[-1] if self.ends else 0)


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def read(name: str, *, form: str = "", encoding: str = "") -> Source:
    """The file, or standard input for "-". BadInput says what is wrong with it."""
    found = FORMS[form] if form else _SUFFIXES.get(Path(name).suffix.casefold(), "text")
    raw, used = _decoded(files.read_bytes(name), name, encoding)
    source = Source(name, found, raw, used, shown=raw)
    if found == "html":
        return _without_tags(source)
    return _with_pieces(source) if found == "piece" else source


def read_json(name: str, *, what: str = "FILE") -> Any:
    """The one JSON document in a file."""
    return _json(_decoded(files.read_bytes(name, what=what), name, "", what)[0], name, what)


def put_back(source: Source, text: str) -> str:
    """The file with its shown text changed to this one. What stands between tags is changed, tags never."""
    if source.form == "text":
        return text
    old, new = _PARTS.findall(source.shown), _PARTS.findall(text)
    offsets = [0]
    for part in old:
        offsets.append(offsets[-1] + len(part))
    raw = source.raw
    for kind, first, last, low, high in reversed(SequenceMatcher(None, old, new, autojunk=False).get_opcodes()):
        if kind == "equal":
            continue
        start, end = offsets[first], offsets[last]
        left = source.starts[start] if start < end else source.ends[start - 1] if start else source.starts[0]
        right = source.ends[end - 1] if start < end else left
        if "<" in raw[left:right]:
            raise BadInput(errors={"FILE": f"{source.name}: a patch would change tags; change the text by hand."})
        raw = raw[:left] + escape("".join(new[low:high]), quote=False) + raw[right:]
    if " ".join(_without_tags(replace(source, raw=raw)).shown.split()) != " ".join(text.split()):
        raise BadInput(errors={"FILE": f"{source.name}: the patches do not fit between the tags of the file."})
    return raw


def encode(text: str, source: Source) -> bytes:
    """The bytes of a changed file, in the encoding it came in."""
    try:
        return text.encode(source.encoding)
    except UnicodeEncodeError as error:
        letter = text[error.start]
        words = f"The patched text holds {letter!r}, which {source.encoding} does not have."
        raise BadInput(errors={"--encoding": words}) from error


def _decoded(raw: bytes, name: str, encoding: str, what: str = "FILE") -> tuple[str, str]:
    """The text and the encoding it is in: the one said, else that of its mark, else UTF-8."""
    said = encoding or next((known for mark, known in _MARKS if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(said)
    except LookupError as error:
        raise BadInput(errors={"--encoding": f"There is no text encoding {said!r}."}) from error
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        where = f"byte {error.start} (0x{raw[error.start]:02X}), line {line}"
        more = "" if encoding else " It may be Windows-1252: say --encoding cp1252."
        raise BadInput(errors={what: f"{name} is not {said.upper()} text: {where}.{more}"}) from error
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise BadInput(errors={what: f"{name} is not a text: it holds a NUL character in line {line}."})
    if not text.strip():
        raise BadInput(errors={what: f"{name} holds no text."})
    return text, said


class _Reader(HTMLParser):
    """Collects the characters a reader would see; runs of space count as one, as they are shown."""

    _HIDDEN: Final = frozenset(("script", "style", "template", "noscript", "title"))
    _BLOCKS: Final = frozenset(
        "address article aside blockquote body br dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 "
        "h4 h5 h6 header hr html li main nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
    )

    def __init__(self, raw: str) -> None:
        super().__init__(convert_charrefs=False)
        self.shown: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self._raw = raw
        self._lines = [0, *(match.end() for match in re.finditer("\n", raw))]
        self._hidden = 0
        self.feed(raw)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in self._HIDDEN
        self._break(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        self._break(tag)

    def handle_data(self, data: str) -> None:
        place = self._place()
        for number, letter in enumerate(data):
            self._show(letter, place + number, place + number + 1)

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name}")

    def _reference(self, said: str) -> None:
        place = self._place()
        end = place + len(said)
        end += self._raw.startswith(";", end)
        for letter in unescape(f"{said};"):
            self._show(letter, place, end)

    def _show(self, letter: str, start: int, end: int) -> None:
        if self._hidden:
            return
        if letter.isspace() and letter != "\u00a0":
            if not self.shown or self.shown[-1] in " \n":
                return
            letter = " "
        self._put(letter, start, end)

    def _break(self, tag: str) -> None:
        if tag in self._BLOCKS and self.shown and self.shown[-1] != "\n":
            place = self._place()
            self._put("\n", place, place)

    def _put(self, letter: str, start: int, end: int) -> None:
        self.shown.append(letter)
        self.starts.append(start)
        self.ends.append(end)

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


def _without_tags(source: Source) -> Source:
    reader = _Reader(source.raw)
    shown = "".join(reader.shown).rstrip()
    if not shown:
        raise BadInput(errors={"FILE": f"{source.name} shows no text."})
    starts, ends = reader.starts[: len(shown)], reader.ends[: len(shown)]
    return replace(source, shown=shown, starts=tuple(starts), ends=tuple(ends))


def _json(text: str, name: str, what: str = "FILE") -> Any:
    try:
        return json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise BadInput(errors={what: f"{name} is not valid JSON: {where[:200]}."}, code="malformed") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a name given twice says one thing to us and may say another to the next reader."""
    if (twice := first_twice(name for name, _ in pairs)) is not None:
        raise ValueError(f"the name {twice[:60]!r} is given twice")
    return dict(pairs)


def _no_number(said: str) -> Any:
    raise ValueError(f"{said} is not a number")


def _with_pieces(source: Source) -> Source:
    data = _json(source.raw, source.name)
    pieces = _pieces(data)
    if not pieces:
        members = ", ".join(_MEMBERS)
        words = f"{source.name} is not a piece: it needs one of {members}, or pieces by slot ({', '.join(SLOTS)})."
        raise BadInput(errors={"FILE": words})
    return replace(source, data=data, pieces=pieces, shown="")


def _pieces(data: Any) -> dict[str, dict[str, Any]]:
    """Contents by slot: of a bundle, of a version with its content, or of a bare content."""
    if not isinstance(data, dict):
        return {}
    named = {slot: content for slot in SLOTS if (content := content_of(data.get(slot)))}
    if named:
        return named
    content = content_of(data)
    slot = next((_MEMBERS[name] for name in _MEMBERS if isinstance(content.get(name), list)), "")
    return {slot: content} if slot else {}


def content_of(data: Any) -> dict[str, Any]:
    """The content of a piece, bare or as a version tells it."""
    if not isinstance(data, dict):
        return {}
    held = data.get("content")
    return held if isinstance(held, dict) else data


def with_contents(source: Source, contents: Mapping[str, dict[str, Any]]) -> Any:
    """The document with these contents in the places of the old ones."""
    data = source.data
    if any(slot in data for slot in SLOTS):
        return {name: _renewed(held, contents[name]) if name in contents else held for name, held in data.items()}
    (content,) = contents.values()
    return _renewed(data, content)


def _renewed(data: Any, content: dict[str, Any]) -> Any:
    """Of a version only the content is new: its hash and number were those of the old one."""
    if not isinstance(data.get("content"), dict):
        return content
    return {name: held for name, held in {**data, "content": content}.items() if name not in ("sha256", "version")}
