"""A new password for oneself. Thin; wrong guesses of the present one are counted like those of signing in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import get_user_model, update_session_auth_hash
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from campaigns.actions.accounts import change_password
from campaigns.forms.accounts import PasswordForm
from campaigns.views.accounts import MOST, WINDOW_S, tally
from campaigns.views.frame import PageRequest, form_page, show
from conductor.lib.errors import BadInput


@form_page
def password(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return _show(request, PasswordForm())
    form = PasswordForm(request.POST)
    key = f"password:{request.viewer.actor.user_id}"
    if tally.count(key) >= MOST["pair"]:
        form.add_error(None, "Too many failed attempts. Wait a quarter of an hour.")
        response = _show(request, form, status=429)
        response["Retry-After"] = str(WINDOW_S)
        return response
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        revoked = change_password(**form.cleaned_data, actor=request.viewer.actor)
    except BadInput as error:
        if "old" in error.errors:
            tally.add(key)
        form.take(error)
        return _show(request, form, status=error.status)
    update_session_auth_hash(request, get_user_model().objects.get(pk=request.viewer.actor.user_id or 0))
    ended = f" API tokens revoked: {revoked}." if revoked else ""
    messages.success(request, f"Your password is changed.{ended}")
    return HttpResponseRedirect(reverse("now"))


def _show(request: PageRequest, form: PasswordForm, status: int = 200) -> HttpResponse:
    return show(request, "registration/password.html", {"form": form}, status=status)
