"""Forms about audits: waive a finding, approve over an audit, write, publish and archive rule packs. Shape only."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django import forms

from campaigns.forms.commands import ApproveForm, CommandForm
from campaigns.forms.fields import HARD_LIMIT, Chip, OneChipField, TextField

_SCOPES = (
    ("finding", Chip("this finding", "these words at this place of this version")),
    ("version", Chip("this version", "the same words anywhere in this version")),
    ("campaign", Chip("this campaign", "the same words, also in later versions")),
    ("team", Chip("the whole team", "this rule, everywhere; for admins")),
)


class ApproveOverForm(ApproveForm):
    """An approval that the audit does not support says why."""

    title, verb, tone = "Approve over the audit", "Approve all the same", "danger"
    explains = (
        "The audit fails this version, or there is none. Your approval and your reason are kept in the history of the "
        "campaign, and stand on the piece."
    )
    override = TextField("Why it may go out", lines=3, most=2000)


class ApproveRunForm(CommandForm):
    title, verb, tone = "Approve all that pass", "Approve them", "success"
    explains = (
        "Approves each piece of this run whose audit passes it, with the waivers that hold now. The others stay as "
        "they are and are named. An approval holds for exactly this content."
    )
    confirm = True


class ApplyForm(CommandForm):
    title, verb = "Apply this patch", "Apply"


class FixForm(CommandForm):
    title, verb = "Fix all that is safe", "Fix"
    explains = (
        "Applies the patches of all findings that have a safe one, audits again, and goes on while it finds less. "
        "Each changed piece gets a new version by you; an approval of the old one does not hold for it."
    )
    confirm = True


class WaiveForm(CommandForm):
    title, verb = "Let this finding stand", "Waive it"
    explains = (
        "It stays visible, with your name and reason, and no longer counts until that day. The report itself is not "
        "changed."
    )
    reason = TextField("Why it may stand", lines=3, most=1000)
    expires_at = forms.DateField(
        label="Until the end of",
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
        help_text="At most a year ahead. After that day it counts again by itself.",
    )
    scope = OneChipField("What it covers", _SCOPES)

    def until(self) -> datetime:
        return datetime.combine(self.cleaned_data["expires_at"], time(23, 59, 59), UTC)


class RevokeWaiverForm(CommandForm):
    title, verb, tone = "Take this waiver back", "Take it back", "danger"
    explains = "The findings it covers count again at once."
    confirm = True


class PackForm(CommandForm):
    """The text of a rule pack with its tests."""

    title, verb = "Write a rule pack", "Save as the next version"
    explains = "It is saved as a draft. Runs use it once it is published."
    source = TextField("The pack, as YAML", lines=24, strip=False)
    tests = TextField(
        "Its tests, as YAML", lines=10, strip=False, help_text="A pack whose tests fail is never published."
    )
    note = TextField("What changed", most=500)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("source", "tests"):
            self.fields[name].max_length = HARD_LIMIT  # type: ignore[attr-defined]
            self.fields[name].widget.attrs |= {"class": "form-control code", "spellcheck": "false"}

    def field_of(self, name: str) -> str | None:
        """A fault at rules[2].family is a fault of the text."""
        known = super().field_of(name)
        return known if known in ("tests", "note", "version") else "source"

    def _line(self, field: str, name: str) -> str:
        """The place in the text: a field that is missing has no line of its own."""
        return "" if name == field else f"{name}, "


class TestPackForm(CommandForm):
    __test__ = False
    title, verb = "Run its tests", "Run the tests"


class PublishPackForm(CommandForm):
    title, verb, tone = "Publish this version", "Publish", "success"
    explains = "New runs that choose this pack get these rules. Its tests are run first; one that fails stops it."
    number = forms.IntegerField(widget=forms.HiddenInput)
    confirm = True


class PublishUntestedForm(PublishPackForm):
    title, tone = "Publish without tests", "danger"
    explains = "This version has no tests, so nothing shows that its rules find what they are meant to find."
    reason = TextField("Why all the same", lines=2, most=500)


class ArchivePackForm(CommandForm):
    title, verb = "Archive this rule pack", "Archive"
    explains = "No new run may choose it. Runs that were started with it keep it."
    confirm = True
