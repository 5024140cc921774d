"""Worker: does one coding task in its clone and claims what it did. Must not be believed: gates prove it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from agents.contracts import AgentRequest, Role
from agents.roles.fields import Answer, FilePath, Line, Note, Paragraphs
from agents.roles.graphs import Graph, problems_of


class CommandRun(Answer):
    """One command that was run, with what it left. output is capped; truncated says so."""

    command: Annotated[
        list[Annotated[str, Field(max_length=4_000)]],
        Field(min_length=1, max_length=100),
    ]
    exit_code: int | None
    signal: int | None = None
    timed_out: bool = False
    truncated: bool = False
    duration_ms: Annotated[int, Field(ge=0)] = 0
    output: Annotated[str, Field(max_length=100_000)] = ""


class FollowUp(Answer):
    """Work the worker found but did not do."""

    title: Line
    why: Note = ""


class WorkerOutput(Answer):
    summary: Paragraphs
    status: Literal["done", "partly_done", "nothing_to_do"] = "done"
    files: Annotated[list[FilePath], Field(max_length=10_000)] = Field(default_factory=list)
    commands: Annotated[list[CommandRun], Field(max_length=200)] = Field(default_factory=list)
    notes: Note = ""
    follow_ups: Annotated[list[FollowUp], Field(max_length=50)] = Field(default_factory=list)
    graph: Graph | None = None


def check_growth(answer: WorkerOutput, request: AgentRequest) -> list[str]:
    return problems_of(answer.graph) if answer.graph is not None else []


ROLE = Role(
    name="worker",
    title="Work",
    output=WorkerOutput,
    checks=(check_growth,),
    seconds=1_800.0,
)
