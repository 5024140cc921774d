"""Who opens a socket. `identify` asks the database and runs in a thread; the rest looks at the handshake only.

A token needs no origin: no browser sends one by itself. A session does, whole: scheme, host and port.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host

from campaigns.permissions import Actor, actor_for
from campaigns.queries.tokens import authenticate
from campaigns.sockets.rights import Pass
from conductor.lib.errors import NotSignedIn

_PORTS: Final = {"http": 80, "https": 443}
Headers = Mapping[bytes, str]


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


def _origin(said: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(said)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.scheme in _PORTS and parts.hostname and port else None
