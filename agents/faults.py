"""Which kind of failure an exception or an error text is: transient, retriable, fatal or conflict.

Must not decide what follows from it: retries and pauses are the caller's.
"""

from __future__ import annotations

import re
from typing import Final

from agents.contracts import AgentFailure, AgentFault, Cancelled, FailureKind
from conductor.lib.errors import (
    BadInput,
    BudgetExceeded,
    ConductorError,
    LeaseLost,
    NotAllowed,
)

# First match wins, most telling first; what nothing matches is retriable.
_WORDS: Final[dict[FailureKind, str]] = {
    "transient": "time[d ]?[ -]?out|rate.?limit|too many requests|429\\b|50[234]\\b|connection|network|overloaded",
    "conflict": "security|policy|business rule|integrity|violat",
    "fatal": (
        "permission|denied|forbidden|unauthori[sz]ed|configuration|no such file|not found|syntax ?error|out of memory"
    ),
    "retriable": "locked|dependency|validation|temporar",
}
_PATTERNS: Final = {kind: re.compile(rf"\b(?:{words})", re.IGNORECASE) for kind, words in _WORDS.items()}


def kind_of_text(text: str) -> FailureKind:
    head = text[:4000]
    return next(
        (kind for kind, pattern in _PATTERNS.items() if pattern.search(head)),
        "retriable",
    )


def kind_of(error: BaseException) -> FailureKind:
    """By type first, since words lie; by its text for the rest."""
    if isinstance(error, TimeoutError | ConnectionError):
        return "transient"
    if isinstance(
        error,
        PermissionError | FileNotFoundError | SyntaxError | MemoryError | NotImplementedError,
    ):
        return "fatal"
    if isinstance(error, ValueError | TypeError | KeyError):
        return "retriable"
    return kind_of_text(str(error))


def failure(error: Exception) -> AgentFailure:
    """Any exception out of an agent as a failure with a stable code."""
    if isinstance(error, AgentFault):
        return AgentFailure(
            error.code,
            error.message,
            error.kind,
            error.usage,
            error.transcript,
            error.retry_after_s,
        )
    if isinstance(error, Cancelled):
        return AgentFailure("cancelled", "It was cancelled while it ran.", "transient")
    if isinstance(error, ConductorError):
        return AgentFailure(
            error.code,
            str(error),
            _kind_of_ours(error),
            retry_after_s=error.retry_after_s,
        )
    if isinstance(error, TimeoutError):
        return AgentFailure("agent_timeout", "The agent took longer than its limit.", "transient")
    if isinstance(error, ConnectionError):
        return AgentFailure("agent_unreachable", f"The agent does not answer: {error}", "transient")
    return AgentFailure(
        "agent_failed",
        f"The agent failed: {type(error).__name__}: {error}",
        kind_of(error),
    )


def _kind_of_ours(error: ConductorError) -> FailureKind:
    if isinstance(error, LeaseLost):
        return "transient"
    if isinstance(error, BudgetExceeded | NotAllowed):
        return "conflict"
    if isinstance(error, BadInput):
        return "fatal"
    return "retriable" if error.retryable else "fatal"


#: What agents may raise by contract; anything else is logged with its trace.
EXPECTED: Final = (AgentFault, Cancelled, ConductorError, TimeoutError, ConnectionError)
