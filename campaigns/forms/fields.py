"""How every form looks and speaks: Tabler's classes, limits that are shown, errors of an action put at their fields.

Shape only: what is allowed is for the actions to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms

from conductor.lib.errors import ConductorError

#: What no honest form sends; the actions have limits of their own, lower and told in words.
HARD_LIMIT: Final = 1_000_000
_CLASSES: Final = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.Textarea, "form-control"),
    (forms.TextInput, "form-control"),
    (forms.NumberInput, "form-control"),
    (forms.PasswordInput, "form-control"),
)
_INDEX: Final = re.compile(r"\[\d+\]")
#: What the framework puts where a form's bytes are not UTF-8; kept, it would be a letter that nobody wrote.
_UNREADABLE: Final = "\ufffd"


class TextField(forms.CharField):
    """A text of one line or more. `most` is shown as a counter; `marked` fields are needed before a run."""

    def __init__(
        self, label: str, *, lines: int = 0, most: int | None = None, marked: bool = False, **kwargs: Any
    ) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": lines}) if lines else forms.TextInput())
        super().__init__(label=label, max_length=HARD_LIMIT, **kwargs)
        self.most = most
        self.marked = marked

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if _UNREADABLE in text:
            raise forms.ValidationError("Contains a character that could not be read (\ufffd). Type it again.")
        return text


class LinesField(TextField):
    """A list typed one entry per line; blank lines do not count."""

    def __init__(self, label: str, *, lines: int = 3, **kwargs: Any) -> None:
        super().__init__(label, lines=lines, **kwargs)

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        return [line.strip() for line in text.splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(entry) for entry in value) if isinstance(value, list | tuple) else value


class RowsField(TextField):
    """A list of small records typed one per line, their parts between bars. A bar, a backslash or a line break inside
    a part is written with a backslash before it, so that what is shown can be saved again."""

    def __init__(self, label: str, *, parts: Sequence[str], lines: int = 3, **kwargs: Any) -> None:
        super().__init__(label, lines=lines, **kwargs)
        self.parts = tuple(parts)

    def clean(self, value: Any) -> list[dict[str, str]]:
        rows = [_cells(line) for line in str(super().clean(value)).splitlines() if line.strip()]
        if any(len(row) > len(self.parts) for row in rows):
            raise forms.ValidationError(f"A line has at most {len(self.parts)} parts: {' | '.join(self.parts)}.")
        return [dict(zip(self.parts, row, strict=False)) for row in rows]

    def prepare_value(self, value: Any) -> Any:
        return self.written(value) if isinstance(value, list | tuple) else value

    def written(self, records: Iterable[Mapping[str, Any]]) -> str:
        """The records as they are typed; empty parts at the end are left out."""
        lines = []
        for record in records:
            cells = [_escaped(str(record.get(part) or "")) for part in self.parts]
            while len(cells) > 1 and not cells[-1]:
                cells.pop()
            lines.append(" | ".join(cells))
        return "\n".join(lines)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "\\n")


def _cells(line: str) -> list[str]:
    cells, escaped = [""], False
    for char in line:
        if escaped:
            cells[-1] += "\n" if char == "n" else char
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "|":
            cells.append("")
        else:
            cells[-1] += char
    return [cell.strip() for cell in cells]


class Chip(str):
    """The label of a choice, beside it what it costs or allows, and colours that show what it is."""

    detail: str
    colours: tuple[str, ...]

    def __new__(cls, word: str, detail: str = "", colours: Iterable[str] = ()) -> Chip:
        made = super().__new__(cls, word)
        made.detail = detail
        made.colours = tuple(colours)
        return made


class ChipsField(forms.MultipleChoiceField):
    """Several of a few."""

    chips = "plain"

    def __init__(self, label: str, choices: Iterable[tuple[str, Chip]], *, marked: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(label=label, choices=list(choices), widget=forms.CheckboxSelectMultiple(), **kwargs)
        self.marked = marked


class OneChipField(forms.ChoiceField):
    """One of a few, each with what it costs."""

    chips = "wide"

    def __init__(self, label: str, choices: Iterable[tuple[str, Chip]], **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(label=label, choices=list(choices), widget=forms.RadioSelect(), **kwargs)


class PageForm(forms.Form):
    """A form of a page. Errors of an action land at the field they name; the rest is said above the form."""

    #: Names that the action uses for a field of the form, where they differ.
    names: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.dress()

    def dress(self) -> None:
        """Gives the fields their looks; fields that are added later need it again."""
        for field in self.fields.values():
            classes = next((name for widget, name in _CLASSES if isinstance(field.widget, widget)), "")
            if classes and not isinstance(field.widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
                field.widget.attrs.setdefault("class", classes)

    def full_clean(self) -> None:
        """Faults of fields that nobody sees are said above the form."""
        super().full_clean()
        for field in self.hidden_fields():
            for sentence in self.errors.pop(field.name, []):
                self.add_error(None, f"{field.name}: {sentence}")

    def take(self, error: ConductorError) -> None:
        """Show what the action said: per field where there is one, else above the form."""
        said = [error.message] if not error.errors or error.code != "invalid" else []
        for name, sentences in error.errors.items():
            field = self.field_of(name)
            if field and not self[field].is_hidden:
                for sentence in sentences:
                    self.add_error(field, f"{self._line(field, name)}{sentence}")
            else:
                said += [f"{name}: {sentence}" for sentence in sentences]
        for sentence in said:
            self.add_error(None, sentence)

    def _line(self, field: str, name: str) -> str:
        """Which line of a field of records a fault is about."""
        found = _INDEX.search(name) if isinstance(self.fields[field], RowsField) else None
        return f"Line {int(found.group()[1:-1]) + 1}: " if found else ""

    def named(self, errors: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
        """Each fault with the label of the field it is about, or with its own name where no field has it."""
        found = []
        for name, sentences in errors.items():
            field = self.field_of(name)
            label = str(self.fields[field].label) if field else name
            found += [(label, sentence) for sentence in sentences]
        return found

    def field_of(self, name: str) -> str | None:
        """The field of this form that an error's path such as `brief.constraints.max_words` or `names[2]` means."""
        path = _INDEX.sub("", name)
        for candidate in (
            self.names.get(name),
            self.names.get(path),
            path.replace(".", "_"),
            *reversed(path.split(".")),
        ):
            if candidate in self.fields:
                return candidate
        return None
