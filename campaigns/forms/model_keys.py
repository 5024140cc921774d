"""Forms of a team's keys of models. Shape only; a key that was typed is never put back into a page."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from agents.contracts import PROVIDERS
from campaigns.forms.commands import CommandForm
from campaigns.forms.fields import Chip, ChipsField, LinesField, TextField
from campaigns.queries.model_keys import USES

_WORDS = {
    "copy": Chip("Copy", "writes it"),
    "short_copy": Chip("Short copy", "writes the posts"),
    "visual_concept": Chip("Visual concept", "designs it; we draw"),
    "audit": Chip("Audit", "adds an opinion; our rules decide"),
}


def _uses() -> ChipsField:
    return ChipsField(
        "Use it for",
        [(use, _WORDS[use]) for use in USES],
        help_text="Where a campaign names no agent of its own. The built-in makers stand behind it.",
    )


def _prices() -> LinesField:
    return LinesField(
        "Prices of your own, one model per line",
        help_text="As in: gpt-5 2.50 10.00 (per million tokens in and out; * for any model). Blank: public prices.",
    )


def prices_of(lines: list[str]) -> dict[str, Any]:
    """`model in out` per line; a line of another shape is given on as it is, and refused by its name."""
    parts = [line.split() for line in lines]
    return {said[0]: {"input": said[1], "output": said[2]} if len(said) == 3 else {} for said in parts}


class ModelKeyForm(CommandForm):
    title, verb = "Add a key of a model", "Add it"
    explains = "The key is stored sealed and never shown again. From then on the team can ask the model."
    provider = forms.ChoiceField(label="Provider", choices=[(name, name) for name in PROVIDERS])
    key = TextField(
        "Key",
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
        help_text="May be left blank for an endpoint of your own that asks for none.",
    )
    model = TextField("Model", most=120, help_text="As the provider names it, such as gpt-5.")
    uses = _uses()
    endpoint = TextField("Name of your endpoint", most=60, help_text="For openai-compatible only, such as local.")
    base_url = TextField("Address", most=300, help_text="For openai-compatible, or a gateway in front of a provider.")
    prices = _prices()

    def add_error(self, field: str | None, error: Any) -> None:
        """Whatever is wrong, a key that was typed has to be typed again."""
        if self.data.get("key") and not self.has_error("key"):
            super().add_error("key", "Please type the key again: it is never put back into a page.")
        super().add_error(field, error)


class ModelUseForm(CommandForm):
    title, verb = "What this key is used for", "Save"
    model = TextField("Model", most=120)
    uses = _uses()
    prices = _prices()


class ModelCheckForm(CommandForm):
    title, verb = "Test this key", "Test it"
    explains = "Asks the model for one word. It costs as much as a few tokens do, and is in no budget."
    model = TextField("Model", most=120)


class ModelRevokeForm(CommandForm):
    title, verb, tone = "Revoke this key", "Revoke", "danger"
    explains = "The sealed key is erased and no further call is made. Runs go on with the agents behind it."
    confirm: ClassVar[bool] = True
