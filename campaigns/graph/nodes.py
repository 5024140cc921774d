"""The nodes and edges of a task graph, and when a need is met or can never be met. Data only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from campaigns.states import TASK_ENDED, TASK_ENDED_WELL, Requires, TaskState


@dataclass(frozen=True, slots=True)
class Need:
    """A task of the same graph, by key, whose success (or mere end) is needed first."""

    key: str
    requires: Requires = Requires.SUCCESS


@dataclass(frozen=True, slots=True)
class Node:
    """A task as the graph sees it. Lower priority numbers go first, then lower positions."""

    key: str
    needs: tuple[Need, ...] = ()
    priority: int = 999
    position: int = 0
    domain: str = ""
    state: str = TaskState.PENDING
    attempts: int = 0
    max_attempts: int = 1
    supersedes: str = ""

    @property
    def rank(self) -> tuple[int, int]:
        return self.priority, self.position


class SpecLike(Protocol):
    """What the graph reads of a task to be."""

    @property
    def key(self) -> str: ...
    @property
    def needs(self) -> tuple[Need, ...]: ...
    @property
    def priority(self) -> int: ...
    @property
    def domain(self) -> str: ...
    @property
    def max_attempts(self) -> int: ...
    @property
    def supersedes(self) -> str: ...


class ChangeLike(Protocol):
    """What the graph reads of a growth: tasks to add, further edges, tasks to set aside and what stands in for them."""

    @property
    def add(self) -> Sequence[SpecLike]: ...
    @property
    def edges(self) -> Sequence[tuple[str, Need]]: ...
    @property
    def supersede(self) -> Sequence[str]: ...
    @property
    def stand_ins(self) -> Sequence[tuple[str, Sequence[str]]]: ...


def as_node(spec: SpecLike, position: int) -> Node:
    """A task to be, as a pending node."""
    return Node(
        key=spec.key,
        needs=tuple(spec.needs),
        priority=spec.priority,
        position=position,
        domain=spec.domain,
        max_attempts=spec.max_attempts,
        supersedes=spec.supersedes,
    )


def is_met(requires: str, state: str) -> bool:
    """True once a task in that state satisfies a need of that kind."""
    return state in (TASK_ENDED_WELL if requires == Requires.SUCCESS else TASK_ENDED)


def is_dead(requires: str, state: str) -> bool:
    """True if a need of that kind is not met by a task that has ended in that state."""
    return requires == Requires.SUCCESS and state in TASK_ENDED and state not in TASK_ENDED_WELL
