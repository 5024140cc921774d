"""Field types that the output schemas share. Must not know any role."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def _inside(path: str) -> str:
    """A path that stays below the folder it is read from."""
    if path.startswith(("/", "~", "-")) or "\\" in path or ".." in path.split("/"):
        raise ValueError("must be a path inside the repository")
    return path


HEX: Final = r"^#[0-9A-Fa-f]{6}$"
LANGUAGE: Final = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"

Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_not_blank)]
Line: TypeAlias = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_not_blank)]
Paragraphs: TypeAlias = Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(_not_blank)]
Note: TypeAlias = Annotated[str, Field(max_length=4_000)]
Key: TypeAlias = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]*$")]
FilePath: TypeAlias = Annotated[
    str,
    Field(min_length=1, max_length=500),
    AfterValidator(_not_blank),
    AfterValidator(_inside),
]
Hex: TypeAlias = Annotated[str, Field(pattern=HEX)]
Language: TypeAlias = Annotated[str, Field(pattern=LANGUAGE)]
Severity: TypeAlias = Literal["low", "medium", "high", "critical"]

COMPUTED: Final[dict[str, Any]] = {"readOnly": True}
"""Marks a field that the role's finish computes: left out of what an agent is asked for."""


class Answer(BaseModel):
    """Strict, closed, frozen: text is not a number, and an unknown field is refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Tags(Answer):
    """Normalised tags that every creative piece carries."""

    type: Literal["headline", "body", "call_to_action", "post", "poster"]
    platform: Name | None = None
    length: Literal["short", "medium", "long"] | None = None
    tone: Annotated[str, Field(max_length=120)] = ""
    language: Language = "en"
