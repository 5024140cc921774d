"""Removes secrets from text and structures before they are stored, logged or shown: known values, then patterns.

Must not fail on any input, and must stay linear in its length: it reads agents' output.
"""

import json
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

REDACTED = "[redacted]"
SHORTEST_SECRET = 8
#: Of a secret of several lines, such as a private key, each line from this length on.
SHORTEST_LINE = 20
LONGEST_WORD = 200
DEEPEST = 40

_SECRET_NAME = re.compile(
    r"(?:^|[_\-.])(?:password|passwd|passphrase|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key"
    r"|authorization|cookie|credentials?|session[_-]?id|csrftoken)$",
    re.IGNORECASE,
)
#: Names of variables are chosen to say what they hold, so a word anywhere in them is enough.
_SECRET_VARIABLE = re.compile(
    r"PASSW|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|API_?KEY|AUTH(?!OR)|COOKIE|PRIVATE"
    r"|(?:^|_)(?:PASS|PWD|PAT|KEY|DSN|SALT)(?:_|$)",
    re.IGNORECASE,
)
#: A path, an address without a password, a plain word: no secret, unless the variable is called exactly that.
_NO_SECRET = re.compile(r"/[^\s:]*|[a-z][a-z0-9+.\-]*://[^\s@]*|[a-z_\-]{1,15}", re.IGNORECASE)
_PASSWORD_IN_ADDRESS = re.compile(r"[a-z][a-z0-9+.\-]{1,20}://[^\s:/@]*:([^\s/@]+)@", re.IGNORECASE)


class _Rule(NamedTuple):
    """What to look for. Without one of the hints, in any case, there is nothing to find; that is cheaper to know."""

    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    replacement: str = REDACTED


#: What is a secret by its own shape.
_SHAPES: tuple[_Rule, ...] = (
    _Rule(
        ("-----begin",),
        re.compile(
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[^-]{0,20000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?)"
        ),
    ),
    _Rule(
        ("sk-", "sk_", "pk-", "pk_", "rk-", "rk_"),
        re.compile(r"\b(?:sk|pk|rk)[-_](?:[A-Za-z0-9]+[-_])*[A-Za-z0-9_\-]{16,}"),
    ),
    _Rule(
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-"),
        re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_\-]{16,})"),
    ),
    _Rule(("xox",), re.compile(r"\bxox[abeoprs]-[A-Za-z0-9\-]{10,}")),
    _Rule(("akia", "asia"), re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    _Rule(("aiza",), re.compile(r"\bAIza[0-9A-Za-z_\-]{30,}")),
    _Rule(("cdr_",), re.compile(r"\bcdr_[A-Za-z0-9_\-]{20,}")),
    _Rule(("eyj",), re.compile(r"\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}")),
    _Rule(("://",), re.compile(r"://([^\s:/@]{0,200}):[^\s/@]{1,200}@"), rf"://\1:{REDACTED}@"),
    _Rule(("http",), re.compile(r"(?i)(https?://)[^\s:/@]{16,200}@"), rf"\1{REDACTED}@"),
)
#: What is a secret by the word before it. In prose that word may be innocent: "Our secret: patience".
_LABELLED: tuple[_Rule, ...] = (
    _Rule(
        ("bearer", "basic", "token"),
        re.compile(r"(?i)\b(bearer|basic|token)(\s+)(?=[A-Za-z._~+/=\-]{0,200}[0-9])[A-Za-z0-9._~+/=\-]{16,}"),
        rf"\1\2{REDACTED}",
    ),
    _Rule(
        ("passw", "secret", "key", "token"),
        re.compile(
            r"(?i)((?:password|passwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token|access[_-]?token)"
            r"[\"']?\s{0,3}[=:]\s{0,3}[\"']?)([^\s\"',;&]{6,500})"
        ),
        rf"\1{REDACTED}",
    ),
)

#: One look instead of many: most texts hold nothing that could be a secret.
_HINTS = re.compile("|".join(re.escape(hint) for rule in _SHAPES + _LABELLED for hint in rule.hints))

_known: set[str] = set()
_known_pattern: re.Pattern[str] | None = None


def remember(secrets: Iterable[str]) -> None:
    """Values to remove wherever they appear; too short ones are ignored, since they would blank ordinary words."""
    global _known_pattern  # noqa: PLW0603 - one pattern per process, made anew when a secret is added
    fresh = {form for secret in secrets for form in _forms(secret) if len(form) >= SHORTEST_SECRET} - _known
    if fresh:
        _known.update(fresh)
        longest_first = sorted(_known, key=len, reverse=True)
        _known_pattern = re.compile("|".join(re.escape(secret) for secret in longest_first))


def _forms(secret: str) -> set[str]:
    """The secret as it may be written: plain, in an address, in JSON, line by line."""
    lines = {line.strip() for line in secret.splitlines() if len(line.strip()) >= SHORTEST_LINE}
    plain = {secret, unquote(secret)}
    return plain | {form for said in plain for form in (quote(said, safe=""), json.dumps(said)[1:-1])} | lines


def remember_environment(environment: Mapping[str, str] = os.environ) -> None:
    """Every value of a variable whose name says that it is a secret, and every password in an address."""
    for name, value in environment.items():
        telling = is_secret_name(name) or (_SECRET_VARIABLE.search(name) and not _NO_SECRET.fullmatch(value))
        remember([*([value] if telling else []), *_PASSWORD_IN_ADDRESS.findall(value)])


def is_secret_name(name: str) -> bool:
    """True if what a structure holds under this name is a secret."""
    return _SECRET_NAME.search(name) is not None


def redact(text: str, *, prose: bool = False) -> str:
    """The text without secrets. In `prose`, which people will read and keep, only what is one beyond doubt goes."""
    if _known_pattern is not None:
        text = _known_pattern.sub(REDACTED, text)
    lower = text.lower()
    if _HINTS.search(lower) is None:
        return text
    for rule in _SHAPES if prose else _SHAPES + _LABELLED:
        if any(hint in lower for hint in rule.hints):
            text = rule.pattern.sub(rule.replacement, text)
    return text


def unfinished(text: str) -> int:
    """How many characters at the end may be the beginning of a secret: a text that grows is shown without them."""
    last = text[-LONGEST_WORD:]
    return len(last) - max((at + 1 for at, char in enumerate(last) if char.isspace()), default=0)


def redact_structure(value: Any, *, prose: bool = False, depth: int = 0) -> Any:
    """The same structure with every text redacted; a text under a secret's name goes altogether, but not in prose."""
    if isinstance(value, str):
        return redact(value, prose=prose)
    if depth >= DEEPEST:
        return REDACTED if isinstance(value, Mapping | list | tuple | set | frozenset) else value
    if isinstance(value, Mapping):
        return {
            redact(str(name), prose=prose): _redact_named(str(name), held, prose, depth + 1)
            for name, held in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact_structure(held, prose=prose, depth=depth + 1) for held in value]
    if isinstance(value, bytes):
        return redact(value.decode("utf-8", "replace"), prose=prose)
    return value


def _redact_named(name: str, value: Any, prose: bool, depth: int) -> Any:
    if not prose and isinstance(value, str | bytes) and value and is_secret_name(name):
        return REDACTED
    return redact_structure(value, prose=prose, depth=depth)
