"""Every exception becomes a failure with a stable code and a kind."""

import pytest

from agents.contracts import AgentFault, Cancelled
from agents.faults import failure, kind_of, kind_of_text
from conductor.lib.errors import CODES, BadInput, BudgetExceeded, ConductorError, LeaseLost, NotAllowed, Unavailable


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Request timed out", "transient"),
        ("HTTP 429 Too Many Requests", "transient"),
        ("503 from upstream", "transient"),
        ("security policy", "conflict"),
        ("Permission denied", "fatal"),
        ("file not found", "fatal"),
        ("database is locked", "retriable"),
        ("missing dependency", "retriable"),
        ("something odd", "retriable"),
        ("", "retriable"),
    ],
)
def test_text_is_classified(text: str, kind: str) -> None:
    assert kind_of_text(text) == kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), "transient"),
        (ConnectionResetError(), "transient"),
        (PermissionError(), "fatal"),
        (MemoryError(), "fatal"),
        (ValueError("forbidden"), "retriable"),
        (RuntimeError("connection lost"), "transient"),
        (RuntimeError(), "retriable"),
    ],
)
def test_type_tells_more_than_text(error: Exception, kind: str) -> None:
    assert kind_of(error) == kind


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        (AgentFault("agent_refused", "no", "fatal"), "agent_refused", "fatal"),
        (Cancelled(), "cancelled", "transient"),
        (BudgetExceeded(), "budget_exceeded", "conflict"),
        (NotAllowed(), "not_allowed", "conflict"),
        (LeaseLost(), "lease_lost", "transient"),
        (BadInput("x"), "invalid", "fatal"),
        (Unavailable(), "unavailable", "retriable"),
        (ConductorError(code="sandbox_unavailable"), "sandbox_unavailable", "fatal"),
        (TimeoutError(), "agent_timeout", "transient"),
        (ConnectionError("gone"), "agent_unreachable", "transient"),
        (ZeroDivisionError("x"), "agent_failed", "retriable"),
    ],
)
def test_exception_becomes_a_failure(error: Exception, code: str, kind: str) -> None:
    found = failure(error)
    assert (found.code, found.kind) == (code, kind)
    assert found.code in CODES
    assert found.message


def test_fault_keeps_its_wait() -> None:
    assert failure(AgentFault("agent_throttled", "slow", "transient", retry_after_s=3.0)).retry_after_s == 3.0
