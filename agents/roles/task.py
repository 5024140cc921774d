"""The generic task: any JSON object is an answer. Must stay nearly free: thousands of these run in a second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.contracts import AgentFault, AgentRequest, Host, Role
from agents.roles.graphs import graph_problems


def pass_on(request: AgentRequest, host: Host) -> Mapping[str, Any]:
    """Gives back inputs["output"]: a fixed value for the tasks after it. Anything else is work for somebody."""
    output = request.inputs.get("output")
    if not isinstance(output, Mapping):
        words = "The built-in task only passes on inputs.output, and there is none; choose another agent for this task."
        raise AgentFault("unknown_agent", words, "fatal")
    return output


def check_graph(answer: dict[str, Any], request: AgentRequest) -> list[str]:
    """An answer that grows the graph must be as sound as a planner's."""
    return graph_problems(answer["graph"]) if "graph" in answer else []


ROLE = Role(name="task", title="Task", checks=(check_graph,), builtin=pass_on, seconds=60.0)
