"""The frozen shapes that pass between a turn and the worker: what was claimed, what came of it. No queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from campaigns.kinds.base import Products
from campaigns.models import Run
from campaigns.states import AttemptState


@dataclass(frozen=True, slots=True)
class Claim:
    """An attempt that this worker holds: everything the agent's run needs to know of its task.

    `timeout_s` is the agent's own time, `most_s` the whole attempt's: with what comes before and after the agent.
    """

    run_id: UUID
    attempt_id: UUID
    task_id: UUID
    fence: int
    number: int
    key: str
    title: str
    description: str
    role: str
    backend: tuple[str, ...]
    slot: str
    domain_id: UUID | None
    inputs: Mapping[str, Any]
    timeout_s: float
    most_s: float
    limit_at: datetime
    claimed_at: datetime
    alone: bool
    last_error: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an attempt did not succeed. `kind` is transient, retriable, fatal or conflict (behaviours 004)."""

    code: str
    message: str
    kind: str = "retriable"
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a gate found for one criterion."""

    criterion_id: UUID
    title: str
    verdict: str
    command: tuple[str, ...]
    exit_code: int | None
    message: str
    output: str
    output_hash: str
    tree_hash: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What an agent was asked, answered and spent; kept for the ledger and the task page."""

    spec: str
    ok: bool
    summary: str = ""
    transcript: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int | None = 0
    estimated: bool = False
    answered_by: str = ""
    prompt: str = ""
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What a person must decide or do before the task can go on."""

    question: str
    options: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


NOTHING_MADE: Final = Products()


@dataclass(frozen=True, slots=True)
class Finish:
    """The outcome of a claim, ready for the next turn."""

    claim: Claim
    state: AttemptState
    output: Mapping[str, Any] = field(default_factory=dict)
    summary: str = ""
    products: Products = NOTHING_MADE
    fault: Fault | None = None
    question: Question | None = None
    evidence: tuple[Evidence, ...] = ()
    asked: Asked | None = None
    merge_id: UUID | None = None
    agent_ms: int = 0


@dataclass(frozen=True, slots=True)
class Turned:
    """What a turn did: the attempts claimed, and whether the run still has work that follows outside the turn."""

    claims: tuple[Claim, ...]
    state: str
    blocks: bool
    checkpoint_due: bool
    more_ready: bool
    late: tuple[UUID, ...]
    run: Run
