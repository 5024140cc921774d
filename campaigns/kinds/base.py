"""What a kind of campaign must declare. Pure: no database, no clock, no random.

The engine knows tasks, dependencies, limits, gates and budgets; everything that makes a creative campaign differ from
a coding one is behind the `Kind` protocol.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from campaigns.graph import Need
from campaigns.states import Mode, Purpose, Queue, RunOutcome, RunState


@dataclass(frozen=True, slots=True)
class CriterionSpec:
    """A check before (`entry`) or after (`exit`) a task; `spec` holds the arguments of the check kind."""

    phase: str
    title: str
    check: str
    spec: Mapping[str, Any] = field(default_factory=dict)
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A task to be. `key` is unique in its run; `supersedes` names the task it stands in for."""

    key: str
    title: str
    role: str
    backend: tuple[str, ...] = ("builtin",)
    description: str = ""
    queue: Queue = Queue.SHORT
    slot: str = ""
    domain: str = ""
    priority: int = 999
    inputs: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    criteria: tuple[CriterionSpec, ...] = ()
    max_attempts: int = 1
    timeout_s: float = 300.0
    estimate_micros: int = 0
    supersedes: str = ""


@dataclass(frozen=True, slots=True)
class GraphChange:
    """Growth of a running graph: new tasks (with their needs), further edges, tasks set aside.

    `stand_ins` says what stands in for a task set aside, beside the new tasks whose `supersedes` names it; an empty
    tuple says that nothing does and that its dependants shall no longer wait for it.
    """

    add: tuple[TaskSpec, ...] = ()
    edges: tuple[tuple[str, Need], ...] = ()
    supersede: tuple[str, ...] = ()
    stand_ins: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class RunInput:
    """All that planning may look at. `inherited` maps a slot to the id of the version a child run takes over.

    `section` is the one part of the slot's piece to be made anew; "" for all of it.
    """

    brief: Mapping[str, Any]
    settings: Mapping[str, Any]
    plan: Mapping[str, Any]
    mode: Mode
    purpose: Purpose
    seed: int
    slot: str = ""
    note: str = ""
    section: str = ""
    inherited: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskFact:
    """What outcome and stage rules see of a task that has a slot (creative) or of any ended task."""

    key: str
    role: str
    slot: str
    state: str


@dataclass(frozen=True, slots=True)
class EndFacts:
    """The end of a run: tasks per state, the tasks with a slot, slots inherited, and whether an audit is owed."""

    counts: Mapping[str, int]
    slots: tuple[TaskFact, ...]
    inherited: frozenset[str]
    audits: tuple[TaskFact, ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    """How a run ends. `audit_pending` asks the witness for a later audit run."""

    state: RunState
    outcome: RunOutcome
    audit_pending: bool = False


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version of a slot's artifact, made by the finish transaction."""

    slot: str
    content: Mapping[str, Any]
    tags: tuple[Any, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewReport:
    """An audit report made by the finish transaction; `pieces` maps slot to {version, sha256} or None.

    `languages` maps a slot to the language its texts were read in; `pack_sha256` is the digest of the rules, if told.
    """

    scope: str
    verdict: str
    score: float | None
    categories: Mapping[str, Any]
    findings: tuple[Mapping[str, Any], ...]
    recommendations: tuple[Any, ...]
    pieces: Mapping[str, Any]
    pack: str
    pack_version: str
    pack_sha256: str = ""
    coverage: tuple[Mapping[str, Any], ...] = ()
    not_checked: tuple[Mapping[str, Any], ...] = ()
    opinions: tuple[Mapping[str, Any], ...] = ()
    languages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Products:
    """What the output of a task is turned into, beside its stored output."""

    version: NewVersion | None = None
    report: NewReport | None = None
    graph: GraphChange | None = None


@dataclass(frozen=True, slots=True)
class PeriodicCheck:
    """A check that a kind wants the witness to make every `every_s` on each open run: the name of an engine check."""

    name: str
    every_s: float


class Kind(Protocol):
    """A kind of campaign. Implementations are stateless and live one to a file; `registry.py` lists them."""

    name: str
    max_parallel: int
    max_attempts: int
    slots: tuple[str, ...]
    uses_workspace: bool
    periodic: tuple[PeriodicCheck, ...]

    def check_settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with every value typed; unknown names and bad values raise BadInput by field."""
        ...

    def effective_settings(
        self, settings: Mapping[str, Any], brief: Mapping[str, Any], plan: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Every setting with the value that acts: the given ones first, then those of the brief or plan, then defaults.

        This is what a run pins at its start.
        """
        ...

    def at_once(self, settings: Mapping[str, Any]) -> int:
        """How many tasks of a run with these effective settings may be worked on at the same time."""
        ...

    def domains(self, plan: Mapping[str, Any]) -> dict[str, int | None]:
        """The domains of a first graph, each with how many of its tasks may be worked on at once (None: any number)."""
        ...

    def read_plan(self, raw: object) -> dict[str, Any]:
        """A plan in the form it is stored in; reading that again gives the same. BadInput by field; none gives {}."""
        ...

    def missing(self, brief: Mapping[str, Any], plan: Mapping[str, Any], goal: str) -> dict[str, list[str]]:
        """What is still missing before a run may start, by field, in words; empty if complete."""
        ...

    def plan(self, given: RunInput) -> tuple[TaskSpec, ...]:
        """The first graph of a run."""
        ...

    def retry_changes(self, given: RunInput, tasks: Sequence[TaskFact], retried: Sequence[str]) -> GraphChange:
        """What a retry of the tasks `retried` (keys) adds: e.g. an audit that stands in for the one already made."""
        ...

    def products(self, task: TaskFact, output: Mapping[str, Any], inputs: Mapping[str, Any]) -> Products:
        """What the output of a task becomes; raises BadInput if it cannot be used."""
        ...

    def stage_on_start(self, task: TaskFact, mode: Mode) -> str:
        """The stage an attempt's start brings the run to, or "" if this kind has none for it."""
        ...

    def generation_complete(self, mode: Mode, slots: Sequence[TaskFact]) -> bool:
        """True once all makers have ended and the kind announces it (parallel creative runs)."""
        ...

    def end(self, facts: EndFacts) -> End:
        """State and outcome of a run whose tasks have all ended."""
        ...
