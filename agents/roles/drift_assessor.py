"""Drift assessor: is the campaign still going where it was meant to go, and which correction would help.

Must not correct anything itself: its graph is a proposal that is shown before it is applied.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from agents.contracts import AgentRequest, Role
from agents.roles.fields import Answer, Key, Line, Name, Note, Paragraphs
from agents.roles.graphs import Graph, problems_of


class DriftArea(Answer):
    area: Name
    severity: Literal["minor", "moderate", "severe"]
    description: Line
    tasks: Annotated[list[Key], Field(max_length=200)] = Field(default_factory=list)


class Modify(Answer):
    """New wording or order for an open task. Its state, limits and identity are not the assessor's to change."""

    key: Key
    title: Name | None = None
    description: Note | None = None
    priority: Annotated[int, Field(ge=0, le=1_000)] | None = None
    inputs: dict[str, Any] | None = None


class DriftOutput(Answer):
    summary: Paragraphs
    drifted: bool
    severity: Literal["none", "minor", "moderate", "severe"] = "none"
    confidence: Annotated[float, Field(ge=0, le=1)]
    areas: Annotated[list[DriftArea], Field(max_length=50)] = Field(default_factory=list)
    graph: Graph = Graph()
    modify: Annotated[list[Modify], Field(max_length=500)] = Field(default_factory=list)
    priority_domains: Annotated[list[Name], Field(max_length=50)] = Field(default_factory=list)


def check_drift(answer: DriftOutput, request: AgentRequest) -> list[str]:
    said = problems_of(answer.graph)
    if answer.drifted != (answer.severity != "none"):
        said.append("severity: must be none exactly when nothing has drifted.")
    if answer.drifted and not answer.areas:
        said.append("areas: a drift needs at least one area.")
    return said


ROLE = Role(
    name="drift_assessor",
    title="Assess drift",
    output=DriftOutput,
    checks=(check_drift,),
    seconds=180.0,
)
