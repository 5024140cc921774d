"""Secrets at rest: sealed with a key derived from a secret of the installation, bound to what they belong to.

The first of the installation's secrets seals, all of them open, so that a secret can be replaced. Must not store,
log or return a secret but to whoever opens it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from conductor.lib.errors import BadSetting

_PURPOSE: Final = b"conductor: keys of models, sealed at rest"


def seal(secret: str, *, owner: str, secrets: Sequence[str]) -> str:
    """The secret as text that says nothing. owner is what it belongs to: opened for another, it is refused."""
    return _locks(tuple(secrets)).encrypt(json.dumps([owner, secret]).encode()).decode("ascii")


def unseal(sealed: str, *, owner: str, secrets: Sequence[str]) -> str:
    """The secret again. BadSetting where none of the installation's secrets opens it, or it belongs to another."""
    try:
        found, secret = json.loads(_locks(tuple(secrets)).decrypt(sealed.encode("ascii")))
    except (InvalidToken, ValueError, UnicodeEncodeError):
        raise BadSetting(
            "A stored key cannot be opened: it was sealed under another secret. Put the former secret behind the"
            " present one in MODEL_KEY_SECRETS, or enter the key anew."
        ) from None
    if found != owner:
        raise BadSetting("A stored key belongs to something else than it is kept with; enter it anew.")
    return str(secret)


@lru_cache(maxsize=8)
def _locks(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
