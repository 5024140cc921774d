"""The one error family: stable codes, human sentences, who must act. Each face translates it once.

Must not import anything of ours, and must never carry a secret: messages go to pages, logs and events.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["low", "medium", "high", "critical"]
Who = Literal["user", "operator", "agent", "nobody"]


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """What a stable code means, how bad it is, who must act, and how a web answer states it."""

    words: str
    status: int
    severity: Severity
    retryable: bool
    who: Who


def _user(words: str, status: int) -> CodeInfo:
    return CodeInfo(words, status, "low", False, "user")


def _operator(words: str, *, severity: Severity = "high", retryable: bool = True, status: int = 503) -> CodeInfo:
    return CodeInfo(words, status, severity, retryable, "operator")


def _agent(words: str, *, retryable: bool, severity: Severity = "medium", status: int = 502) -> CodeInfo:
    return CodeInfo(words, status, severity, retryable, "agent")


#: Every stable code of the product. Codes are never renamed or reused; the documentation is made from this table.
CODES: dict[str, CodeInfo] = {
    # What a caller sent.
    "malformed": _user("The request could not be read.", 400),
    "not_signed_in": _user("Sign in, or send a valid token.", 401),
    "not_allowed": _user("You may not do this.", 403),
    "not_found": _user("There is no such thing, or you may not see it.", 404),
    "method_not_allowed": _user("This address does not take that method.", 405),
    "not_acceptable": _user("None of the formats you accept is offered here.", 406),
    "unsupported_format": _user("This format is not supported.", 415),
    "too_large": _user("What was sent is larger than allowed.", 413),
    "invalid": _user("Some fields are not valid.", 422),
    "too_long": _user("A field is longer than allowed.", 422),
    "incomplete": _user("Something that is needed is missing.", 422),
    "unknown_agent": _user("There is no such role, backend or agent.", 422),
    "idempotency_mismatch": _user("This idempotency key was used for another request.", 422),
    "precondition_required": _user("Say which version you mean to change.", 428),
    "throttled": CodeInfo("Too many requests; wait and try again.", 429, "low", True, "user"),
    "quota_exceeded": CodeInfo("The quota is used up.", 429, "low", True, "user"),
    # Plans and checkpoints.
    "plan_invalid": _user("The plan is not valid.", 422),
    "plan_cycle": _user("The tasks of the plan need each other in a circle.", 422),
    "unknown_dependency": _user("A task needs a task that does not exist.", 422),
    "checkpoint_invalid": _user("The checkpoint is damaged, forged, foreign or of another schema.", 422),
    # What the state does not allow.
    "conflict": _user("This cannot be done in the present state.", 409),
    "invalid_move": _user("This state does not lead there.", 409),
    "stale_version": _user("Somebody changed this meanwhile; read it again.", 409),
    "already_running": _user("A run of this is already active.", 409),
    "already_answered": _user("This decision has been answered.", 409),
    "budget_exceeded": CodeInfo("The budget does not allow this.", 409, "medium", False, "user"),
    "limit_reached": CodeInfo("A limit is reached; it goes on when a place is free.", 409, "low", True, "nobody"),
    # How an attempt or a task ends.
    "lease_lost": CodeInfo("The worker lost its lease; its result was not taken.", 409, "medium", True, "nobody"),
    "cancelled": CodeInfo("It was cancelled.", 409, "low", False, "nobody"),
    "released": CodeInfo("A stopping worker handed the task back.", 409, "low", True, "nobody"),
    "worker_lost": CodeInfo("The worker stopped without a word.", 503, "medium", True, "nobody"),
    "poison": CodeInfo("The task killed its worker too often and is not tried again.", 500, "high", False, "operator"),
    "blocked": CodeInfo("Something this task needs ended badly.", 409, "medium", False, "user"),
    "run_deadline": CodeInfo("The run passed its deadline.", 409, "high", False, "user"),
    "gate_failed": CodeInfo("A check of the result did not pass.", 409, "medium", True, "agent"),
    "merge_conflict": CodeInfo("The change does not merge with what is there.", 409, "medium", True, "agent"),
    "audit_unavailable": CodeInfo("The audit could not be run; it is pending.", 503, "medium", True, "nobody"),
    "agent_failed": _agent("The agent failed.", retryable=True),
    "agent_timeout": _agent("The agent took longer than its limit.", retryable=True, status=504),
    "agent_output_invalid": _agent("The agent's answer does not fit its schema.", retryable=True),
    "agent_output_too_large": _agent("The agent wrote more than its limit.", retryable=False),
    "agent_unreachable": CodeInfo("The agent does not answer.", 503, "medium", True, "operator"),
    "agent_throttled": CodeInfo("The agent's provider asks to slow down.", 503, "low", True, "nobody"),
    "agent_refused": _agent("The agent refused the task.", retryable=False),
    # What an operator must mend.
    "bad_setting": _operator("A setting is not valid.", severity="critical", retryable=False, status=500),
    "sandbox_unavailable": _operator("This host cannot isolate outside agents, so they do not run.", retryable=False),
    "storage_full": _operator("There is no space left to store results.", severity="critical", status=507),
    "storage_damaged": _operator("Stored content does not match its hash.", severity="critical", retryable=False),
    "repository_unavailable": _operator("The repository cannot be read.", severity="medium"),
    "unavailable": _operator("A service this needs does not answer; try again.", severity="medium"),
    "internal": _operator("Something went wrong on our side.", severity="critical", retryable=False, status=500),
}


class ConductorError(Exception):
    """The root: a stable code, a sentence for people, and errors per field where there are any."""

    default_code = "internal"

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        errors: Mapping[str, str | Sequence[str]] | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        self.code = code or self.default_code
        self.info = CODES[self.code]
        self.message = message or self.info.words
        self.errors = {field: _sentences(said) for field, said in (errors or {}).items()}
        self.retry_after_s = retry_after_s
        super().__init__(self.message)

    @property
    def severity(self) -> Severity:
        return self.info.severity

    @property
    def retryable(self) -> bool:
        return self.info.retryable

    @property
    def who(self) -> Who:
        return self.info.who

    @property
    def status(self) -> int:
        return self.info.status

    def __str__(self) -> str:
        fields = "; ".join(f"{field}: {' '.join(said)}" for field, said in self.errors.items())
        return f"{self.message} ({fields})" if fields else self.message


def _sentences(said: str | Sequence[str]) -> list[str]:
    return [said] if isinstance(said, str) else list(said)


class BadInput(ConductorError):
    """What was given is not valid; `errors` says which field and why."""

    default_code = "invalid"


class TooLarge(ConductorError):
    default_code = "too_large"


class NotSignedIn(ConductorError):
    default_code = "not_signed_in"


class NotAllowed(ConductorError):
    default_code = "not_allowed"


class NotFound(ConductorError):
    default_code = "not_found"


class Conflict(ConductorError):
    default_code = "conflict"


class InvalidMove(Conflict):
    default_code = "invalid_move"


class StaleVersion(Conflict):
    default_code = "stale_version"


class BudgetExceeded(Conflict):
    default_code = "budget_exceeded"


class LeaseLost(Conflict):
    default_code = "lease_lost"


class Throttled(ConductorError):
    default_code = "throttled"


class Unavailable(ConductorError):
    default_code = "unavailable"


class AgentFailed(ConductorError):
    default_code = "agent_failed"


class BadSetting(ConductorError):
    """The installation is wrong; the message names the setting."""

    default_code = "bad_setting"
