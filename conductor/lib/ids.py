"""Identifiers and content hashes: UUIDv7 keys, their short form for people, SHA-256 of canonical JSON.

Must not read the database; the only outside input is the random source behind `new_id`.
"""

import hashlib
import json
import uuid
from typing import Any

from uuid_utils.compat import uuid7

SHORT_LENGTH = 8


def new_id() -> uuid.UUID:
    """A fresh key; keys sort by the time they were made."""
    return uuid7()


def short(identifier: uuid.UUID | str) -> str:
    """The last hex digits of a key: its random part, since the first ones are the time and look alike."""
    return str(identifier).replace("-", "")[-SHORT_LENGTH:]


def sha256_hex(content: bytes | str) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def canonical_json(value: Any) -> str:
    """The same text for the same content on every machine; NaN, infinities and unknown types are refused."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def content_hash(value: Any) -> str:
    """SHA-256 of the canonical JSON of a structure."""
    return sha256_hex(canonical_json(value))
