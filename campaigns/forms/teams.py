"""Forms of a team's members and limits, and of a person's tokens. Shape only."""

from __future__ import annotations

from django import forms

from campaigns.forms.commands import CommandForm
from campaigns.forms.fields import TextField
from campaigns.states import Role


class MemberForm(CommandForm):
    title, verb = "Add a member or change a role", "Save"
    username = TextField("User name", most=150)
    role = forms.ChoiceField(label="Role", choices=[(role.value, role.value) for role in Role])


class LimitForm(CommandForm):
    title, verb = "Set a limit", "Set"
    explains = "How many may be at work at once. The smallest limit that applies acts, from the next start on."
    scope = forms.ChoiceField(label="Scope", choices=[(s, s) for s in ("team", "run", "domain", "role", "backend")])
    name = TextField("Name", most=100, help_text="Of the domain, role or backend; blank for team and run.")
    value = forms.IntegerField(label="At once", required=False, help_text="Blank takes the limit away.")


class TokenForm(CommandForm):
    title, verb = "Make a token", "Make it"
    explains = "The secret is shown once, right after it is made."
    name = TextField("What it is for", most=100)
    days = forms.IntegerField(label="Valid for how many days", initial=30)
    scope = forms.ChoiceField(label="Scope", choices=[("read", "read only"), ("write", "read and write")])
