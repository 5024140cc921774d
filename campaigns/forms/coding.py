"""The form of a coding campaign: goal, repository, plan file, settings. Shape only; the plan is read by `kinds`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

import yaml
from django import forms

from campaigns.forms.fields import Chip, OneChipField, PageForm, TextField
from campaigns.kinds.coding import DEFAULTS
from campaigns.kinds.snapshots import USUAL_EVERY, USUAL_MOST
from conductor.lib.errors import ConductorError

LARGEST_PLAN: Final = 2_000_000
FAULTS_SHOWN: Final = 20
SETTINGS: Final = ("max_workers", "checkpoint_every", "autonomy", "max_attempts", "task_timeout")

_AUTONOMY: Final = [
    ("", Chip("As the plan says", "It goes on by itself where the plan says nothing.")),
    ("auto", Chip("Go on by itself", "Stops only for tasks that a person has to do.")),
    ("checkpoint", Chip("Ask at checkpoints", "Stands still at every checkpoint until somebody says go on.")),
]


class CodingForm(PageForm):
    team = forms.ChoiceField(label="Team", required=False)
    name = TextField("Name of the campaign", most=200, help_text="May be left blank; then it is named after the goal.")
    goal = TextField("Goal", lines=3, most=10_000, marked=True, help_text="What should be true when this is done.")
    repository = TextField(
        "Repository",
        most=500,
        help_text="An absolute path on the workers' machine, or an https address. "
        "Your branches are not touched; work lands on a campaign branch.",
    )
    plan = TextField(
        "Plan",
        lines=18,
        marked=True,
        help_text="YAML: tasks with needs, commands and exit criteria, alone or in a campaign file. "
        "Nothing is taken while there is a fault in it.",
    )
    plan_file = forms.FileField(label="Or upload the plan", required=False, help_text="Comes before the text above.")
    max_workers = forms.IntegerField(label="Workers at once", required=False)
    checkpoint_every = forms.IntegerField(
        label="Checkpoint after how many tasks",
        required=False,
        help_text=f"Left blank: after {USUAL_EVERY}, in large plans at most about {USUAL_MOST} per run. 0: none.",
    )
    max_attempts = forms.IntegerField(label="Tries per task", required=False)
    task_timeout = forms.FloatField(label="Seconds per attempt", required=False)
    autonomy = OneChipField("Autonomy", _AUTONOMY)
    budget = forms.DecimalField(
        label="Budget",
        required=False,
        min_value=0,
        max_digits=18,
        decimal_places=6,
        help_text="In USD. Left blank, no limit of its own.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    names: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, teams: Sequence[tuple[str, str]] = (), editing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = list(teams)  # type: ignore[attr-defined]
        self.fields["plan"].widget.attrs |= {"class": "form-control code", "spellcheck": "false"}
        self.fields["plan_file"].widget.attrs |= {"class": "form-control", "accept": ".yaml,.yml,.json"}
        for name in ("max_workers", "checkpoint_every", "max_attempts", "task_timeout"):
            usual = USUAL_EVERY if name == "checkpoint_every" else DEFAULTS[name]
            self.fields[name].widget.attrs |= {"placeholder": f"{usual:g}", "inputmode": "decimal"}
        if editing:  # The budget has a version of its own and is set on the campaign's page.
            del self.fields["budget"]

    def clean_plan_file(self) -> Any:
        held = self.cleaned_data["plan_file"]
        if held is not None and held.size > LARGEST_PLAN:
            raise forms.ValidationError(f"Has {held.size:,} bytes; the limit is {LARGEST_PLAN:,}.")
        return held

    def plan_text(self) -> str | bytes:
        """The uploaded file, else what was typed."""
        held = self.cleaned_data["plan_file"]
        return bytes(held.read()) if held is not None else str(self.cleaned_data["plan"])

    def settings(self) -> dict[str, Any]:
        """None takes an earlier setting away."""
        said = self.cleaned_data
        return {name: said[name] if said[name] not in ("", None) else None for name in SETTINGS}

    def take_plan(self, error: ConductorError) -> None:
        """The faults of a plan, each with its line and path, at the plan itself."""
        field = "plan_file" if self.cleaned_data.get("plan_file") else "plan"
        said = [
            f"{path}: {sentence}" if path not in ("", "plan", "file") else sentence
            for path, sentences in error.errors.items()
            for sentence in sentences
        ]
        for sentence in said[:FAULTS_SHOWN] or [error.message]:
            self.add_error(field, sentence)
        if len(said) > FAULTS_SHOWN:
            self.add_error(field, f"And {len(said) - FAULTS_SHOWN:,} more faults.")


def initial_of(
    *,
    name: str,
    team_id: UUID,
    goal: str,
    repository: str,
    plan: Mapping[str, Any],
    settings: Mapping[str, Any],
    version: int | None,
) -> dict[str, Any]:
    """A stored coding campaign as the form shows it."""
    text = yaml.safe_dump(_without_blanks(plan), sort_keys=False, allow_unicode=True, width=100) if plan else ""
    held = {name: settings.get(name) for name in SETTINGS}
    return {
        **held,
        "autonomy": held["autonomy"] or "",
        "name": name,
        "team": str(team_id),
        "goal": goal,
        "repository": repository,
        "plan": text,
        "version": version,
    }


def _without_blanks(value: Any) -> Any:
    """The normal form holds every name; what says nothing is not shown."""
    if isinstance(value, Mapping):
        return {k: _without_blanks(v) for k, v in value.items() if v not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [_without_blanks(entry) for entry in value]
    return value
