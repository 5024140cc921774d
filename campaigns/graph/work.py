"""A graph with its states, for asking "what next" and saying "this happened": the programmatic queue. Pure, persistent.

Moves obey the table in `states.py`. The engine keeps the same facts in the database; scripts and tests use this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from campaigns.graph.checks import check
from campaigns.graph.nodes import Node, SpecLike, as_node, is_dead, is_met
from campaigns.graph.shape import dependants
from campaigns.states import TASK_OPEN, TaskState, may_move
from conductor.lib.errors import InvalidMove, NotFound

UNASSIGNED: Final = "unassigned"
"""The name under which progress counts tasks without a domain."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A checked graph. `places` finds a task's place in `nodes`; both mappings are never changed."""

    nodes: tuple[Node, ...]
    places: Mapping[str, int]
    dependants: Mapping[str, tuple[str, ...]]

    def __getitem__(self, key: str) -> Node:
        try:
            return self.nodes[self.places[key]]
        except KeyError:
            raise NotFound(f"No task called {key!r}.") from None


@dataclass(frozen=True, slots=True)
class DomainProgress:
    """Counts of one domain; superseded tasks do not count, skipped ones are not waited for."""

    status: str
    total: int
    pending: int
    in_progress: int
    completed: int
    failed: int
    blocked: int
    percent: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts over all domains. `percent` is completed of what was to be done, rounded down: 100 means all."""

    total: int
    pending: int
    in_progress: int
    completed: int
    failed: int
    blocked: int
    percent: int
    domains: dict[str, DomainProgress]


@dataclass(frozen=True, slots=True)
class StartVerdict:
    """May a task start now? `reasons` says what stands in the way, in words."""

    ok: bool
    reasons: tuple[str, ...] = ()


def build_graph(tasks: Iterable[Node | SpecLike]) -> Graph:
    """A checked graph; tasks free to start are ready, those whose needs ended badly are blocked."""
    nodes = [task if isinstance(task, Node) else as_node(task, number) for number, task in enumerate(tasks)]
    check(nodes)
    graph = Graph(tuple(nodes), {node.key: number for number, node in enumerate(nodes)}, dependants(nodes))
    return _settled(graph, list(nodes), [node.key for node in nodes])


def next_task(graph: Graph, domain: str | None = None) -> Node | None:
    """The task to start next: needs met, lowest priority number, then lowest position; None if none may start now."""
    free = (n for n in graph.nodes if n.state == TaskState.READY and (domain is None or n.domain == domain))
    return min(free, key=lambda node: node.rank, default=None)


def next_task_for_domain(graph: Graph, domain: str) -> Node | None:
    """As `next_task`, within one domain; "" is the tasks without one."""
    return next_task(graph, domain)


def domains_with_work(graph: Graph) -> tuple[str, ...]:
    """The domains in which a task may start now, in the order of their first task; "" is the tasks without one."""
    free = {node.domain for node in graph.nodes if node.state == TaskState.READY}
    return tuple(domain for domain in dict.fromkeys(node.domain for node in graph.nodes) if domain in free)


def can_start(graph: Graph, key: str, failed_entry: Sequence[str] = ()) -> StartVerdict:
    """Whether a task may start, and if not, why: its state, needs not met by name, entry criteria found not to hold."""
    node = graph[key]
    reasons = [] if node.state in (TaskState.PENDING, TaskState.READY) else [f"It is {_words(node.state)}."]
    for need in node.needs:
        state = graph[need.key].state
        if not is_met(need.requires, state):
            reasons.append(f"It needs {need.key!r}, which is {_words(state)}.")
    reasons += [f"Entry criterion not met: {title}" for title in failed_entry]
    return StartVerdict(not reasons, tuple(reasons))


def apply_status(graph: Graph, key: str, status: str) -> Graph:
    """The graph after one task moved. Dependants become ready, blocked or free again as their needs say."""
    return apply_statuses(graph, {key: status})


def apply_statuses(graph: Graph, moves: Mapping[str, str]) -> Graph:
    """The graph after several tasks moved at once; InvalidMove if the table of states does not allow one."""
    nodes = list(graph.nodes)
    for key, status in moves.items():
        node = graph[key]
        if not may_move("task", node.state, status):
            raise InvalidMove(f"{key!r} is {_words(node.state)}; it cannot become {_words(status)}.")
        began = status == TaskState.IN_PROGRESS
        nodes[graph.places[key]] = replace(node, state=status, attempts=node.attempts + began)
    return _settled(graph, nodes, list(moves))


def has_work_remaining(graph: Graph) -> bool:
    """True while a task is open. A failed task has no tries left and a blocked one cannot start: neither is work."""
    return any(node.state in TASK_OPEN for node in graph.nodes)


def progress(graph: Graph) -> Progress:
    """Counts and whole percent, overall and by domain."""
    by_domain: dict[str, dict[str, int]] = {}
    for node in graph.nodes:
        if node.state != TaskState.SUPERSEDED:
            counts = by_domain.setdefault(node.domain or UNASSIGNED, {})
            counts[node.state] = counts.get(node.state, 0) + 1
    overall: dict[str, int] = {}
    for counts in by_domain.values():
        for state, count in counts.items():
            overall[state] = overall.get(state, 0) + count
    told = _told(overall)
    return Progress(
        total=told.total,
        pending=told.pending,
        in_progress=told.in_progress,
        completed=told.completed,
        failed=told.failed,
        blocked=told.blocked,
        percent=told.percent,
        domains={name: _told(counts) for name, counts in by_domain.items()},
    )


def _told(counts: Mapping[str, int]) -> DomainProgress:
    total = sum(counts.values())
    completed = counts.get(TaskState.COMPLETED, 0)
    skipped = counts.get(TaskState.SKIPPED, 0)
    pending = counts.get(TaskState.PENDING, 0) + counts.get(TaskState.READY, 0)
    working = counts.get(TaskState.IN_PROGRESS, 0) + counts.get(TaskState.WAITING, 0)
    failed = counts.get(TaskState.FAILED, 0)
    blocked = counts.get(TaskState.BLOCKED, 0)
    wanted = total - skipped
    status = "pending"
    if total and completed + skipped == total:
        status = "completed"
    elif failed and not pending and not working:
        status = "failed"
    elif working:
        status = "running"
    elif blocked and not pending:
        status = "blocked"
    percent = completed * 100 // wanted if wanted else 0
    return DomainProgress(status, total, pending, working, completed, failed, blocked, percent)


def _settled(graph: Graph, nodes: list[Node], changed: Sequence[str]) -> Graph:
    """The graph with pending, ready and blocked made true again at and behind `changed`."""
    waiting = [*changed, *(key for name in changed for key in graph.dependants[name])]
    for key in waiting:
        place = graph.places[key]
        node = nodes[place]
        if node.state not in (TaskState.PENDING, TaskState.READY, TaskState.BLOCKED):
            continue
        states = [(need.requires, nodes[graph.places[need.key]].state) for need in node.needs]
        state = TaskState.PENDING
        if any(is_dead(*need) for need in states):
            state = TaskState.BLOCKED
        elif all(is_met(*need) for need in states):
            state = TaskState.READY
        if state != node.state:
            nodes[place] = replace(node, state=state)
            if TaskState.BLOCKED in (state, node.state):
                waiting.extend(graph.dependants[key])
    return Graph(tuple(nodes), graph.places, graph.dependants)


def _words(state: str) -> str:
    return str(state).replace("_", " ")
