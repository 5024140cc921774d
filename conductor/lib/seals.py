"""Keys for seals, drawn from the installation's one secret: one key per purpose, none of them stored.

HKDF with SHA-256 (RFC 5869). Must never put a key, or the secret, into a message.
"""

import hashlib
import hmac
from typing import Final

from django.conf import settings

from conductor.lib.errors import BadSetting

_SALT: Final = b"conductor.seals.v1"
_BLOCK: Final = hashlib.sha256().digest_size


def certificate_key() -> bytes:
    """The key that seals the certificates of audits."""
    return derive(settings.SECRET_KEY, "audit-certificate")


def derive(secret: str, purpose: str, *, length: int = 32) -> bytes:
    """The key for a purpose; keys of other purposes tell nothing about it."""
    if not secret:
        raise BadSetting("SECRET_KEY is empty.")
    return hkdf(secret.encode(), salt=_SALT, info=purpose.encode(), length=length)


def hkdf(material: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869: extract, then expand."""
    if not 0 < length <= 255 * _BLOCK:
        raise ValueError(f"A key has 1 to {255 * _BLOCK} bytes.")
    drawn = hmac.new(salt or bytes(_BLOCK), material, hashlib.sha256).digest()
    made, block, number = b"", b"", 1
    while len(made) < length:
        block = hmac.new(drawn, block + info + bytes([number]), hashlib.sha256).digest()
        made, number = made + block, number + 1
    return made[:length]
