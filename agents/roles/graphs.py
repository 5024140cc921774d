"""The shape in which an agent proposes work: tasks to add, edges, tasks to supersede.

Must not grant anything: attempts, time and money asked for here are wishes, which the caller caps with its own limits.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError

from agents.answers import path
from agents.roles.fields import Answer, FilePath, Key, Line, Name, Note

MAX_TASKS: Final = 2_000


class Need(Answer):
    key: Key
    requires: Literal["success", "end"] = "success"


class CriterionSpec(Answer):
    """A command whose exit code proves something. An argument list, never a shell line."""

    description: Line
    command: Annotated[
        list[Annotated[str, Field(max_length=4_000)]],
        Field(min_length=1, max_length=100),
    ]
    expected_exit_code: Annotated[int, Field(ge=0, le=255)] = 0
    timeout_s: Annotated[float, Field(gt=0, le=86_400)] = 30.0
    blocking: bool = True
    error_message: Note = ""


class Criteria(Answer):
    entry: Annotated[list[CriterionSpec], Field(max_length=50)] = Field(default_factory=list)
    exit: Annotated[list[CriterionSpec], Field(max_length=50)] = Field(default_factory=list)


class TaskSpec(Answer):
    """One proposed task. None means: as the run's defaults say."""

    key: Key
    title: Name
    description: Note = ""
    role: Name = "worker"
    backend: Annotated[str, Field(min_length=1, max_length=1_000)] | None = None
    needs: Annotated[list[Need], Field(max_length=1_000)] = Field(default_factory=list)
    domain: Name | None = None
    priority: Annotated[int, Field(ge=0, le=1_000)] | None = None
    inputs: dict[str, Any] = Field(default_factory=dict)
    criteria: Criteria = Criteria()
    max_attempts: Annotated[int, Field(ge=1, le=20)] | None = None
    timeout_s: Annotated[float, Field(gt=0, le=86_400)] | None = None
    files: Annotated[list[FilePath], Field(max_length=1_000)] = Field(default_factory=list)


class Edge(Answer):
    """The task `task` needs the task `needs`. Both may be new or already in the run."""

    task: Key
    needs: Key
    requires: Literal["success", "end"] = "success"


class Supersede(Answer):
    """The task `key` is no longer to be done; what needed it needs the tasks in `by` instead (none: nothing)."""

    key: Key
    by: Annotated[list[Key], Field(max_length=1_000)] = Field(default_factory=list)


class Graph(Answer):
    add: Annotated[list[TaskSpec], Field(max_length=MAX_TASKS)] = Field(default_factory=list)
    edges: Annotated[list[Edge], Field(max_length=10_000)] = Field(default_factory=list)
    supersede: Annotated[list[Supersede], Field(max_length=MAX_TASKS)] = Field(default_factory=list)


def problems_of(graph: Graph) -> list[str]:
    """What is wrong with the graph taken alone; ids outside it and cycles through it are the caller's to check."""
    said: list[str] = []
    seen: set[str] = set()
    for number, task in enumerate(graph.add):
        if task.key in seen:
            said.append(f"graph.add[{number}].key: {task.key!r} is used twice.")
        seen.add(task.key)
        needs = [need.key for need in task.needs]
        if task.key in needs:
            said.append(f"graph.add[{number}].needs: {task.key!r} needs itself.")
        if len(set(needs)) != len(needs):
            said.append(f"graph.add[{number}].needs: {task.key!r} names a need twice.")
    said += [
        f"graph.edges[{number}]: {edge.task!r} needs itself."
        for number, edge in enumerate(graph.edges)
        if edge.task == edge.needs
    ]
    replaced: set[str] = set()
    for number, old in enumerate(graph.supersede):
        if old.key in replaced:
            said.append(f"graph.supersede[{number}].key: {old.key!r} is superseded twice.")
        replaced.add(old.key)
        if old.key in seen or old.key in old.by:
            said.append(f"graph.supersede[{number}]: {old.key!r} cannot supersede itself or a task it adds.")
    return said


def graph_problems(raw: object) -> list[str]:
    """The same for a graph inside a free answer."""
    try:
        graph = Graph.model_validate_json(json.dumps(raw))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return [f"{path(('graph', *problem['loc']))}: {problem['msg']}." for problem in found]
    return problems_of(graph)
