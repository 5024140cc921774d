"""Visual concept: distinct directions for a poster, each drawn by us from what the concept says.

Must not take a drawing from an agent: the SVG is made here, from an allow-list of elements.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field

from agents.builtin.posters.draw import Drawn, draw_concept, layout_name
from agents.builtin.posters.layouts.registry import LAYOUTS
from agents.builtin.posters.lettering import MISSING, readable
from agents.builtin.posters.typography import FAMILIES
from agents.builtin.visual_concept import make_concepts
from agents.colours import AA, contrast
from agents.contracts import AgentRequest, Role
from agents.roles.copywriting import brief_tone, tags
from agents.roles.fields import COMPUTED, Answer, Hex, Language, Line, Name, Note, Tags

Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
SMALLEST: Final = 0.005
"""The least width and height of a zone that is drawn as it is given: some pixels."""


class Colour(Answer):
    role: Literal["background", "text", "accent", "surface", "support"]
    hex: Hex
    source: Literal["brand", "derived"] = "derived"


class Zone(Answer):
    """A rectangle in shares of the poster's width and height, from its top left corner, and what stands in it.

    The content of focal names or describes the picture; list and details hold one entry a line; number holds a figure
    and, on the next line, its unit.
    """

    name: Literal[
        "headline", "focal", "call_to_action", "body", "logo", "fine_print", "list", "number", "details", "link"
    ]
    x: Share
    y: Share
    width: Share
    height: Share
    content: Note = ""


class Layout(Answer):
    """A name of the built-in layouts has it drawn by that, and the zones are set to where things came to stand.

    Any other name has the zones drawn as they are given.
    """

    name: Annotated[Name, Field(description=f"Built-in layouts: {', '.join(LAYOUTS)}.")]
    zones: Annotated[list[Zone], Field(min_length=2, max_length=12)]


class Typography(Answer):
    """Families by name. What is not bundled is set in what comes nearest."""

    headline: Annotated[Name, Field(description=f"Bundled: {', '.join(FAMILIES)}.")]
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
    palettes = {tuple(sorted((colour.role, colour.hex.lower()) for colour in c.palette)) for c in answer.concepts}
    if len(palettes) != len(answer.concepts):
        said.append("concepts: two directions have the same palette.")
    for number, concept in enumerate(answer.concepts):
        said += [f"concepts[{number}].{fault}" for fault in (*_palette_faults(concept), *_zone_faults(concept))]
    return said


def _palette_faults(concept: Concept) -> Iterator[str]:
    found = {colour.role: colour.hex.lower() for colour in reversed(concept.palette)}
    yield from (f"palette: a {need} colour is missing." for need in ("background", "text") if need not in found)
    if "background" in found and "text" in found:
        ratio = contrast(found["text"], found["background"])
        if ratio < AA:
            yield f"palette: text on background has a contrast of {ratio} to 1; {AA} is needed."


def _zone_faults(concept: Concept) -> Iterator[str]:
    zones = concept.layout.zones
    names = [zone.name for zone in zones]
    yield from (f"layout: a {need} zone is missing." for need in ("headline", "call_to_action") if need not in names)
    if len(set(names)) != len(names):
        yield "layout: a zone appears twice."
    yield from (
        f"layout.zones: {zone.name} leaves the poster."
        for zone in zones
        if zone.x + zone.width > 1.0001 or zone.y + zone.height > 1.0001
    )
    if layout_name(concept.layout.name) not in LAYOUTS:
        yield from (
            f"layout.zones: {zone.name} is too small for anything to be drawn in it."
            for zone in zones
            if min(zone.width, zone.height) < SMALLEST
        )
        texts = [zone for zone in zones if zone.name != "focal"]
        yield from (
            f"layout.zones: {one.name} and {other.name} overlap."
            for one, other in combinations(texts, 2)
            if _meet(one, other)
        )


def _meet(one: Zone, other: Zone) -> bool:
    """Whether they share more than an edge."""
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return across > 0.001 and down > 0.001


def draw_and_tag(output: dict[str, Any], request: AgentRequest) -> dict[str, Any]:
    """Draws every direction: svg is its portrait poster, posters holds the other formats."""
    tone, language = brief_tone(request), output["language"]
    warnings = list(output["warnings"])
    for concept in output["concepts"]:
        drawn = draw_concept(concept)
        first, *others = drawn.posters
        concept["svg"], concept["contrast"], concept["posters"] = first["svg"], first["contrast"], others
        concept["tags"] = tags("poster", tone, language)
        if layout_name(concept["layout"]["name"]) in LAYOUTS:
            concept["layout"]["zones"] = _as_drawn(concept["layout"]["zones"], drawn)
        if drawn.lost:
            warnings += _lacking(concept["name"], drawn.lost)
    output["warnings"] = list(dict.fromkeys(warnings))[:50]
    return output


def _lacking(name: str, lost: Sequence[str]) -> Iterator[str]:
    """Letters that no bundled font has stand as boxes, which nobody may print; pictograms are only left out."""
    letters = [letter for letter in lost if MISSING in readable(letter)[0]]
    signs = [letter for letter in lost if letter not in letters]
    if letters:
        yield (
            f"The poster “{name}” must not be printed as it is: a box stands for each letter that the bundled fonts "
            f"lack ({' '.join(letters[:20])})."
        )
    if signs:
        yield f"The poster “{name}” is drawn without the signs that its fonts lack: {' '.join(signs[:20])}"


def _as_drawn(zones: list[dict[str, Any]], drawn: Drawn) -> list[dict[str, Any]]:
    """The zones where they came to stand; one that the layout has no place for is not on the poster."""
    given = {zone["name"]: zone for zone in zones}
    kept = {name: box for name, box in drawn.zones.items() if name in given or name in ("focal", "fine_print")}
    return [
        {**dict(zip(("x", "y", "width", "height"), box, strict=True)), "name": name,
         "content": given.get(name, {}).get("content", "")}
        for name, box in kept.items()
    ]  # fmt: skip


ROLE = Role(
    name="visual_concept",
    title="Design the visual",
    output=VisualConceptOutput,
    prompt="visual_concept.md",
    version="3",
    checks=(check_concepts,),
    finish=draw_and_tag,
    builtin=make_concepts,
    seconds=60.0,
)
