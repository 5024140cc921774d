"""Planner and sub-planner: a goal, or one task too large, to a graph of tasks. Limits never come from their answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agents.contracts import AgentRequest, Role
from agents.roles.fields import Answer, Line, Paragraphs
from agents.roles.graphs import Graph, problems_of


class PlannerOutput(Answer):
    """done means that nothing is left to plan; then the graph adds nothing."""

    summary: Paragraphs
    graph: Graph = Graph()
    done: bool = False
    assumptions: Annotated[list[Line], Field(max_length=50)] = Field(default_factory=list)
    risks: Annotated[list[Line], Field(max_length=50)] = Field(default_factory=list)


def check_plan(answer: PlannerOutput, request: AgentRequest) -> list[str]:
    said = problems_of(answer.graph)
    if answer.done and answer.graph.add:
        said.append("done: a plan that is done adds no tasks.")
    if not answer.done and not answer.graph.add and not answer.graph.edges and not answer.graph.supersede:
        said.append("graph: the plan is not done, and yet changes nothing.")
    return said


ROLE = Role(
    name="planner",
    title="Plan",
    output=PlannerOutput,
    checks=(check_plan,),
    priority=10,
    seconds=300.0,
)
SUBPLANNER = Role(
    name="subplanner",
    title="Plan a part",
    output=PlannerOutput,
    checks=(check_plan,),
    priority=20,
    seconds=300.0,
)
