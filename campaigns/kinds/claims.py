"""File claims: tasks that say they change the same file never run side by side. Pure.

Claimants that nothing orders yet are put one after another, each waiting for the mere end of the one before.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from campaigns import graph
from campaigns.graph import Need, Node
from campaigns.kinds.base import TaskSpec
from campaigns.states import Requires


def in_turn(tasks: Sequence[TaskSpec]) -> tuple[TaskSpec, ...]:
    """The tasks with the needs that their claims (`inputs.files`) bring; edges follow an order that is there."""
    claims = {task.key: list(task.inputs.get("files") or ()) for task in tasks}
    if not any(claims.values()):
        return tuple(tasks)
    needs = {task.key: {need.key: need for need in task.needs} for task in tasks}
    last: dict[str, str] = {}
    for key in graph.order([_among(task, number, needs.keys()) for number, task in enumerate(tasks)]):
        for file in claims[key]:
            before = last.get(file)
            if before is not None and before != key:
                needs[key].setdefault(before, Need(before, Requires.END))
            last[file] = key
    return tuple(replace(task, needs=tuple(needs[task.key].values())) for task in tasks)


def _among(task: TaskSpec, position: int, known: Container[str]) -> Node:
    """The task with its needs among these tasks only: a proposal may also need tasks that are there already."""
    node = graph.as_node(task, position)
    return replace(node, needs=tuple(need for need in node.needs if need.key in known))
