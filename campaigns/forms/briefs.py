"""The form of a brief: every field of the schema, what is shown of its limits, the way there and back. Shape only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from uuid import UUID

from django import forms

from agents.auditing.platforms import PLATFORMS
from campaigns.forms.brands import EMOJI, picker
from campaigns.forms.commands import CommandForm
from campaigns.forms.fields import Chip, ChipsField, LinesField, OneChipField, PageForm, RowsField, TextField
from campaigns.kinds import brief as briefs
from campaigns.states import Mode

LIMITS: Final = briefs.DEFAULT_LIMITS
#: What a brand may give, so that the brief need not.
GIVEN: Final = ("tone", "platforms")
#: Prose that may be shortened with the author's word; terms and disclaimers never are.
CUTTABLE: Final = ("objective", "audience", "product", "tone", "guidelines")
NEEDED: Final = (*briefs.REQUIRED, "platforms")
PARTS: Final = {"copy": "Copy", "short_copy": "Short copy", "visual_concept": "Visual concept", "audit": "Audit"}

_PLATFORM_CHIPS: Final = [(name, Chip(known.title, f"{known.limit:,} characters")) for name, known in PLATFORMS.items()]
_MODE_CHIPS: Final = [
    (
        Mode.PARALLEL.value,
        Chip("All at once", "Fastest. The three pieces are written side by side and audited together."),
    ),
    (
        Mode.SEQUENTIAL.value,
        Chip("One after another", "Slower. Each piece is audited before the next, which reads the copy."),
    ),
]


CLAIMS: Final = RowsField(
    "Claims and proofs",
    parts=("claim", "proof"),
    help_text="One per line: claim | what proves it. Only what stands here may be claimed.",
)


@dataclass(frozen=True, slots=True)
class Overrun:
    """A text over its limit, and where it would be cut if the author agrees."""

    label: str
    kept: str
    cut: str
    limit: int


class BriefForm(PageForm):
    team = forms.ChoiceField(label="Team", required=False)
    name = TextField(
        "Name of the campaign", most=200, help_text="May be left blank; then it is named after the product."
    )
    objective = TextField(
        "Objective",
        lines=3,
        most=LIMITS["objective"],
        marked=True,
        help_text="What should change because of this campaign?",
    )
    audience = TextField(
        "Audience", lines=2, most=LIMITS["audience"], marked=True, help_text="Whom it is for, and what they care about."
    )
    product = TextField(
        "Product and facts",
        lines=5,
        most=LIMITS["product"],
        marked=True,
        help_text="What it is, with the facts that may be used: numbers, dates, prices. Nothing is invented.",
    )
    tone = TextField(
        "Tone", most=LIMITS["tone"], marked=True, help_text="How it should sound, for example: warm, plain, confident."
    )
    platforms = ChipsField("Platforms", _PLATFORM_CHIPS, marked=True)
    key_messages = LinesField("Key messages", help_text="One per line. The audit reports where each is said.")
    required_terms = LinesField("Terms that must appear", help_text="One per line.")
    prohibited_terms = LinesField("Terms that may not appear", help_text="One per line.")
    disclaimers = LinesField("Disclaimers", help_text="One per line, used word for word.")
    claims = CLAIMS
    required_hashtags = LinesField("Hashtags on every post", lines=2, help_text="One per line, with or without #.")
    banned_hashtags = LinesField("Hashtags never used", lines=2, help_text="One per line, with or without #.")
    emoji = forms.ChoiceField(label="Emoji", choices=EMOJI, required=False)
    link = TextField("Link", most=LIMITS["link"], help_text="Where the campaign points to: an https:// address.")
    max_words = forms.IntegerField(label="Words at most, per text", required=False)
    language = TextField("Language", most=20, help_text="A code such as en, de or pt-BR.")
    brand = OneChipField("From the library", [])
    brand_name = TextField(
        "Name of the brand", most=LIMITS["brand_name"], help_text="Left blank, that of the chosen brand, or none."
    )
    adjectives = LinesField("The brand is", lines=2, help_text="One word per line, for example: precise.")
    palette = LinesField("Brand colours", lines=2, help_text="One per line: #RRGGBB, or a name such as deep navy.")
    guidelines = TextField(
        "Guidelines", lines=4, most=LIMITS["guidelines"], help_text="House rules for words and pictures."
    )
    prefer = LinesField("Words to use", lines=2, help_text="One per line.")
    avoid = LinesField("Words to avoid", lines=2, help_text="One per line: a word, or word -> what is said instead.")
    mode = OneChipField("How the pieces are made", _MODE_CHIPS)
    budget = forms.DecimalField(
        label="Budget",
        required=False,
        min_value=0,
        max_digits=18,
        decimal_places=6,
        help_text="In USD. Left blank, no limit of its own.",
    )
    seed = forms.IntegerField(
        label="Seed",
        required=False,
        help_text="The same brief and seed give the same pieces. Left blank, it follows from the brief.",
    )
    agent_copy = TextField("Copy", most=500)
    agent_short_copy = TextField("Short copy", most=500)
    agent_visual_concept = TextField("Visual concept", most=500)
    agent_audit = TextField("Audit", most=500)
    pack = TextField(
        "Rule pack", most=60, help_text="A published rule pack of your team. Left blank, that of the house."
    )
    truncate = forms.BooleanField(label="Shorten these texts as shown", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    names: ClassVar[dict[str, str]] = {
        "brand": "brand",
        "brief.brand.name": "brand_name",
        "brief.mode": "mode",
        **{f"settings.agents.{part}": f"agent_{part}" for part in PARTS},
    }

    def __init__(
        self,
        *args: Any,
        teams: Sequence[tuple[str, str]] = (),
        brands: Sequence[Mapping[str, Any]] = (),
        editing: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.brands = brands
        self.fields["brand"].choices = picker(brands, teams=len(teams) > 1)  # type: ignore[attr-defined]
        if editing:  # The budget has a version of its own and is set on the campaign's page.
            del self.fields["budget"]
        self.fields["team"].choices = list(teams)  # type: ignore[attr-defined]
        for name in {"max_words", "seed", "budget"} & set(self.fields):
            self.fields[name].widget.attrs["inputmode"] = "decimal"
        for name in ("agent_copy", "agent_short_copy", "agent_visual_concept", "agent_audit"):
            self.fields[name].widget.attrs["placeholder"] = "builtin"
        self.fields["pack"].widget.attrs["placeholder"] = "house"

    def agents(self) -> list[forms.BoundField]:
        return [self[f"agent_{part}"] for part in PARTS]

    def brief(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            **{name: said[name] for name in ("objective", "audience", "product", "tone", "key_messages", "platforms")},
            "language": said["language"] or None,
            "mode": said["mode"] or None,
            "claims": said["claims"],
            "link": said["link"],
            "constraints": {name: said[name] for name in ("max_words", "emoji", *_RULES)},
            "brand": {
                "name": said["brand_name"],
                "guidelines": said["guidelines"],
                **{name: said[name] for name in _OF_BRAND},
            },
        }

    def settings(self) -> dict[str, Any]:
        """None takes an earlier setting away."""
        said = self.cleaned_data
        agents = {part: _chain(said[f"agent_{part}"]) or None for part in PARTS}
        return {
            "agents": agents if any(agents.values()) else None,
            "seed": said["seed"],
            "pack": said["pack"] or None,
        }

    def overruns(self) -> list[Overrun]:
        """What is over its limit and where it would end if cut; empty while nothing was typed."""
        found = []
        for name in CUTTABLE:
            text = briefs.tidy(str(self.data.get(name, "")), lines=name != "tone")
            if len(text) > LIMITS[name]:
                kept = briefs.cut_at_word(text, LIMITS[name])
                found.append(Overrun(str(self.fields[name].label), kept[-160:], text[len(kept) :][:600], LIMITS[name]))
        return found

    def done(self) -> list[str]:
        """Which of the needed fields have something in them, or get it from the brand, as far as the form knows."""
        chosen = str(self["brand"].value() or "")
        return [name for name in NEEDED if self[name].value() or chosen in self.givers(name).split()]

    def givers(self, name: str) -> str:
        """The ids of the brands that give this field where the brief leaves it open."""
        return " ".join(str(brand["id"]) for brand in self.brands if name in GIVEN and brand[name])


class StartForm(CommandForm):
    """A run of a stored brief, perhaps on fewer platforms or in the other mode."""

    title, verb = "Start a run", "Start"
    platforms = ChipsField("Platforms", _PLATFORM_CHIPS)
    mode = OneChipField("How the pieces are made", _MODE_CHIPS)


#: Lists of the constraints and of the brand in a brief, one entry per line.
_RULES: Final = ("required_terms", "prohibited_terms", "disclaimers", "required_hashtags", "banned_hashtags")
_OF_BRAND: Final = ("adjectives", "palette", "prefer", "avoid")


def _chain(text: str) -> list[str]:
    return [spec.strip() for spec in text.split(",") if spec.strip()]


def initial_of(
    *,
    name: str,
    team_id: UUID,
    brief: Mapping[str, Any],
    settings: Mapping[str, Any],
    version: int | None,
    brand: UUID | None = None,
) -> dict[str, Any]:
    """A stored brief as the form shows it."""
    constraints, own = brief.get("constraints") or {}, brief.get("brand") or {}
    agents = settings.get("agents") or {}
    lists = {k: "\n".join(constraints.get(k) or ()) for k in _RULES}
    lists |= {k: "\n".join(own.get(k) or ()) for k in _OF_BRAND}
    return {
        **{k: brief.get(k) for k in ("objective", "audience", "product", "tone", "platforms", "language", "mode")},
        "claims": CLAIMS.written(brief.get("claims") or ()),
        "link": brief.get("link"),
        "emoji": constraints.get("emoji"),
        "brand": str(brand) if brand else "",
        **lists,
        "key_messages": "\n".join(brief.get("key_messages") or ()),
        "max_words": constraints.get("max_words"),
        "brand_name": own.get("name"),
        "guidelines": own.get("guidelines"),
        **{f"agent_{part}": ", ".join(_listed(agents.get(part))) for part in PARTS},
        "seed": settings.get("seed"),
        "pack": settings.get("pack"),
        "name": name,
        "team": str(team_id),
        "version": version,
    }


def _listed(spec: object) -> list[str]:
    return [spec] if isinstance(spec, str) else [str(one) for one in spec] if isinstance(spec, list | tuple) else []
