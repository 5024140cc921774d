"""Tokens: find the one behind a secret, list those somebody may see. Must not write, log or return a secret."""

from __future__ import annotations

import hmac
import re
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from campaigns.models import Membership, Token
from campaigns.states import Role
from conductor.lib.ids import sha256_hex

#: cdr_<prefix>_<secret>: the prefix finds the row, the digest of the whole proves it.
SHAPE: Final = re.compile(r"cdr_([A-Za-z0-9]{12})_[A-Za-z0-9_-]{43}")
_NOBODY: Final = "0" * 64


def authenticate(secret: str) -> Token | None:
    """The live token of an active user with that secret. The digest is compared in constant time, found or not."""
    shaped = SHAPE.fullmatch(secret)
    found = Token.objects.select_related("user").filter(prefix=shaped.group(1)).first() if shaped else None
    same = hmac.compare_digest(sha256_hex(secret.encode("utf-8", "replace")), found.digest if found else _NOBODY)
    if found is None or not same or not found.user.is_active:
        return None
    return found if found.revoked_at is None and found.expires_at > timezone.now() else None


def listing(user_id: int) -> QuerySet[Token]:
    """The user's own tokens, and those of the members of teams the user is admin of."""
    ruled = Membership.objects.filter(user_id=user_id, role=Role.ADMIN).values("team_id")
    ruled_users = Membership.objects.filter(team__in=ruled).values("user_id")
    return Token.objects.select_related("user").filter(Q(user_id=user_id) | Q(user_id__in=ruled_users))
