"""Conflict resolver: how to bring two changes of the same lines together. Must not merge: the host does."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from agents.contracts import AgentRequest, Role
from agents.roles.fields import Answer, FilePath, Line, Note, Paragraphs


class Resolution(Answer):
    """content is the whole file as it shall be; None keeps the side that `take` names, or deletes the file."""

    file: FilePath
    take: Literal["ours", "theirs", "content", "delete"]
    content: Annotated[str, Field(max_length=1_000_000)] | None = None
    why: Note = ""


class ConflictOutput(Answer):
    decision: Paragraphs
    resolutions: Annotated[list[Resolution], Field(max_length=500)] = Field(default_factory=list)
    steps: Annotated[list[Line], Field(max_length=50)] = Field(default_factory=list)
    risks: Annotated[list[Line], Field(max_length=50)] = Field(default_factory=list)
    needs_person: bool = False


def check_resolutions(answer: ConflictOutput, request: AgentRequest) -> list[str]:
    said = [
        f"resolutions[{number}].content: must be given exactly when take is 'content'."
        for number, resolution in enumerate(answer.resolutions)
        if (resolution.take == "content") != (resolution.content is not None)
    ]
    files = [resolution.file for resolution in answer.resolutions]
    if len(set(files)) != len(files):
        said.append("resolutions: a file is resolved twice.")
    return said


ROLE = Role(
    name="conflict_resolver",
    title="Resolve a conflict",
    output=ConflictOutput,
    checks=(check_resolutions,),
    seconds=300.0,
)
