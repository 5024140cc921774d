"""API tokens: make one, see its secret once, revoke it. Thin; a secret is never stored, linked or logged."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from campaigns.actions.tokens import create_token, revoke_token
from campaigns.forms.commands import RevokeTokenForm
from campaigns.forms.teams import TokenForm
from campaigns.models import Token
from campaigns.queries import tokens as queries
from campaigns.views.frame import PageRequest, command, form_page, show
from campaigns.views.panels import Panel, carry_out
from conductor.lib.errors import ConductorError, NotAllowed, NotFound


@form_page
def tokens(request: PageRequest) -> HttpResponse:
    """The list and the form; the answer to the form holds the new secret, and is the only one that ever does."""
    if request.method != "POST":
        return _show(request, TokenForm())
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    said, actor = form.cleaned_data, request.viewer.actor
    try:
        _, secret = create_token(
            user_id=actor.user_id or 0, name=said["name"], days=said["days"], scope=said["scope"], actor=actor
        )
    except (NotFound, NotAllowed):
        raise
    except ConductorError as error:
        form.take(error)
        return _show(request, form, status=error.status)
    return _show(request, TokenForm(), secret=secret)


def _show(request: PageRequest, form: TokenForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    rows = queries.listing(request.viewer.actor.user_id or 0).order_by("-created_at")[:200]
    context = {
        "rows": [
            (token, _state(token), _panel(token) if token.revoked_at is None and token.expires_at > now else None)
            for token in rows
        ],
        "form": form,
        "secret": secret,
    }
    return show(request, "tokens/list.html", context, status=status)


def _state(token: Token) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at <= timezone.now() else "valid"


def _panel(token: Token) -> Panel:
    return Panel(
        f"revoke-{token.pk}",
        "Revoke",
        "trash-2",
        RevokeTokenForm(),
        reverse("token-revoke", args=[token.pk]),
        quiet=True,
    )


@command
def revoke(request: PageRequest, token_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        RevokeTokenForm(request.POST),
        lambda _: revoke_token(token_id=token_id, actor=request.viewer.actor),
        back=reverse("tokens"),
        done="Revoked.",
    )
