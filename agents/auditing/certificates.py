"""Certificates: what was audited, by which rules, with what verdict, sealed so that any change shows.

Canonical JSON under HMAC-SHA-256. Must not know where the key comes from, nor the time: both are handed in. A
certificate says what the audit found, not that it is right; it is proof for the installation that holds the key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from conductor.lib.errors import BadInput
from conductor.lib.ids import canonical_json, content_hash

SCHEMA: Final = 1
KIND: Final = "conductor.audit-certificate"
ALGORITHM: Final = "HMAC-SHA-256"
FACTS: Final = (
    "report", "version", "slot", "sha256", "verdict", "score", "pack", "brief_sha256", "waivers", "issued_at",
)  # fmt: skip
"""What every certificate states. More may be stated; all of it is sealed."""

VERDICTS: Final = ("pass", "conditional", "fail")
"""What was not audited cannot be certified."""

_MEMBERS: Final = frozenset(("schema", "kind", "algorithm", "key", "facts", "mac"))
_DOMAIN: Final = b"conductor.audit-certificate.v1\x00"
_KEY_DOMAIN: Final = b"conductor.key-id.v1\x00"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Verified:
    """words say what holds, or the first thing that does not."""

    ok: bool
    words: str


def key_id(key: bytes) -> str:
    """Names a key without telling it."""
    return hmac.new(key, _KEY_DOMAIN, hashlib.sha256).hexdigest()[:16]


def issue(facts: Mapping[str, Any], key: bytes) -> dict[str, Any]:
    """A sealed certificate of these facts. BadInput names the fact that is missing or wrong."""
    errors = _wrong_facts(facts)
    if errors:
        raise BadInput("This cannot be certified.", errors=errors)
    sealed = {"schema": SCHEMA, "kind": KIND, "algorithm": ALGORITHM, "key": key_id(key), "facts": dict(facts)}
    return {**sealed, "mac": _mac(sealed, key)}


def verify(certificate: object, key: bytes, *, content: object = None) -> Verified:
    """Whether it was issued with this key and is unchanged; with content also whether it is about that content."""
    said = _misshapen(certificate)
    if said or not isinstance(certificate, Mapping):
        return Verified(False, said or "It is not a certificate.")
    if not hmac.compare_digest(str(certificate["key"]).encode("utf-8", "replace"), key_id(key).encode()):
        words = (
            f"It names the key {str(certificate['key'])[:40]!r}, and the key here is {key_id(key)}: it was issued by "
        )
        return Verified(False, words + "another installation, or the key has changed since.")
    sealed = {name: value for name, value in certificate.items() if name != "mac"}
    try:
        mac = _mac(sealed, key)
    except (TypeError, ValueError, RecursionError):
        return Verified(False, "It holds something that is not plain data.")
    if not hmac.compare_digest(str(certificate["mac"]).encode("utf-8", "replace"), mac.encode()):
        return Verified(False, "It was changed after it was issued: its seal does not fit what it states.")
    facts = certificate["facts"]
    if errors := _wrong_facts(facts):
        return Verified(False, f"It states nothing that can be relied on: {', '.join(errors)}.")
    return _about(facts, content)


def _about(facts: Mapping[str, Any], content: object) -> Verified:
    if content is None:
        return Verified(True, f"{_words(facts)} The content was not compared.")
    try:
        same = hmac.compare_digest(content_hash(content), str(facts["sha256"]))
    except (TypeError, ValueError, RecursionError):
        return Verified(False, "The content is not plain data.")
    if not same:
        return Verified(False, "The certificate is genuine, but it is about other content than this.")
    return Verified(True, f"{_words(facts)} The content is the one that was certified.")


def _words(facts: Mapping[str, Any]) -> str:
    pack, waivers = facts["pack"], facts["waivers"]
    waived = f" {len(waivers)} waiver{'s' if len(waivers) > 1 else ''} counted." if waivers else ""
    return (
        f"Genuine and unchanged. Verdict {facts['verdict']}, score {facts['score']}, by the rules "
        f"{pack['name']} {pack['version']}, issued at {facts['issued_at']}.{waived}"
    )


def _misshapen(certificate: object) -> str:
    if not isinstance(certificate, Mapping) or not _MEMBERS <= set(certificate):
        return "It is not a certificate: it needs schema, kind, algorithm, key, facts and mac."
    if certificate["kind"] != KIND or not isinstance(certificate["facts"], Mapping):
        return "It is not a certificate of an audit."
    schema = certificate["schema"]
    if isinstance(schema, bool) or schema != SCHEMA:
        return f"Its schema is {str(schema)[:40]}; this version reads {SCHEMA}."
    if certificate["algorithm"] != ALGORITHM:
        return f"It is sealed with {str(certificate['algorithm'])[:40]!r}; only {ALGORITHM} is accepted."
    return ""


def _wrong_facts(facts: Mapping[str, Any]) -> dict[str, str]:
    errors = {name: "is missing" for name in FACTS if name not in facts}
    if errors:
        return errors
    errors |= {
        name: "must be a SHA-256 in hexadecimal digits"
        for name in ("sha256", "brief_sha256")
        if not (isinstance(facts[name], str) and _SHA256.fullmatch(facts[name]))
    }
    if facts["verdict"] not in VERDICTS:
        errors["verdict"] = f"must be one of {', '.join(VERDICTS)}"
    if not isinstance(facts["score"], int | float) or isinstance(facts["score"], bool):
        errors["score"] = "must be a number"
    if not isinstance(facts["waivers"], list):
        errors["waivers"] = "must be a list"
    pack = facts["pack"]
    if not isinstance(pack, Mapping) or not {"name", "version", "sha256"} <= set(pack):
        errors["pack"] = "needs name, version and sha256"
    if not _is_time(facts["issued_at"]):
        errors["issued_at"] = "must be an ISO 8601 time with its zone"
    try:
        canonical_json(dict(facts)).encode()
    except (TypeError, ValueError, RecursionError):
        errors["facts"] = "must be plain data"
    return errors


def _is_time(said: object) -> bool:
    try:
        return isinstance(said, str) and datetime.fromisoformat(said).tzinfo is not None
    except ValueError:
        return False


def _mac(sealed: Mapping[str, Any], key: bytes) -> str:
    text = canonical_json(_plain(sealed))
    return hmac.new(key, _DOMAIN + text.encode(), hashlib.sha256).hexdigest()


def _plain(value: Any) -> Any:
    """Whole numbers in one form: 100.0 becomes 100 on its way through other people's JSON."""
    if isinstance(value, Mapping):
        return {name: _plain(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
