"""The forms of signing in and of a new password, in the look of all others."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from campaigns.forms.commands import CommandForm


class SignInForm(AuthenticationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"


class _Secret(forms.CharField):
    def __init__(self, label: str, filled_by: str, **kwargs: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": filled_by})
        super().__init__(label=label, strip=False, max_length=1_000, widget=widget, **kwargs)


class PasswordForm(CommandForm):
    title, verb = "Change your password", "Change it"
    explains = "Your other sessions end with the old password."
    old = _Secret("Present password", "current-password")
    new = _Secret("New password", "new-password", help_text="At least eight characters, not a common word.")
    again = _Secret("New password again", "new-password")
    revoke_tokens = forms.BooleanField(label="Also revoke my API tokens", required=False, initial=True)
