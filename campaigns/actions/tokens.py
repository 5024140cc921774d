"""API tokens: make one (its secret is shown once), revoke one, note that one was used. Must never store a secret."""

from __future__ import annotations

import secrets
import string
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from campaigns import events
from campaigns.models import Membership, Team, Token
from campaigns.permissions import Actor
from campaigns.queries import tokens as found_tokens
from conductor.lib.errors import BadInput, NotAllowed, NotFound
from conductor.lib.ids import sha256_hex
from conductor.lib.text import clean

MAX_DAYS: Final = 366
USUAL_DAYS: Final = 90
SECRET_BYTES: Final = 32
_ALPHABET: Final = string.ascii_letters + string.digits
_NOTE_USE_EVERY: Final = timedelta(minutes=1)


def create_token(
    *, user_id: int, name: str, days: int | None, scope: str, actor: Actor, with_token: Token | None = None
) -> tuple[Token, str]:
    """A token of that user and its secret. It is all their access, so only a superuser makes one for somebody else.

    with_token is the token that the caller used: what it makes ends no later than it does. days None means 90, or
    until then.
    """
    _may_make(user_id, actor)
    name = clean(name, "name", most=100, required=True)
    if scope not in ("read", "write"):
        raise BadInput(errors={"scope": "Must be read or write."})
    expires_at = _end_of(days, with_token)
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFound("There is no such active user.")
    prefix = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    secret = f"cdr_{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}"
    with transaction.atomic():
        token = Token.objects.create(
            user=user,
            name=name,
            prefix=prefix,
            digest=sha256_hex(secret),
            scope=scope,
            expires_at=expires_at,
        )
        _tell(token, "token.created", f"{user.get_username()} has a new {scope} token.", actor, scope=scope)
    return token, secret


def revoke_token(*, token_id: UUID, actor: Actor) -> Token:
    """End a token at once: one's own, or that of a member of a team one is admin of. Twice is as good as once."""
    visible = Token.objects.all() if actor.is_system else found_tokens.listing(actor.user_id or 0)
    token = visible.filter(pk=token_id).first()
    if token is None:
        raise NotFound("There is no such token.")
    if actor.scope == "read":
        raise NotAllowed("This token may only read.")
    with transaction.atomic():
        if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
            _tell(token, "token.revoked", f"A token of {token.user.get_username()} was revoked.", actor)
    token.refresh_from_db()
    return token


def revoke_all(*, user_id: int, actor: Actor) -> int:
    """End every token of a user that still opens something; how many there were."""
    valid = Token.objects.filter(user_id=user_id, revoked_at=None, expires_at__gt=timezone.now())
    return sum(
        revoke_token(token_id=pk, actor=actor).revoked_at is not None for pk in valid.values_list("pk", flat=True)
    )


def note_use(token: Token) -> None:
    """Remember that a token was used, at most once a minute, so that reading stays reading."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - _NOTE_USE_EVERY:
        rare = Q(last_used_at=None) | Q(last_used_at__lt=now - _NOTE_USE_EVERY)
        Token.objects.filter(rare, pk=token.pk).update(last_used_at=now)


def _end_of(days: int | None, with_token: Token | None) -> datetime:
    latest = with_token.expires_at if with_token is not None else None
    if days is None:
        usual = timezone.now() + timedelta(days=USUAL_DAYS)
        return usual if latest is None else min(usual, latest)
    if isinstance(days, bool) or not 1 <= days <= MAX_DAYS:
        raise BadInput(errors={"days": f"Must be a whole number from 1 to {MAX_DAYS}."})
    end = timezone.now() + timedelta(days=days)
    if latest is not None and end > latest:
        said = f"The token you use ends on {latest:%Y-%m-%d %H:%M} UTC; it cannot make one that ends later."
        raise BadInput(errors={"days": said})
    return end


def _may_make(user_id: int, actor: Actor) -> None:
    if actor.is_system:
        return
    if actor.scope == "read":
        raise NotAllowed("This token may only read.")
    rules_all = get_user_model().objects.filter(pk=actor.user_id or 0, is_active=True, is_superuser=True)
    if user_id != actor.user_id and not rules_all.exists():
        raise NotAllowed("Only a superuser may make a token for somebody else.")


def _tell(token: Token, type_: str, message: str, actor: Actor, **data: str) -> None:
    """One event in every team the token opens."""
    teams = Team.objects.filter(pk__in=Membership.objects.filter(user_id=token.user_id).values("team_id"))
    for team in teams.order_by("pk"):
        events.record_team(team, type_, actor=actor, message=message, data={"prefix": token.prefix, **data})
