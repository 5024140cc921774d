"""Who opens a socket, and whether they still may have it. Database functions here run in threads; never in the loop.

A token needs no origin: no browser sends one by itself. A session does, whole: scheme, host and port.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils.crypto import constant_time_compare

from campaigns.models import Membership, Token
from campaigns.permissions import Actor, actor_for
from campaigns.queries.tokens import authenticate
from conductor.lib import clock
from conductor.lib.errors import NotSignedIn

_PORTS: Final = {"http": 80, "https": 443}
Headers = Mapping[bytes, str]


@dataclass(frozen=True, slots=True)
class Pass:
    """By what right a socket is open. Equal passes stand or fall together, so each is looked at once."""

    user_id: int
    token_id: UUID | None = None
    session_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Guest:
    actor: Actor
    right: Pass


def headers_of(scope: Mapping[str, Any]) -> dict[bytes, str]:
    return {name.lower(): value.decode("latin1") for name, value in scope.get("headers", ())}


def brings_token(headers: Headers) -> bool:
    return b"authorization" in headers


def same_origin(headers: Headers) -> bool:
    """True if the page that opens the socket is one of ours: a listed origin, or that of the host it calls."""
    origin = _origin(headers.get(b"origin", ""))
    if origin is None:
        return False
    if origin in {_origin(listed) for listed in settings.WEBSOCKET_ORIGINS}:
        return True
    host = headers.get(b"host", "")
    return validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS) and origin == _origin(
        f"{'https' if settings.HTTPS else 'http'}://{host}"
    )


def identify(headers: Headers, correlation: str) -> Guest:
    """Who it is, by token or by session; NotSignedIn for everybody else."""
    if brings_token(headers):
        scheme, _, secret = headers[b"authorization"].partition(" ")
        token = authenticate(secret.strip()) if scheme.lower() == "token" else None
        if token is None:
            raise NotSignedIn
        actor = actor_for(token.user, correlation, "read")
        return Guest(actor, Pass(token.user_id, token_id=token.pk))
    key = parse_cookie(headers.get(b"cookie", "")).get(settings.SESSION_COOKIE_NAME, "")
    if not key:
        raise NotSignedIn
    request = HttpRequest()
    request.session = SessionStore(key)
    actor = actor_for(get_user(request), correlation, "read")
    return Guest(actor, Pass(actor.user_id or 0, session_key=key))


def standing(rights: Collection[Pass], *, thorough: bool = False) -> dict[Pass, frozenset[UUID]]:
    """The teams each may see now; who is missing is not signed in any more.

    At most three short queries for any number of sockets. `thorough` also finds sessions ended by a new password.
    """
    users = {right.user_id for right in rights}
    teams: dict[int, set[UUID]] = {}
    seats = Membership.objects.filter(user_id__in=users, user__is_active=True).order_by()
    for user_id, team_id in seats.values_list("user_id", "team_id"):
        teams.setdefault(user_id, set()).add(team_id)
    tokens = _live_tokens({right.token_id for right in rights if right.token_id})
    keys = {right.session_key for right in rights if right.session_key}
    sessions = _sound_sessions(keys) if thorough else _live_sessions(keys)
    return {
        right: frozenset(teams.get(right.user_id, ()))
        for right in rights
        if (right.token_id in tokens if right.token_id else right.session_key in sessions)
    }


def _live_tokens(tokens: Collection[UUID]) -> frozenset[UUID]:
    if not tokens:
        return frozenset()
    found = Token.objects.filter(pk__in=tokens, revoked_at=None, expires_at__gt=clock.now(), user__is_active=True)
    return frozenset(found.values_list("pk", flat=True))


def _live_sessions(keys: Collection[str]) -> frozenset[str]:
    if not keys:
        return frozenset()
    found = Session.objects.filter(session_key__in=keys, expire_date__gt=clock.now())
    return frozenset(found.values_list("session_key", flat=True))


def _sound_sessions(keys: Iterable[str]) -> frozenset[str]:
    """Sessions whose user is active and has not changed the password since."""
    found = Session.objects.filter(session_key__in=list(keys), expire_date__gt=clock.now())
    said = {session.session_key: session.get_decoded() for session in found}
    wanted = {str(data[SESSION_KEY]) for data in said.values() if SESSION_KEY in data}
    users = {str(pk): user for pk, user in get_user_model().objects.filter(is_active=True).in_bulk(wanted).items()}
    return frozenset(
        key
        for key, data in said.items()
        if (user := users.get(str(data.get(SESSION_KEY)))) is not None
        and constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    )


def _origin(said: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(said)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.scheme in _PORTS and parts.hostname and port else None
