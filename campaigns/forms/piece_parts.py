"""What of a piece is edited in a form, in which order and under which words; and the way between a stored content, what
stands in the form and what was sent. What is not named here stays as the version has it.

Shape only: limits come from the schema of the piece's role, and what is allowed is for the action to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

#: Entries of one list that a form takes; the schemas allow fewer.
MOST_ENTRIES: Final = 200
_DEEPEST: Final = 12
#: Which entry of the version an entry of the form began as; it has none where it was added.
FROM: Final = "from"
#: What tells the entries of a list apart, as the version has it.
KEY: Final = "key"


@dataclass(frozen=True, slots=True)
class Text:
    """One text; without a label it has the title of its entry.

    `lines` is the height of its box, one line where it is 0; a `wide` one takes a line for itself, as those of several
    lines do; `counted` is counted as its platform counts.
    """

    name: str
    label: str
    lines: int = 0
    help: str = ""
    fresh: str = ""
    counted: bool = False
    swatch: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A list. `one` names an entry, by its number or by the value of `key`; `add` is the word on the button, if any.

    `apart` entries stand in a card each, `narrow` ones on one line. Where `parts` is empty the entries are plain texts.
    `titles` are the words for values of `key`; entries with one of the `unseen` values are kept and not shown.
    """

    name: str
    label: str
    one: str
    parts: tuple[Part, ...] = ()
    add: str = ""
    key: str = ""
    fixed: bool = False
    narrow: bool = False
    apart: bool = False
    lines: int = 0
    help: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()

    @property
    def plain(self) -> bool:
        return not self.parts


@dataclass(frozen=True, slots=True)
class Inside:
    """The parts of an object within the piece."""

    name: str
    parts: tuple[Part, ...]


Part: TypeAlias = "Text | Rows | Inside"
State: TypeAlias = dict[str, Any]

_LANGUAGE: Final = Text("language", "Language", help="A code such as en, de or de-AT.")
_WARNINGS: Final = Rows("warnings", "Noted while making it", "Note", help="Remove what is settled.", lines=2)

#: What stands on a poster and is not a field of its direction.
_ZONES: Final = {
    "focal": "Picture",
    "logo": "Name of the sender",
    "body": "Text",
    "list": "List, one entry a line",
    "number": "Number, and its unit on the next line",
    "details": "Details, one a line",
    "link": "Link",
}
#: Zones that repeat a field of their direction, which is what is drawn.
_SAID_ABOVE: Final = {"headline": "headline", "call_to_action": "call_to_action", "fine_print": ""}

PARTS: Final[Mapping[str, tuple[Part, ...]]] = {
    "copy": (
        Rows(
            "headlines", "Headlines", "Headline",
            (
                Text("text", ""),
                Text("construction", "How it is built", fresh="by hand"),
            ),
            add="Add a headline",
        ),
        Rows(
            "bodies", "Bodies", "{} body",
            (Text("text", "", lines=8), Text("note", "Note", wide=True)),
            key="length", fixed=True,
        ),
        Rows(
            "calls_to_action", "Calls to action", "Call to action", (Text("text", ""),), add="Add a call to action"
        ),
        Text("tone_note", "On its tone", lines=3),
        _LANGUAGE,
        _WARNINGS,
    ),
    "short_copy": (
        Rows(
            "platforms", "Posts", "Posts for {}",
            (
                Rows(
                    "posts", "", "Post",
                    (
                        Text("text", "", lines=5, counted=True),
                        Text("first_comment", "First comment", wide=True),
                        Text("note", "Note", wide=True),
                    ),
                    add="Add a post",
                ),
            ),
            key="platform", fixed=True, apart=True,
        ),
        _LANGUAGE,
        _WARNINGS,
    ),
    "visual_concept": (
        Rows(
            "concepts", "Directions", "Direction",
            (
                Text("name", "Name"),
                Text("mood", "Mood"),
                Text("theme", "Theme", wide=True),
                Text("headline", "Headline"),
                Text("call_to_action", "Call to action"),
                Rows("fine_print", "Fine print", "Line", add="Add a line of fine print", lines=2),
                Rows(
                    "palette", "Palette", "Colour",
                    (Text("role", "Used for"), Text("hex", "Colour", swatch=True)),
                    add="Add a colour", narrow=True,
                ),
                Inside(
                    "layout",
                    (
                        Text("name", "Layout"),
                        Rows(
                            "zones", "What stands on the poster", "{}", (Text("content", "", lines=2),),
                            key="name", fixed=True, titles=_ZONES, unseen=tuple(_SAID_ABOVE),
                        ),
                    ),
                ),
                Inside(
                    "typography",
                    (
                        Text("headline", "Typeface of headlines"),
                        Text("body", "Typeface of texts"),
                        Text("note", "Note on type"),
                    ),
                ),
                Text("image_prompt", "Prompt for an image model", lines=4),
                Text("alt_text", "Alt text", lines=2, help="Says what is seen, for those who do not see it."),
            ),
            apart=True,
        ),
        _LANGUAGE,
        _WARNINGS,
    ),
}  # fmt: skip


def state_of(parts: Sequence[Part], content: Any) -> State:
    """A stored content as the form begins with it; what has another shape than it should is left out."""
    held = content if isinstance(content, Mapping) else {}
    state: State = {}
    for part in parts:
        value = held.get(part.name)
        if isinstance(part, Text):
            state[part.name] = value if isinstance(value, str) else ""
        elif isinstance(part, Inside):
            state[part.name] = state_of(part.parts, value)
        else:
            entries = value if isinstance(value, list) else []
            state[part.name] = [
                {**_entry_of(part, entry), FROM: number, KEY: _key(part, entry)} for number, entry in enumerate(entries)
            ]
    return state


def _entry_of(rows: Rows, entry: Any) -> State:
    if rows.plain:
        return {"": entry if isinstance(entry, str) else ""}
    return state_of(rows.parts, entry)


def _key(rows: Rows, entry: Any) -> str:
    value = entry.get(rows.key) if rows.key and isinstance(entry, Mapping) else None
    return value if isinstance(value, str) else ""


def state_said(parts: Sequence[Part], sent: Mapping[str, str], base: Any) -> State:
    """What was sent of a form of that base. Entries are numbered anew, in the order of the numbers that were sent."""
    tree: dict[str, Any] = {}
    for name, value in sent.items():
        *path, last = name.split(".", _DEEPEST)
        node = tree
        for step in path:
            below = node.setdefault(step, {})
            node = below if isinstance(below, dict) else {}
        node.setdefault(last, value)
    return _said(parts, tree, base)


def _said(parts: Sequence[Part], tree: Any, base: Any) -> State:
    held, before = tree if isinstance(tree, dict) else {}, base if isinstance(base, Mapping) else {}
    state: State = {}
    for part in parts:
        value, old = held.get(part.name), before.get(part.name)
        if isinstance(part, Text):
            state[part.name] = _typed(value)
        elif isinstance(part, Inside):
            state[part.name] = _said(part.parts, value, old)
        else:
            state[part.name] = [_entry_said(part, entry, old) for entry in _numbered(value)]
    return state


def _entry_said(rows: Rows, entry: Any, old: Any) -> State:
    held = entry if isinstance(entry, dict) else {}
    said = held.get(FROM)
    began = int(said) if isinstance(said, str) and _is_number(said) else None
    before = _began_as(old, began)
    state = {"": _typed(held.get(""))} if rows.plain else _said(rows.parts, held, before)
    return {**state, FROM: began, KEY: _key(rows, before)}


def _began_as(old: Any, number: int | None) -> Any:
    return old[number] if isinstance(old, list) and number is not None and number < len(old) else None


def _numbered(value: Any) -> list[Any]:
    if not isinstance(value, dict):
        return []
    numbers = sorted(int(key) for key in value if _is_number(key))
    return [value[str(number)] for number in numbers if str(number) in value][:MOST_ENTRIES]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6


def _typed(value: Any) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else ""


def content_said(parts: Sequence[Part], state: State, base: Any) -> dict[str, Any]:
    """The content with what the form says; everything that the form does not show stays as the base has it."""
    content: dict[str, Any] = deepcopy(dict(base)) if isinstance(base, Mapping) else {}
    for part in parts:
        value, old = state[part.name], content.get(part.name)
        if isinstance(part, Text):
            content[part.name] = _kept(value, old)
        elif isinstance(part, Inside):
            content[part.name] = content_said(part.parts, value, old)
        else:
            content[part.name] = [_content_of(part, entry, old) for entry in value]
    return content


def _content_of(rows: Rows, entry: State, old: Any) -> Any:
    before = _began_as(old, entry[FROM])
    return _kept(entry[""], before) if rows.plain else content_said(rows.parts, entry, before)


def _kept(typed: str, before: Any) -> Any:
    """What was not touched stays to the letter, also where a browser sends its blanks and line ends differently."""
    if isinstance(before, str) and _typed(before) == typed:
        return before
    return typed.strip()


def follow(state: State, base: Any) -> None:
    """Zones of a poster that repeated a field of their direction go on doing so; the state is changed in place."""
    old = base.get("concepts") if isinstance(base, Mapping) else None
    for entry in state.get("concepts", ()):
        before = _began_as(old, entry[FROM])
        for zone in entry["layout"]["zones"]:
            field = _SAID_ABOVE.get(zone[KEY])
            if field and isinstance(before, Mapping) and before.get(field) == zone["content"]:
                zone["content"] = entry[field]


def without_blank(parts: Sequence[Part], state: State) -> State:
    """The state without the added entries in which nothing was written."""
    kept: State = {}
    for part in parts:
        value = state[part.name]
        if isinstance(part, Text):
            kept[part.name] = value
        elif isinstance(part, Inside):
            kept[part.name] = without_blank(part.parts, value)
        else:
            entries = [e for e in value if e[FROM] is not None or not _is_blank(part, e)]
            kept[part.name] = [
                entry if part.plain else {**entry, **without_blank(part.parts, entry)} for entry in entries
            ]
    return kept


def _is_blank(rows: Rows, entry: State) -> bool:
    if rows.plain:
        return not entry[""].strip()
    texts = [part for part in rows.parts if isinstance(part, Text)]
    return all(entry[part.name].strip() in ("", part.fresh) for part in texts)


def changed_by(parts: Sequence[Part], state: State, do: str) -> str:
    """Add or remove an entry, as in `add:headlines` or `remove:headlines.2`: the state is changed in place.

    Returns the path where work goes on: the new entry, or the list of the one that is gone; "" if there is none such.
    """
    verb, _, path = do.partition(":")
    steps = path.split(".")
    if verb == "remove":
        *steps, number = steps
    found = _list_at(parts, state, steps)
    if found is None:
        return ""
    rows, entries = found
    where = ".".join(steps)
    if verb == "remove" and not rows.fixed and _is_number(number) and int(number) < len(entries):
        del entries[int(number)]
        return where
    if verb == "add" and rows.add and len(entries) < MOST_ENTRIES:
        entries.append({**_fresh(rows), FROM: None, KEY: ""})
        return f"{where}.{len(entries) - 1}"
    return ""


def _list_at(parts: Sequence[Part], state: State, steps: Sequence[str]) -> tuple[Rows, list[State]] | None:
    part = next((one for one in parts if one.name == steps[0]), None) if steps else None
    if isinstance(part, Inside):
        return _list_at(part.parts, state[part.name], steps[1:])
    if not isinstance(part, Rows):
        return None
    entries = state[part.name]
    if len(steps) == 1:
        return part, entries
    if part.plain or not _is_number(steps[1]) or int(steps[1]) >= len(entries):
        return None
    return _list_at(part.parts, entries[int(steps[1])], steps[2:])


def _fresh(rows: Rows) -> State:
    if rows.plain:
        return {"": ""}
    return {part.name: part.fresh if isinstance(part, Text) else [] for part in rows.parts}
