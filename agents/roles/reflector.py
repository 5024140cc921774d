"""Reflector: looks back on finished work and says what to learn. Must not change anything; lessons need approval."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from agents.contracts import Role
from agents.roles.fields import Answer, Line, Note, Paragraphs


class LessonSpec(Answer):
    category: Literal["success", "failure", "optimization", "pattern"]
    description: Line
    action: Line
    impact: Literal["low", "medium", "high"] = "medium"
    evidence: Annotated[list[Line], Field(max_length=20)] = Field(default_factory=list)
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.5


class ReflectorOutput(Answer):
    """passed is an opinion on the work; only gates prove it."""

    summary: Paragraphs
    passed: bool
    failure_class: Literal["syntax", "semantic", "integration", "none"] = "none"
    confidence: Annotated[float, Field(ge=0, le=1)]
    reasons: Annotated[list[Line], Field(max_length=50)] = Field(default_factory=list)
    lessons: Annotated[list[LessonSpec], Field(max_length=50)] = Field(default_factory=list)
    next_try: Note = ""


ROLE = Role(name="reflector", title="Reflect", output=ReflectorOutput, seconds=180.0)
