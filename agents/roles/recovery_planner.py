"""Recovery planner: what to do after a crash or a long stop. Must not restart anything itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from agents.contracts import AgentRequest, Role
from agents.roles.fields import Answer, Key, Line, Note, Paragraphs
from agents.roles.graphs import Graph, problems_of


class Step(Answer):
    title: Line
    owner: Literal["planner", "subplanner", "worker", "person"]
    task: Key | None = None
    why: Note = ""


class Risk(Answer):
    risk: Line
    mitigation: Line


class RecoveryOutput(Answer):
    summary: Paragraphs
    steps: Annotated[list[Step], Field(min_length=1, max_length=100)]
    risks: Annotated[list[Risk], Field(max_length=50)] = Field(default_factory=list)
    graph: Graph = Graph()


def check_recovery(answer: RecoveryOutput, request: AgentRequest) -> list[str]:
    return problems_of(answer.graph)


ROLE = Role(
    name="recovery_planner",
    title="Plan the recovery",
    output=RecoveryOutput,
    checks=(check_recovery,),
    seconds=180.0,
)
