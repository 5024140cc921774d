"""Who calls the API: a token in the header, else the session of the pages with its CSRF check. Nothing else opens it.

Must not read a token from an address or a body, and must not say why one was refused.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from rest_framework import authentication
from rest_framework.request import Request

from campaigns.actions import tokens as token_actions
from campaigns.queries import tokens
from conductor.api.throttles import slow_guesses
from conductor.lib.errors import NotSignedIn

KEYWORD: Final = "token"
LONGEST_HEADER: Final = 200


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Token <key>`. The token becomes `request.auth`, so its scope is known to whoever asks."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        keyword, _, secret = header.partition(" ")
        if keyword.lower() == "bearer" and settings.SESSION_COOKIE_NAME not in request.COOKIES:
            raise NotSignedIn("Send the token as `Authorization: Token …`, not as `Bearer …`.")
        if keyword.lower() != KEYWORD:
            return None
        found = tokens.authenticate(secret.strip()) if len(header) <= LONGEST_HEADER else None
        if found is None:
            slow_guesses(request)
            raise NotSignedIn("The token is not valid: unknown, expired or revoked.")
        token_actions.note_use(found)
        return found.user, found

    def authenticate_header(self, request: Request) -> str:
        return "Token"


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of the pages; a change needs the CSRF token."""
