"""Removes secrets from text and structures before they are stored, logged or shown: known values, then patterns.

Must not fail on any input, and must stay linear in its length: it reads agents' output.
"""

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

REDACTED = "[redacted]"
SHORTEST_SECRET = 8
DEEPEST = 40

_SECRET_NAME = re.compile(
    r"(?:^|[_\-.])(?:password|passwd|passphrase|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key"
    r"|authorization|cookie|credentials?|session[_-]?id|csrftoken)$",
    re.IGNORECASE,
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[^-]{0,20000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?)"
        ),
        REDACTED,
    ),
    (re.compile(r"\b(?:sk|pk|rk)[-_](?:[A-Za-z0-9]+[-_])*[A-Za-z0-9_\-]{16,}"), REDACTED),
    (re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_\-]{16,})"), REDACTED),
    (re.compile(r"\bxox[abeoprs]-[A-Za-z0-9\-]{10,}"), REDACTED),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), REDACTED),
    (re.compile(r"\bAIza[0-9A-Za-z_\-]{30,}"), REDACTED),
    (re.compile(r"\bcdr_[A-Za-z0-9_\-]{20,}"), REDACTED),
    (re.compile(r"\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}"), REDACTED),
    (re.compile(r"(?i)\b(bearer|basic|token)(\s+)[A-Za-z0-9._~+/=\-]{16,}"), rf"\1\2{REDACTED}"),
    (re.compile(r"(?i)([a-z][a-z0-9+.\-]{1,20}://[^\s:/@]{0,200}):[^\s/@]{1,200}@"), rf"\1:{REDACTED}@"),
    (
        re.compile(
            r"(?i)((?:password|passwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token|access[_-]?token)"
            r"[\"']?\s{0,3}[=:]\s{0,3}[\"']?)([^\s\"',;&]{6,500})"
        ),
        rf"\1{REDACTED}",
    ),
)

_known: set[str] = set()
_known_pattern: re.Pattern[str] | None = None


def remember(secrets: Iterable[str]) -> None:
    """Values to remove wherever they appear; too short ones are ignored, since they would blank ordinary words."""
    global _known_pattern  # noqa: PLW0603 - one pattern per process, made anew when a secret is added
    fresh = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET} - _known
    if fresh:
        _known.update(fresh)
        longest_first = sorted(_known, key=len, reverse=True)
        _known_pattern = re.compile("|".join(re.escape(secret) for secret in longest_first))


def remember_environment(environment: Mapping[str, str] = os.environ) -> None:
    """Every environment value whose name says that it is a secret."""
    remember(value for name, value in environment.items() if is_secret_name(name))


def is_secret_name(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def redact(text: str) -> str:
    """The text without secrets."""
    if _known_pattern is not None:
        text = _known_pattern.sub(REDACTED, text)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact_structure(value: Any, *, depth: int = 0) -> Any:
    """The same structure with every text redacted; a text under a secret's name goes altogether."""
    if isinstance(value, str):
        return redact(value)
    if depth >= DEEPEST:
        return REDACTED if isinstance(value, Mapping | list | tuple | set | frozenset) else value
    if isinstance(value, Mapping):
        return {redact(str(name)): _redact_named(str(name), held, depth + 1) for name, held in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact_structure(held, depth=depth + 1) for held in value]
    if isinstance(value, bytes):
        return redact(value.decode("utf-8", "replace"))
    return value


def _redact_named(name: str, value: Any, depth: int) -> Any:
    if isinstance(value, str | bytes) and value and is_secret_name(name):
        return REDACTED
    return redact_structure(value, depth=depth)
