"""The form of a piece: a field for each of its texts, in the lists and groups of its page. Shape only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, NamedTuple

from django import forms
from django.forms import BoundField

from agents.auditing.platforms import PLATFORMS, Platform, count, platform
from campaigns.forms.fields import PageForm, TextField
from campaigns.forms.piece_parts import FROM, KEY, Inside, Part, Rows, State, Text

#: More fields than this are not sent by a form: the server would refuse it before it is read.
MOST_FIELDS: Final = 900


@dataclass(slots=True)
class Box:
    """One text: its field, and how its platform counts it."""

    bound: BoundField
    counted: str = ""
    over: bool = False
    swatch: str = ""
    wide: bool = False
    kind: ClassVar[str] = "text"


@dataclass(slots=True)
class Entry:
    title: str
    path: str
    began: int | None
    items: list[Any]
    removable: bool
    unseen: bool = False


@dataclass(slots=True)
class Listed:
    """A list of the form with its entries; faults are those of the list as a whole. Work goes on here if `here`."""

    rows: Rows
    path: str
    entries: list[Entry]
    may_add: bool
    here: bool
    faults: list[str] = field(default_factory=list)
    kind: ClassVar[str] = "rows"

    @property
    def title(self) -> str:
        """No title over a list in which nothing is to be seen."""
        return self.rows.label if self.rows.add or any(not entry.unseen for entry in self.entries) else ""


class Place(NamedTuple):
    """Where in the form something stands: its path, the title of its entry, and the platform it is written for."""

    path: str = ""
    title: str = ""
    on: Platform | None = None


class PieceForm(PageForm):
    """Built from the parts of a piece, the state of each, and the schema of its role, which knows the limits."""

    note = TextField("What was changed, and why", most=2000, help_text="For the history. May be left blank.")

    def __init__(
        self, parts: Sequence[Part], state: State, schema: Mapping[str, Any], *, note: str = "", on: str = ""
    ) -> None:
        """`on` is the path at which work goes on: its first field gets the cursor."""
        self.parts, self.state, self.schema, self.on = parts, state, schema, on
        self.lists: dict[str, list[str]] = {}
        self.labels: dict[str, str] = {}
        self.unseen: list[str] = []
        data = {"note": note}
        super().__init__(data, auto_id="id_%s")
        for path, label, text, value, shape in self._texts(parts, state, schema, ""):
            self.fields[path] = _field_of(text, label, value, shape)
            self.labels[path], data[path] = label, value
        self.labels["note"] = "What was changed, and why"
        self.dress()
        for path in self.unseen:
            self.fields[path].widget = forms.HiddenInput()
        if focus := next((name for name in self.fields if on and f"{name}.".startswith(f"{on}.")), ""):
            self.fields[focus].widget.attrs["autofocus"] = True

    @property
    def fits(self) -> bool:
        """Whether the server takes as many values as the page would send: the texts, and where each entry began."""
        return len(self.fields) + _entries(self.parts, self.state) < MOST_FIELDS

    def _texts(
        self, parts: Sequence[Part], state: State, schema: Mapping[str, Any], path: str, title: str = ""
    ) -> Iterator[tuple[str, str, Text, str, Mapping[str, Any]]]:
        """Every text with its path, its label among all, its value and its schema; notes the lists on the way."""
        for part in parts:
            here, shape = f"{path}{part.name}", self._below(schema, part.name)
            if isinstance(part, Text):
                yield here, ": ".join(filter(None, (title, part.label))), part, state[part.name], shape
            elif isinstance(part, Inside):
                yield from self._texts(part.parts, state[part.name], shape, f"{here}.", title)
            else:
                self.lists[here] = []
                self.labels[here] = ": ".join(filter(None, (title, part.label)))
                inner = self._below(shape, "items")
                for number, entry in enumerate(state[part.name]):
                    of_entry = ": ".join(filter(None, (title, _title(part, entry, number))))
                    if part.plain:
                        yield f"{here}.{number}.", of_entry, Text("", "", part.lines), entry[""], inner
                        continue
                    for found in self._texts(part.parts, entry, inner, f"{here}.{number}.", of_entry):
                        self.unseen += [found[0]] if entry[KEY] in part.unseen else []
                        yield found

    def _below(self, shape: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        found = shape.get("items", {}) if name == "items" else shape.get("properties", {}).get(name, {})
        below: Mapping[str, Any] = self.schema.get("$defs", {}).get(
            str(found.get("$ref", "")).removeprefix("#/$defs/"), found
        )
        return below

    def tree(self) -> list[Any]:
        """What the page shows, with the faults known by now."""
        return self._shown(self.parts, self.state, self.schema, Place())

    def _shown(self, parts: Sequence[Part], state: State, schema: Mapping[str, Any], at: Place) -> list[Any]:
        found: list[Any] = []
        for part in parts:
            here, shape = f"{at.path}{part.name}", self._below(schema, part.name)
            if isinstance(part, Text):
                found.append(self._box(part, state[part.name], at._replace(path=here)))
            elif isinstance(part, Inside):
                found += self._shown(part.parts, state[part.name], shape, at._replace(path=f"{here}."))
            elif part.name != "warnings" or state[part.name]:
                found.append(self._listed(part, state[part.name], shape, at._replace(path=here)))
        return found

    def _box(self, text: Text, value: str, at: Place) -> Box:
        box = Box(self[at.path], swatch=value if text.swatch else "")
        box.bound.label = text.label or at.title
        box.wide = text.wide or not text.label or bool(text.lines)
        if text.counted and at.on is not None:
            length = count(value, at.on)
            box.over = length > at.on.limit
            words = f"{length:,} of {at.on.limit:,} characters as {at.on.title} counts"
            box.counted = f"{words}, too long" if box.over else words
        return box

    def _listed(self, rows: Rows, entries: Sequence[State], shape: Mapping[str, Any], at: Place) -> Listed:
        inner, least = self._below(shape, "items"), shape.get("minItems", 0)
        shown = []
        for number, entry in enumerate(entries):
            on = platform(entry[KEY]) if rows.name == "platforms" else at.on
            here = Place(f"{at.path}.{number}.", _title(rows, entry, number), on)
            items = [self._box(Text("", ""), entry[""], here)] if rows.plain else []
            items = items or self._shown(rows.parts, entry, inner, here)
            removable = not rows.fixed and len(entries) > least
            unseen = entry[KEY] in rows.unseen
            shown.append(Entry(here.title, here.path.rstrip("."), entry[FROM], items, removable, unseen))
        may_add = bool(rows.add) and self.fits and len(entries) < shape.get("maxItems", MOST_FIELDS)
        return Listed(rows, at.path, shown, may_add, self.on == at.path, self.lists[at.path])

    def box_at(self, path: str) -> Box | None:
        """The text of that path, counted; None where there is none."""
        waiting = self.tree()
        while waiting:
            item = waiting.pop()
            if isinstance(item, Box):
                if item.bound.name == path:
                    return item
            else:
                waiting += [below for entry in item.entries for below in entry.items]
        return None

    def field_of(self, name: str) -> str | None:
        """A fault's path such as content.headlines[1].text as the name of its field."""
        path = _dotted(name)
        return path if path in self.fields else f"{path}." if f"{path}." in self.fields else None

    def take(self, error: Any) -> None:
        """A fault of a list, or of a part that is not shown, is said at the nearest list; the rest above the form."""
        placed: dict[str, list[str]] = {}
        for name, sentences in error.errors.items():
            if self.field_of(name) is None and (there := self._nearest(_dotted(name))):
                placed[name] = list(sentences)
                self.lists[there] += sentences
        if placed:
            rest = {name: said for name, said in error.errors.items() if name not in placed}
            if not rest:
                return
            error = type(error)(error.message, code=error.code, errors=rest)
        super().take(error)

    def _nearest(self, path: str) -> str:
        while path and path not in self.lists:
            path = path.rpartition(".")[0]
        return path

    def summary(self) -> list[tuple[str, str, str]]:
        """Each fault with the id of what it is about and its label, in the order of the page."""
        told = []
        for path, label in self.labels.items():
            if path in self.lists:
                told += [(f"id_{path}_list", label, said) for said in self.lists[path]]
            else:
                told += [(f"id_{path}_field", label, said) for said in map(str, self.errors.get(path, []))]
        return told


def _entries(parts: Sequence[Part], state: State) -> int:
    found = 0
    for part in parts:
        if isinstance(part, Inside):
            found += _entries(part.parts, state[part.name])
        elif isinstance(part, Rows):
            found += sum(1 + (0 if part.plain else _entries(part.parts, entry)) for entry in state[part.name])
    return found


def _dotted(name: str) -> str:
    return name.removeprefix("content.").replace("[", ".").replace("]", "")


def _title(rows: Rows, entry: State, number: int) -> str:
    if "{}" not in rows.one:
        return f"{rows.one} {number + 1}"
    key = entry[KEY] or str(number + 1)
    known = PLATFORMS.get(key) if rows.name == "platforms" else None
    said = rows.one.format(known.title if known else rows.titles.get(key, key.replace("_", " ")))
    return f"{said[:1].upper()}{said[1:]}"


def _field_of(text: Text, label: str, value: str, shape: Mapping[str, Any]) -> forms.Field:
    """A box for the text; a list of choices where the schema has one. A stored line break is never lost in a line."""
    if choices := shape.get("enum"):
        known = choices if value in choices or not value else [*choices, value]
        pairs = [("", "Choose"), *((one, str(one)) for one in known)]
        return forms.ChoiceField(label=label, required=False, choices=pairs, help_text=text.help)
    lines = text.lines or (2 if "\n" in value else 0)
    hint = text.help or str(shape.get("description", ""))
    return TextField(label, lines=lines, most=shape.get("maxLength"), help_text=hint, strip=False)
