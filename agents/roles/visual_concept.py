"""Visual concept: distinct directions for a poster, each drawn by us from what the concept says.

Must not take a drawing from an agent: the SVG is made here, from an allow-list of elements.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from agents.builtin.poster import draw_concept
from agents.builtin.visual_concept import make_concepts
from agents.contracts import AgentRequest, Role
from agents.roles.copywriting import brief_tone, tags
from agents.roles.fields import COMPUTED, Answer, Hex, Language, Line, Name, Note, Tags

Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]


class Colour(Answer):
    role: Literal["background", "text", "accent", "surface", "support"]
    hex: Hex
    source: Literal["brand", "derived"] = "derived"


class Zone(Answer):
    """A rectangle in shares of the poster's width and height, from its top left corner."""

    name: Literal["headline", "focal", "call_to_action", "body", "logo", "fine_print"]
    x: Share
    y: Share
    width: Share
    height: Share
    content: Note = ""


class Layout(Answer):
    name: Name
    zones: Annotated[list[Zone], Field(min_length=2, max_length=12)]


class Typography(Answer):
    headline: Name
    body: Name
    note: Note = ""


class Poster(Answer):
    """One drawing. contrast is the lowest ratio of any text on it to what it stands on."""

    format: Literal["portrait", "square", "story"]
    width: Annotated[int, Field(gt=0, le=10_000)]
    height: Annotated[int, Field(gt=0, le=10_000)]
    svg: Annotated[str, Field(max_length=200_000)]
    contrast: Annotated[float, Field(ge=1, le=21)]


class Concept(Answer):
    name: Name
    theme: Line
    mood: Line
    headline: Annotated[Line, Field(max_length=200)]
    call_to_action: Annotated[Line, Field(max_length=120)]
    fine_print: Annotated[list[Annotated[str, Field(max_length=2_000)]], Field(max_length=20)] = Field(
        default_factory=list
    )
    palette: Annotated[list[Colour], Field(min_length=3, max_length=8)]
    layout: Layout
    typography: Typography
    image_prompt: Annotated[str, Field(min_length=1, max_length=4_000)]
    alt_text: Annotated[Line, Field(max_length=500)]
    svg: Annotated[str, Field(max_length=200_000, json_schema_extra=COMPUTED)] = ""
    contrast: Annotated[float, Field(ge=0, le=21, json_schema_extra=COMPUTED)] = 0.0
    posters: Annotated[list[Poster], Field(max_length=10, json_schema_extra=COMPUTED)] = Field(default_factory=list)
    tags: Tags = Tags(type="poster")


class VisualConceptOutput(Answer):
    concepts: Annotated[list[Concept], Field(min_length=2, max_length=8)]
    language: Language = "en"
    warnings: Annotated[list[Line], Field(max_length=50)] = Field(default_factory=list)


def check_concepts(answer: VisualConceptOutput, request: AgentRequest) -> list[str]:
    said: list[str] = []
    if len({concept.name.casefold() for concept in answer.concepts}) != len(answer.concepts):
        said.append("concepts: two directions have the same name.")
    if len({concept.layout.name.casefold() for concept in answer.concepts}) != len(answer.concepts):
        said.append("concepts: two directions have the same layout.")
    for number, concept in enumerate(answer.concepts):
        where = f"concepts[{number}]"
        roles = {colour.role for colour in concept.palette}
        said += [
            f"{where}.palette: a {need} colour is missing." for need in ("background", "text") if need not in roles
        ]
        zones = [zone.name for zone in concept.layout.zones]
        said += [
            f"{where}.layout: a {need} zone is missing." for need in ("headline", "call_to_action") if need not in zones
        ]
        if len(set(zones)) != len(zones):
            said.append(f"{where}.layout: a zone appears twice.")
        said += [
            f"{where}.layout.zones: {zone.name} leaves the poster."
            for zone in concept.layout.zones
            if zone.x + zone.width > 1.0001 or zone.y + zone.height > 1.0001
        ]
    return said


def draw_and_tag(output: dict[str, Any], request: AgentRequest) -> dict[str, Any]:
    """Draws every direction: svg is its portrait poster, posters holds the other formats."""
    tone, language = brief_tone(request), output["language"]
    for concept in output["concepts"]:
        first, *others = draw_concept(concept)
        concept["svg"], concept["contrast"], concept["posters"] = first["svg"], first["contrast"], others
        concept["tags"] = tags("poster", tone, language)
    return output


ROLE = Role(
    name="visual_concept",
    title="Design the visual",
    output=VisualConceptOutput,
    prompt="visual_concept.md",
    version="2",
    checks=(check_concepts,),
    finish=draw_and_tag,
    builtin=make_concepts,
    seconds=60.0,
)
