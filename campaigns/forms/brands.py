"""The form of a brand, its way there and back, and the commands a brand has. Shape only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from django import forms

from agents.auditing.platforms import PLATFORMS
from campaigns.forms.commands import CommandForm
from campaigns.forms.fields import Chip, ChipsField, LinesField, PageForm, RowsField, TextField
from campaigns.kinds.brand_checks import LONGEST_PHRASE
from campaigns.kinds.brands import LIMITS, ROLES

EMOJI: Final = [
    ("", "as is usual on each platform"),
    ("none", "none"),
    ("sparing", "sparing: one where it helps"),
    ("free", "free"),
]
_PLATFORM_CHIPS: Final = [(name, Chip(known.title)) for name, known in PLATFORMS.items()]
#: Field of the form -> where it stands in the data.
_PLACES: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name",),
    **{name: ("voice", name) for name in ("tone", "adjectives", "guidelines", "dos", "donts")},
    **{name: ("words", name) for name in ("prefer", "avoid")},
    "required_hashtags": ("hashtags", "required"),
    "banned_hashtags": ("hashtags", "banned"),
    **{
        name: (name,)
        for name in (
            "palette", "disclaimers", "required_terms", "prohibited_terms", "claims", "emoji", "platforms", "link",
            "products", "personas",
        )
    },
}  # fmt: skip


class BrandForm(PageForm):
    team = forms.ChoiceField(label="Team", required=False)
    name = TextField("Name", most=LIMITS["name"], help_text="As it is written in texts.")
    tone = TextField("Tone", most=LIMITS["tone"], help_text="How it sounds, for example: warm, plain, confident.")
    adjectives = LinesField("The brand is", help_text="One word per line, for example: dependable.")
    guidelines = TextField(
        "Guidelines", lines=4, most=LIMITS["guidelines"], help_text="House rules for words and pictures."
    )
    dos = LinesField("Do", help_text="One per line, for example: Name the number where there is one.")
    donts = LinesField("Do not", help_text="One per line, for example: Use jargon.")
    prefer = LinesField("Words to use", help_text="One per line.")
    avoid = LinesField("Words to avoid", help_text="One per line: a word, or word -> what is said instead.")
    palette = RowsField(
        "Colours",
        parts=("hex", "name", "role"),
        lines=4,
        help_text=f"One per line: #RRGGBB | name | what it is for ({', '.join(ROLES)}, or nothing).",
    )
    required_terms = LinesField("Terms that must appear", help_text="One per line.")
    prohibited_terms = LinesField("Terms that may not appear", help_text="One per line.")
    disclaimers = LinesField("Disclaimers", help_text="One per line, used word for word.")
    claims = RowsField(
        "Claims and proofs",
        parts=("claim", "proof"),
        lines=4,
        help_text="One per line: claim | what proves it. Only what stands here may be claimed.",
    )
    required_hashtags = LinesField("Hashtags on every post", lines=2, help_text="One per line, with or without #.")
    banned_hashtags = LinesField("Hashtags never used", lines=2, help_text="One per line, with or without #.")
    emoji = forms.ChoiceField(label="Emoji", choices=EMOJI, required=False)
    platforms = ChipsField("Usual platforms", _PLATFORM_CHIPS)
    link = TextField("Usual link", most=LIMITS["link"], help_text="An https:// address.")
    products = RowsField(
        "Products",
        parts=("name", "description"),
        help_text="One per line: name | facts. A brief whose product is only the name gets the facts.",
    )
    personas = RowsField(
        "Personas",
        parts=("name", "description"),
        help_text="One per line: name | who they are. A brief whose audience is only the name gets the rest.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    names: ClassVar[dict[str, str]] = {f"data.{'.'.join(place)}": field for field, place in _PLACES.items()}

    def __init__(self, *args: Any, teams: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = list(teams)  # type: ignore[attr-defined]

    def data_said(self) -> dict[str, Any]:
        """What stands in the form, as the brand's data: every field, so that a cleared one is cleared."""
        data: dict[str, Any] = {}
        for field, (part, *below) in _PLACES.items():
            value = self.cleaned_data[field]
            if below:
                data.setdefault(part, {})[below[0]] = value
            else:
                data[part] = value
        return data

    def field_of(self, name: str) -> str | None:
        """Faults of records name their parts, such as `data.palette[0].hex`: they belong to the whole field."""
        part = name.partition("[")[0]
        return self.names.get(part) or super().field_of(name)


def initial_of(data: Mapping[str, Any], *, team_id: UUID, version: int) -> dict[str, Any]:
    """A stored brand as the form shows it."""
    found: dict[str, Any] = {"team": str(team_id), "version": version}
    for field, place in _PLACES.items():
        value: Any = data
        for part in place:
            value = value.get(part) if isinstance(value, Mapping) else None
        found[field] = value
    return found


class PublishBrandForm(CommandForm):
    title, verb = "Publish this draft", "Publish"
    explains = "Runs that start from now on use it. Runs that have begun keep the version they were started with."
    number = forms.IntegerField(widget=forms.HiddenInput)
    confirm = True


class ArchiveBrandForm(CommandForm):
    title, verb, tone = "Archive this brand", "Archive", "danger"
    explains = "It is kept with all its versions, and no run starts with it until it is restored."
    confirm = True


class RestoreBrandForm(CommandForm):
    title, verb = "Take this brand out of the archive", "Restore"


class CloneBrandForm(CommandForm):
    title, verb = "Copy this brand", "Copy"
    explains = "Makes a draft of its own that begins with the last version of this one."
    name = TextField("Name of the copy", most=LIMITS["name"])
    names: ClassVar[dict[str, str]] = {"data.name": "name"}


class PhraseForm(PageForm):
    text = TextField(
        "A phrase", lines=3, most=LONGEST_PHRASE, help_text="What the audit would mark in it. Nothing is stored."
    )


def picker(rows: Iterable[Mapping[str, Any]], *, teams: bool) -> list[tuple[str, Chip]]:
    """The choices of a brief: without a brand, and each brand with its colours."""
    chips = [("", Chip("No brand", "A neutral look and voice, and what stands below."))]
    for row in rows:
        words = ", ".join(row["adjectives"]) or row["tone"] or "no voice yet"
        where = f"{row['team']}: " if teams else ""
        note = f" ({row['state']}, not to be used)" if row["state"] != "published" else ""
        chips.append((str(row["id"]), Chip(f"{where}{row['name']}{note}", words, row["palette"])))
    return chips
