"""The shapes that agents and their callers share: requests, outcomes, roles, and what a caller lends to an agent.

Must not import anything of ours but the error family and the providers: every other module may import this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol, TypeAlias

from pydantic import BaseModel

from agents.providers import COMPATIBLE, KNOWN
from conductor.lib.errors import LeaseLost

__all__ = [
    "COMPATIBLE",
    "PROVIDERS",
    "Advice",
    "AgentFailure",
    "AgentFault",
    "AgentRequest",
    "AgentResult",
    "Answered",
    "Builtin",
    "Cancelled",
    "Changes",
    "Check",
    "Credential",
    "FailureKind",
    "Finish",
    "Health",
    "Host",
    "LeaseLost",
    "Limits",
    "NeedsPerson",
    "Outcome",
    "Price",
    "Role",
    "Runs",
    "Usage",
    "Workspace",
]

FailureKind: TypeAlias = Literal["transient", "retriable", "fatal", "conflict"]
"""transient: try again later as is; retriable: another try may do better; fatal: will fail again the same way;
conflict: a rule or a person stands in the way."""

Runs: TypeAlias = Literal["thread", "process", "loop"]
"""How an agent is stopped: a thread is only asked, a process is killed, a task on an asyncio loop is cancelled."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The smallest of what the caller allows; agent output never raises one."""

    seconds: float = 300.0
    tokens: int | None = None
    money_micros: int | None = None
    output_bytes: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Workspace:
    """The attempt's own git clone."""

    path: str
    branch: str
    base_commit: str


@dataclass(frozen=True, slots=True)
class AgentRequest:
    attempt: str
    task: str
    role: str
    backend: str
    instructions: str
    inputs: Mapping[str, Any]
    output_schema: Mapping[str, Any] | None = None
    limits: Limits = Limits()
    workspace: Workspace | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """What was spent. cost_micros None means unknown, which is not zero.

    unmeasured_tokens is our estimate of what calls used without anybody telling: it counts towards limits, and is never
    booked or shown as spent.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int | None = 0
    estimated: bool = False
    calls: int = 0
    unmeasured_tokens: int = 0

    @property
    def counted_tokens(self) -> int:
        """What counts towards a limit of tokens."""
        return max(0, self.input_tokens) + max(0, self.output_tokens) + max(0, self.unmeasured_tokens)

    def __add__(self, other: Usage) -> Usage:
        known = self.cost_micros is not None and other.cost_micros is not None
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost_micros=(self.cost_micros or 0) + (other.cost_micros or 0) if known else None,
            estimated=self.estimated or other.estimated,
            calls=self.calls + other.calls,
            unmeasured_tokens=self.unmeasured_tokens + other.unmeasured_tokens,
        )


@dataclass(frozen=True, slots=True)
class Answered:
    """Who of a chain answered, from which version of a prompt, and whether the answer was one kept from before."""

    agent: str = ""
    prompt: str = ""
    replayed: bool = False


#: Who offers models.
PROVIDERS: Final = tuple(KNOWN)


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, in micro-units of money per million tokens."""

    input_micros: int
    output_micros: int


@dataclass(frozen=True, slots=True)
class Credential:
    """Access to a provider of models, lent for one run. It must not be stored, logged, told or passed on.

    prices are the team's own, by model ("*" for any); slice_micros is reserved for a call whose price is unknown;
    hosts may be reached although they are not public.
    """

    provider: str
    key: str = field(repr=False)
    base_url: str = ""
    structured: str = ""
    prices: Mapping[str, Price] = field(default_factory=dict)
    slice_micros: int = 0
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What an agent did to its workspace: commit is the head it left, None when nothing was committed."""

    commit: str | None
    diff: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgentResult:
    output: Mapping[str, Any]
    summary: str = ""
    usage: Usage = Usage()
    transcript: str = ""
    changes: Changes | None = None
    by: Answered = Answered()


@dataclass(frozen=True, slots=True)
class AgentFailure:
    code: str
    message: str
    kind: FailureKind
    usage: Usage = Usage()
    transcript: str = ""
    retry_after_s: float | None = None
    by: Answered = Answered()


@dataclass(frozen=True, slots=True)
class NeedsPerson:
    question: str
    options: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


Outcome: TypeAlias = AgentResult | AgentFailure | NeedsPerson


class Host(Protocol):
    """What the caller lends to a running agent. Calls are numbered from 1 within an attempt, over all its backends."""

    def reserve(self, call: int, micros: int) -> None:
        """Before a paid call; raises errors.BudgetExceeded or errors.LeaseLost, and then the call must not be made."""

    def settle(self, call: int, micros: int | None) -> None:
        """After a paid call; None means the cost is unknown and the reservation stays."""

    def partial(self, text: str) -> None:
        """Text still being written; may be lost."""

    def cancelled(self) -> bool:
        """True once the agent must stop soon: cancelled, killed by a pause, or its lease lost."""

    def remaining_s(self) -> float:
        """Seconds left of the attempt's time limit."""

    def credential(self, provider: str, name: str) -> Credential:
        """Access to a provider of models; an AgentFault or ConductorError where the caller lends none."""

    def recall(self, key: str) -> str | None:
        """The answer kept under that key, if the caller keeps answers and has one; its AgentFault if it must have."""

    def keep(self, key: str, text: str) -> None:
        """An answer worth recalling; the caller may drop it."""


class AgentFault(Exception):
    """Raised by a role or backend to fail with a stable code; invoke turns it into an AgentFailure."""

    def __init__(
        self,
        code: str,
        message: str,
        kind: FailureKind = "retriable",
        *,
        usage: Usage = Usage(),
        transcript: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.kind: FailureKind = kind
        self.usage = usage
        self.transcript = transcript
        self.retry_after_s = retry_after_s


class Cancelled(Exception):
    """Raised by an agent that has seen host.cancelled() and stops."""


Builtin: TypeAlias = Callable[[AgentRequest, Host], Mapping[str, Any]]
Check: TypeAlias = Callable[[Any, AgentRequest], list[str]]

Finish: TypeAlias = Callable[[dict[str, Any], AgentRequest], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Advice:
    """Of a role whose built-in decides: what a model is asked for beside it, what it is shown, what is made of that.

    given turns the model's answer into an output; silent does where the model gave none, and says why.
    """

    asked: type[BaseModel]
    shown: Callable[[AgentRequest], Mapping[str, Any]]
    given: Callable[[Mapping[str, Any], AgentRequest], Mapping[str, Any]]
    silent: Callable[[str, AgentRequest], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Role:
    """What is asked: output schema, prompt, checks beyond the schema, and the built-in way to do it, if there is one.

    output None means any JSON object. Checks return sentences; one sentence refuses the output. finish computes what
    an agent must not be trusted to count or draw (lengths, contrast, posters); those are read-only in the schema.
    """

    name: str
    title: str
    output: type[BaseModel] | None = None
    prompt: str | None = None
    version: str = "1"
    checks: tuple[Check, ...] = ()
    finish: Finish | None = None
    builtin: Builtin | None = None
    advice: Advice | None = None
    needs: tuple[str, ...] = ()
    priority: int = 100
    seconds: float = 300.0
    phases: tuple[str, ...] = ()

    def capabilities(self, phase: str | None = None) -> tuple[str, ...]:
        """What this role can do in a phase; a role without phases serves every phase."""
        return (self.name,) if phase is None or not self.phases or phase in self.phases else ()

    def can_handle(self, task: Mapping[str, Any]) -> bool:
        return task.get("role") == self.name

    def estimate(self, task: Mapping[str, Any]) -> float:
        """Expected seconds for a task of this role."""
        return self.seconds

    def schema(self) -> dict[str, Any]:
        """The JSON schema an agent is asked to fill: without the fields that finish computes."""
        return {"type": "object"} if self.output is None else asked_schema(self.output)


def asked_schema(shape: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a shape without what is computed from the answer."""
    schema: dict[str, Any] = _asked(shape.model_json_schema())
    shapes = schema.pop("$defs", {})
    used = _used_shapes(schema, shapes)
    return {**schema, "$defs": {name: shapes[name] for name in shapes if name in used}} if used else schema


def _asked(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_asked(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _asked(value) for key, value in schema.items()}
    properties = kept.get("properties")
    if isinstance(properties, dict):
        computed = {name for name, field in properties.items() if isinstance(field, dict) and field.get("readOnly")}
        kept["properties"] = {name: field for name, field in properties.items() if name not in computed}
        kept["required"] = [name for name in kept.get("required", ()) if name not in computed]
    return kept


def _used_shapes(schema: Any, shapes: Mapping[str, Any]) -> set[str]:
    """Names of the definitions that the schema refers to, directly or through others."""
    used: set[str] = set()
    waiting = [schema]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            waiting.extend(item.values())
            name = str(item.get("$ref", "")).removeprefix("#/$defs/")
            if name in shapes and name not in used:
                used.add(name)
                waiting.append(shapes[name])
    return used


@dataclass(frozen=True, slots=True)
class Health:
    """Is a backend installed, signed in, answering? version is "" when unknown."""

    ok: bool
    words: str
    version: str = ""
