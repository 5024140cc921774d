"""Exit codes, and which fault gives which. Must not print."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import click

from conductor.lib import redact
from conductor.lib.errors import ConductorError

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
NOT_FOUND: Final = 3
CONFLICT: Final = 4
SERVER: Final = 5
#: As shells count them: 128 and the number of the signal.
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141

_AGENT_STATUSES: Final = (502, 504)


@dataclass(frozen=True, slots=True)
class Fault:
    """What a person, or a program, is told."""

    exit_code: int
    code: str
    words: str
    errors: dict[str, list[str]] = field(default_factory=dict)
    usage: str = ""
    status: int = 0

    def as_json(self) -> dict[str, Any]:
        """The members of a problem, as the API tells them."""
        told = {"title": "Refused", "status": self.status or None, "code": self.code, "detail": self.words}
        return {**told, "errors": self.errors, "exit_code": self.exit_code}


def fault_of(error: Exception) -> Fault:
    if isinstance(error, ConductorError):
        return Fault(_by_status(error.status), error.code, error.message, error.errors, status=error.status)
    if isinstance(error, click.UsageError):
        usage = error.ctx.get_usage() if error.ctx else ""
        named = error.param.opts[0] if isinstance(error, click.BadParameter) and error.param else ""
        words = error.format_message()
        return Fault(USAGE, "usage", words, {named: [words]} if named else {}, usage)
    if isinstance(error, click.ClickException):
        return Fault(USAGE, "usage", error.format_message())
    if any(kind.__module__ == "django.db.utils" for kind in type(error).__mro__):
        return Fault(SERVER, "unavailable", f"The database does not answer: {_first_line(error)}")
    words = f"Something went wrong here: {type(error).__name__}: {_first_line(error)} (CONDUCTOR_TRACE=1 shows where)"
    return Fault(SERVER, "internal", words)


def _by_status(status: int) -> int:
    if status == 404:
        return NOT_FOUND
    if status == 409:
        return CONFLICT
    if status in _AGENT_STATUSES:
        return FAILED
    return USAGE if status < 500 and status != 429 else SERVER


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return redact.redact(lines[0][:300]) if lines else "no words"
