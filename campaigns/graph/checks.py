"""Finds what is wrong with a graph and says it by field: duplicate keys, unknown ids, cycles. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from campaigns.graph.nodes import Node
from conductor.lib.errors import BadInput

MAX_ERRORS: Final = 50
"""More faults than these are not listed: a broken file of 100,000 tasks must not make an answer of megabytes."""

MAX_CYCLE_SHOWN: Final = 20


def check(nodes: Sequence[Node], field: str = "tasks") -> None:
    """Raise BadInput for whatever makes this no graph: plan_cycle, unknown_dependency, plan_invalid (others, mixed)."""
    found = _Faults(field)
    index: dict[str, int] = {}
    for number, node in enumerate(nodes):
        if not node.key:
            found.add("plan_invalid", f"[{number}].key", "A task needs a key.")
        elif node.key in index:
            first = f"{field}[{index[node.key]}]"
            found.add("plan_invalid", f"[{number}].key", f"The key {node.key!r} is already taken by {first}.")
        else:
            index[node.key] = number
    for number, node in enumerate(nodes):
        _check_needs(found, index, number, node)
    found.raise_any()
    for cycle in cycles(nodes):
        number = index[cycle[0]]
        place = next(i for i, need in enumerate(nodes[number].needs) if need.key == cycle[1 % len(cycle)])
        found.add(
            "plan_cycle", f"[{number}].needs[{place}]", f"These tasks need each other in a circle: {_told(cycle)}."
        )
    found.raise_any()


def cycles(nodes: Sequence[Node]) -> list[tuple[str, ...]]:
    """Cycles, each as its keys in order (each needs the next, the last the first); empty exactly if there is none.

    Keys must be unique. Each cycle is true and they share no task; breaking these may uncover others.
    """
    left = _never_free(nodes)
    if not left:
        return []
    follows = {node.key: next(n.key for n in node.needs if n.key in left) for node in nodes if node.key in left}
    found: list[tuple[str, ...]] = []
    walked: dict[str, int] = {}
    for walk, start in enumerate(follows):
        path: list[str] = []
        key = start
        while key not in walked:
            walked[key] = walk
            path.append(key)
            key = follows[key]
        if walked[key] == walk:
            found.append(tuple(path[path.index(key) :]))
    return found


def _never_free(nodes: Sequence[Node]) -> set[str]:
    """The tasks that lie on a cycle or depend on one: what remains when free tasks are taken away again and again."""
    known = {node.key for node in nodes}
    left = {node.key: sum(need.key in known for need in node.needs) for node in nodes}
    behind: dict[str, list[str]] = {}
    for node in nodes:
        for need in node.needs:
            if need.key in known:
                behind.setdefault(need.key, []).append(node.key)
    free = [key for key, count in left.items() if not count]
    while free:
        key = free.pop()
        del left[key]
        for dependant in behind.get(key, ()):
            left[dependant] -= 1
            if not left[dependant]:
                free.append(dependant)
    return set(left)


def _check_needs(found: _Faults, index: dict[str, int], number: int, node: Node) -> None:
    seen: set[str] = set()
    for place, need in enumerate(node.needs):
        path = f"[{number}].needs[{place}]"
        if need.key == node.key:
            found.add("plan_cycle", path, f"{node.key!r} needs itself.")
        elif need.key in seen:
            found.add("plan_invalid", path, f"{need.key!r} is named twice.")
        elif need.key not in index:
            found.add("unknown_dependency", path, f"No task called {need.key!r}.")
        seen.add(need.key)


def _told(cycle: Sequence[str]) -> str:
    if len(cycle) <= MAX_CYCLE_SHOWN:
        return " → ".join((*cycle, cycle[0]))
    return f"{' → '.join(cycle[:MAX_CYCLE_SHOWN])} → … ({len(cycle)} tasks) → {cycle[0]}"


class _Faults:
    """Collects faults by field; one code if all are alike, else plan_invalid."""

    def __init__(self, field: str) -> None:
        self.field = field
        self.errors: dict[str, list[str]] = {}
        self.codes: set[str] = set()

    def add(self, code: str, place: str, words: str) -> None:
        self.codes.add(code)
        if len(self.errors) < MAX_ERRORS:
            self.errors.setdefault(f"{self.field}{place}", []).append(words)

    def raise_any(self) -> None:
        if self.codes:
            code = next(iter(self.codes)) if len(self.codes) == 1 else "plan_invalid"
            raise BadInput(code=code, errors=self.errors)
