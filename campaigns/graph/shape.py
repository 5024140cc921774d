"""Order, layers, ready tasks, critical path and dependants of a checked graph. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaigns.graph.nodes import Node, is_dead, is_met
from campaigns.states import Requires, TaskState

WAITING_TO_START = frozenset({TaskState.PENDING, TaskState.READY})


@dataclass(frozen=True, slots=True)
class CriticalPath:
    """The chain of tasks that decides how long the whole takes, first to last."""

    keys: tuple[str, ...]
    total: float


def dependants(nodes: Sequence[Node]) -> dict[str, tuple[str, ...]]:
    """Each task's dependants, in the order of the nodes; every key is present."""
    behind: dict[str, list[str]] = {node.key: [] for node in nodes}
    for node in nodes:
        for need in node.needs:
            behind[need.key].append(node.key)
    return {key: tuple(keys) for key, keys in behind.items()}


def layers(nodes: Sequence[Node]) -> tuple[tuple[str, ...], ...]:
    """Layer 0 needs nothing; each task is in the first layer after all its needs, ordered by priority and position."""
    by_key = {node.key: node for node in nodes}
    behind = dependants(nodes)
    left = {node.key: len(node.needs) for node in nodes}
    current = [node for node in nodes if not node.needs]
    found: list[tuple[str, ...]] = []
    while current:
        current.sort(key=_rank)
        found.append(tuple(node.key for node in current))
        following: list[Node] = []
        for node in current:
            for key in behind[node.key]:
                left[key] -= 1
                if not left[key]:
                    following.append(by_key[key])
        current = following
    return tuple(found)


def order(nodes: Sequence[Node]) -> tuple[str, ...]:
    """All tasks, each after its needs; layer by layer, then by priority and position."""
    return tuple(key for layer in layers(nodes) for key in layer)


def needs_left(nodes: Sequence[Node], states: Mapping[str, str] | None = None) -> dict[str, int]:
    """How many needs of each task are not met; `states` (by key) overrides the states the nodes carry."""
    now = _states(nodes, states)
    return {node.key: sum(not is_met(need.requires, now[need.key]) for need in node.needs) for node in nodes}


def ready_set(nodes: Sequence[Node], states: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The tasks that may start now, best first: not begun, every need met."""
    now = _states(nodes, states)
    free = [
        node
        for node in nodes
        if now[node.key] in WAITING_TO_START and all(is_met(need.requires, now[need.key]) for need in node.needs)
    ]
    free.sort(key=_rank)
    return tuple(node.key for node in free)


def doomed(nodes: Sequence[Node], states: Mapping[str, str] | None = None) -> dict[str, str]:
    """Tasks not begun that can never start as things stand, each with the need that stops it; transitively."""
    now = dict(_states(nodes, states))
    by_key = {node.key: node for node in nodes}
    behind = dependants(nodes)
    found: dict[str, str] = {}
    # A need that is itself blocked counts as ended badly, so the walk goes on from every task it finds.
    queue = [node.key for node in nodes if is_dead(Requires.SUCCESS, now[node.key])]
    for key in queue:
        for dependant in behind[key]:
            if now[dependant] not in WAITING_TO_START:
                continue
            if any(need.key == key and need.requires == Requires.SUCCESS for need in by_key[dependant].needs):
                found[dependant] = key
                now[dependant] = TaskState.BLOCKED
                queue.append(dependant)
    return found


def critical_path(nodes: Sequence[Node], durations: Mapping[str, float]) -> CriticalPath:
    """The longest chain by `durations` (by key; a task without one takes no time)."""
    by_key = {node.key: node for node in nodes}
    ends: dict[str, float] = {}
    before: dict[str, str] = {}
    for key in order(nodes):
        start = 0.0
        for need in by_key[key].needs:
            if key not in before or ends[need.key] > start:
                start, before[key] = ends[need.key], need.key
        ends[key] = start + durations.get(key, 0.0)
    if not ends:
        return CriticalPath((), 0.0)
    last = max(ends, key=lambda key: ends[key])
    path = [last]
    while path[-1] in before:
        path.append(before[path[-1]])
    return CriticalPath(tuple(reversed(path)), ends[last])


def _states(nodes: Sequence[Node], states: Mapping[str, str] | None) -> Mapping[str, str]:
    now: dict[str, str] = {node.key: node.state for node in nodes}
    if states:
        now.update(states)
    return now


def _rank(node: Node) -> tuple[int, int]:
    return node.priority, node.position
