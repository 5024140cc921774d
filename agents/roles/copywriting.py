"""Copywriting: headlines, three bodies, calls to action and a note on tone. Must not judge the copy: the audit does."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from agents.auditing.wordpairs import too_alike
from agents.auditing.words import count_words
from agents.builtin.copywriting import write_copy
from agents.contracts import AgentRequest, Role
from agents.roles.fields import COMPUTED, Answer, Language, Line, Name, Note, Paragraphs, Tags


class Headline(Answer):
    text: Annotated[Line, Field(max_length=200)]
    construction: Name
    tags: Tags = Tags(type="headline")


class Body(Answer):
    """note says why a body is shorter than its usual range: a limit of the brief, or too few facts."""

    length: Literal["short", "medium", "long"]
    text: Paragraphs
    words: Annotated[int, Field(ge=0, json_schema_extra=COMPUTED)] = 0
    note: Note = ""
    tags: Tags = Tags(type="body")


class CallToAction(Answer):
    text: Annotated[Line, Field(max_length=120)]
    tags: Tags = Tags(type="call_to_action")


class CopywritingOutput(Answer):
    headlines: Annotated[list[Headline], Field(min_length=3, max_length=20)]
    bodies: Annotated[list[Body], Field(min_length=3, max_length=3)]
    calls_to_action: Annotated[list[CallToAction], Field(min_length=3, max_length=20)]
    tone_note: Paragraphs
    language: Language = "en"
    warnings: Annotated[list[Line], Field(max_length=50)] = Field(default_factory=list)


def check_copy(answer: CopywritingOutput, request: AgentRequest) -> list[str]:
    said: list[str] = []
    if {body.length for body in answer.bodies} != {"short", "medium", "long"}:
        said.append("bodies: one short, one medium and one long body are needed.")
    for name, texts in (
        ("headlines", [headline.text for headline in answer.headlines]),
        ("bodies", [body.text for body in answer.bodies]),
        ("calls_to_action", [call.text for call in answer.calls_to_action]),
    ):
        if name != "bodies" and len({text.casefold().strip() for text in texts}) != len(texts):
            said.append(f"{name}: the same text stands there twice.")
    alike = too_alike([headline.text for headline in answer.headlines])
    said += [
        f"headlines: {one} and {other} share half of their word pairs; say it in another way." for one, other in alike
    ]
    most = max_words(request)
    said += [
        f"bodies[{number}].text: {count_words(body.text)} words; the brief allows {most}."
        for number, body in enumerate(answer.bodies)
        if most is not None and count_words(body.text) > most
    ]
    return said


def max_words(request: AgentRequest) -> int | None:
    constraints = (request.inputs.get("brief") or {}).get("constraints") or {}
    most = constraints.get("max_words")
    return most if isinstance(most, int) and most > 0 else None


def count_and_tag(output: dict[str, Any], request: AgentRequest) -> dict[str, Any]:
    tone, language = brief_tone(request), output["language"]
    for headline in output["headlines"]:
        headline["tags"] = tags("headline", tone, language)
    for body in output["bodies"]:
        body["words"] = count_words(body["text"])
        body["tags"] = tags("body", tone, language, length=body["length"])
    for call in output["calls_to_action"]:
        call["tags"] = tags("call_to_action", tone, language)
    return output


def brief_tone(request: AgentRequest) -> str:
    tone = (request.inputs.get("brief") or {}).get("tone")
    return " ".join(tone.split())[:120].casefold() if isinstance(tone, str) else ""


def tags(
    kind: str, tone: str, language: str, *, platform: str | None = None, length: str | None = None
) -> dict[str, Any]:
    return {"type": kind, "platform": platform, "length": length, "tone": tone, "language": language}


ROLE = Role(
    name="copywriting",
    title="Write the copy",
    output=CopywritingOutput,
    prompt="copywriting.md",
    version="3",
    checks=(check_copy,),
    finish=count_and_tag,
    builtin=write_copy,
    seconds=60.0,
)
