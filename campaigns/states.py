"""Every status word, its named groups, its colour and its legal moves: the one table. No queries, no side effects.

Other modules ask for a group (`TaskState.OPEN`) or `may_move`; none lists status words of its own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class CampaignState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


class BrandState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    PARTIALLY_COMPLETED = "partially_completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    BUDGET_STOPPED = "budget_stopped"


class SessionState(StrEnum):
    INITIALIZING = "initializing"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    PARTIALLY_COMPLETED = "partially_completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    BUDGET_STOPPED = "budget_stopped"


class TaskState(StrEnum):
    PENDING = "pending"
    READY = "ready"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    BLOCKED = "blocked"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


class AttemptState(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    LOST = "lost"
    RELEASED = "released"
    CANCELLED = "cancelled"


class AuditState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class Verdict(StrEnum):
    NOT_AUDITED = "not_audited"
    PASS = "pass"  # noqa: S105 - a verdict, not a password
    CONDITIONAL = "conditional"
    FAIL = "fail"


class PackState(StrEnum):
    """A rule pack: only a published one is chosen by campaigns."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class DecisionState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    VOID = "void"


class MergeState(StrEnum):
    INTENDED = "intended"
    LANDED = "landed"
    ABANDONED = "abandoned"


class Stage(StrEnum):
    """Where a creative run is, derived from its events (seed 001)."""

    QUEUED = "queued"
    GENERATING_COPY = "generating_copy"
    GENERATING_SHORT_COPY = "generating_short_copy"
    GENERATING_VISUAL = "generating_visual"
    GENERATION_COMPLETE = "generation_complete"
    AUDITING = "auditing"
    COMPLETED = "completed"
    PARTIALLY_COMPLETED = "partially_completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RunOutcome(StrEnum):
    SUCCESS = "success"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Purpose(StrEnum):
    FULL = "full"
    REGENERATE = "regenerate"
    AUDIT = "audit"
    FORK = "fork"
    RESTORE = "restore"


class Mode(StrEnum):
    PARALLEL = "parallel"
    SEQUENTIAL = "sequential"


class Queue(StrEnum):
    SHORT = "short"
    LONG = "long"


class Role(StrEnum):
    """Team roles, weakest first; each may do what the ones before it may."""

    VIEWER = "viewer"
    AUTHOR = "author"
    REVIEWER = "reviewer"
    OPERATOR = "operator"
    ADMIN = "admin"


class Requires(StrEnum):
    SUCCESS = "success"
    END = "end"


# --- Named groups -------------------------------------------------------------------------------------------------

RUN_ENDED: Final = frozenset(
    {
        RunState.COMPLETED,
        RunState.PARTIALLY_COMPLETED,
        RunState.FAILED,
        RunState.CANCELLED,
        RunState.BUDGET_STOPPED,
    }
)
RUN_OPEN: Final = frozenset(RunState) - RUN_ENDED
RUN_CLAIMING: Final = frozenset({RunState.QUEUED, RunState.RUNNING})
RUN_REOPENABLE: Final = frozenset({RunState.PARTIALLY_COMPLETED, RunState.FAILED, RunState.BUDGET_STOPPED})
RUN_PAUSABLE: Final = frozenset({RunState.QUEUED, RunState.RUNNING})
RUN_CANCELLABLE: Final = RUN_OPEN - {RunState.CANCELLING}

TASK_OPEN: Final = frozenset({TaskState.PENDING, TaskState.READY, TaskState.IN_PROGRESS, TaskState.WAITING})
TASK_ENDED: Final = frozenset(TaskState) - TASK_OPEN
TASK_ENDED_WELL: Final = frozenset({TaskState.COMPLETED, TaskState.SKIPPED})
TASK_ENDED_BADLY: Final = frozenset({TaskState.FAILED, TaskState.BLOCKED, TaskState.CANCELLED})
TASK_RETRYABLE: Final = frozenset({TaskState.FAILED, TaskState.BLOCKED})
TASK_EDITABLE: Final = frozenset({TaskState.PENDING, TaskState.READY, TaskState.WAITING}) | TASK_RETRYABLE

ATTEMPT_COUNTS: Final = frozenset({AttemptState.FAILED, AttemptState.TIMED_OUT})

# --- Legal moves: noun -> from -> to --------------------------------------------------------------------------------


def _to(words: str = "") -> frozenset[str]:
    return frozenset(words.split())


MOVES: Final[dict[str, dict[str, frozenset[str]]]] = {
    "campaign": {
        "draft": _to("active archived"),
        "active": _to("archived"),
        "archived": _to("active"),
    },
    "brand": {
        "draft": _to("published archived"),
        "published": _to("archived"),
        "archived": _to("draft published"),
    },
    "run": {
        "queued": _to("running pausing cancelling completed partially_completed failed"),
        "running": _to("pausing cancelling completed partially_completed failed"),
        "pausing": _to("running paused cancelling completed partially_completed failed budget_stopped"),
        "paused": _to("running cancelling completed partially_completed failed"),
        "cancelling": _to("cancelled failed"),
        "completed": _to(),
        "cancelled": _to(),
        "partially_completed": _to("running"),
        "failed": _to("running"),
        "budget_stopped": _to("running"),
    },
    "session": {
        "initializing": _to("running paused completed partially_completed failed cancelled"),
        "running": _to("paused completed partially_completed failed cancelled budget_stopped"),
        "paused": _to(),
        "completed": _to(),
        "partially_completed": _to(),
        "failed": _to(),
        "cancelled": _to(),
        "budget_stopped": _to(),
    },
    "task": {
        "pending": _to("ready blocked skipped cancelled superseded"),
        "ready": _to("in_progress pending skipped cancelled superseded"),
        "in_progress": _to("ready waiting completed failed cancelled"),
        "waiting": _to("in_progress ready skipped cancelled superseded"),
        "completed": _to(),
        "failed": _to("ready skipped superseded"),
        "blocked": _to("pending skipped superseded"),
        "skipped": _to(),
        "cancelled": _to(),
        "superseded": _to(),
    },
    "attempt": {
        "running": _to("succeeded failed timed_out lost released cancelled"),
        "succeeded": _to(),
        "failed": _to(),
        "timed_out": _to(),
        "lost": _to(),
        "released": _to(),
        "cancelled": _to(),
    },
    "audit": {
        "pending": _to("failed"),
        "done": _to(),
        "failed": _to(),
    },
    "decision": {
        "open": _to("answered void"),
        "answered": _to(),
        "void": _to(),
    },
    "rule_pack": {
        "draft": _to("published archived"),
        "published": _to("archived"),
        "archived": _to("published"),
    },
    "merge": {
        "intended": _to("landed abandoned"),
        "landed": _to(),
        "abandoned": _to(),
    },
}

STATES: Final[dict[str, type[StrEnum]]] = {
    "campaign": CampaignState,
    "brand": BrandState,
    "run": RunState,
    "session": SessionState,
    "task": TaskState,
    "attempt": AttemptState,
    "audit": AuditState,
    "decision": DecisionState,
    "rule_pack": PackState,
    "merge": MergeState,
}

# One palette for pages, command line and exports: word -> (colour name of the theme, icon).
# Colour is never the only sign.
LOOKS: Final[dict[str, tuple[str, str]]] = {
    "draft": ("secondary", "pencil"),
    "active": ("blue", "circle-dot"),
    "published": ("green", "badge-check"),
    "archived": ("secondary", "archive"),
    "queued": ("secondary", "clock"),
    "initializing": ("secondary", "clock"),
    "pending": ("secondary", "clock"),
    "ready": ("azure", "circle-dot"),
    "running": ("blue", "loader-circle"),
    "in_progress": ("blue", "loader-circle"),
    "waiting": ("purple", "user"),
    "open": ("purple", "user"),
    "pausing": ("yellow", "pause"),
    "paused": ("yellow", "pause"),
    "cancelling": ("orange", "x"),
    "completed": ("green", "check"),
    "succeeded": ("green", "check"),
    "done": ("green", "check"),
    "answered": ("green", "check"),
    "landed": ("green", "check"),
    "intended": ("blue", "git-merge"),
    "abandoned": ("secondary", "x"),
    "void": ("secondary", "x"),
    "partially_completed": ("yellow", "triangle-alert"),
    "failed": ("red", "circle-alert"),
    "timed_out": ("red", "clock"),
    "lost": ("orange", "zap"),
    "released": ("secondary", "rotate-ccw"),
    "blocked": ("orange", "ban"),
    "skipped": ("secondary", "skip-forward"),
    "cancelled": ("secondary", "x"),
    "superseded": ("secondary", "refresh-cw"),
    "budget_stopped": ("orange", "coins"),
    "not_audited": ("secondary", "circle-question-mark"),
    "pass": ("green", "shield-check"),
    "conditional": ("yellow", "triangle-alert"),
    "fail": ("red", "circle-x"),
}


def may_move(noun: str, old: str, new: str) -> bool:
    """True if the table allows `noun` to go from `old` to `new`."""
    return new in MOVES[noun].get(old, frozenset())


def sources(noun: str, new: str) -> frozenset[str]:
    """The states from which `noun` may reach `new`."""
    return frozenset(old for old, news in MOVES[noun].items() if new in news)
