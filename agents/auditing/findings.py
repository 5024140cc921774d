"""What a rule finds, and what it is given to look at. Plain values: no rule knows another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from agents.auditing.pieces import Piece, Text
from agents.auditing.words import Span

Severity: TypeAlias = Literal["low", "medium", "high", "critical"]
Category: TypeAlias = Literal["tone_consistency", "clarity", "compliance", "accessibility", "risk"]
SEVERITIES: Final[tuple[Severity, ...]] = ("low", "medium", "high", "critical")
CATEGORIES: Final[tuple[Category, ...]] = ("tone_consistency", "clarity", "compliance", "accessibility", "risk")


class Options(BaseModel):
    """The options of a family: closed, strict, and frozen. A family without options uses this one."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Term: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]
Terms: TypeAlias = Annotated[list[Term], Field(max_length=1_000)]
Code: TypeAlias = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
OptionsT = TypeVar("OptionsT", bound=Options)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a pack: which family applies it, how bad a finding is, and why it matters.

    `options` is what the pack says, `settings` the same as the family's own checked type.
    """

    id: str
    family: str
    severity: Severity
    category: Category
    why: str
    advice: str
    options: Mapping[str, Any] = field(default_factory=dict)
    settings: Options | None = field(default=None, compare=False)

    def read(self, kind: type[OptionsT]) -> OptionsT:
        return self.settings if isinstance(self.settings, kind) else kind.model_validate(dict(self.options))


@dataclass(frozen=True, slots=True)
class Claim:
    """What may be claimed, and what proves it; without a proof nothing is backed."""

    claim: str
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """The parts of the normalised brief that rules ask for. `facts` is every text of it, as the source of numbers."""

    product: str = ""
    tone: str = ""
    language: str = ""
    key_messages: tuple[str, ...] = ()
    prohibited_terms: tuple[str, ...] = ()
    required_terms: tuple[str, ...] = ()
    disclaimers: tuple[str, ...] = ()
    required_hashtags: tuple[str, ...] = ()
    banned_hashtags: tuple[str, ...] = ()
    emoji: str = ""
    max_words: int | None = None
    brand: str = ""
    adjectives: tuple[str, ...] = ()
    guidelines: str = ""
    prefer: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    link: str = ""
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Patch:
    path: str
    start: int
    end: int
    replacement: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A span of one text, or ("" and 0, 0) a whole piece; slot None means the bundle."""

    rule: Rule
    slot: str | None
    why: str
    path: str = ""
    start: int = 0
    end: int = 0
    quote: str = ""
    severity: Severity | None = None
    patch: Patch | None = None

    @property
    def how_bad(self) -> Severity:
        return self.severity or self.rule.severity


@dataclass(frozen=True, slots=True)
class Skip:
    """A rule that could not be applied; `failed` where it should have been, so that nothing may pass."""

    slot: str | None
    why: str
    failed: bool = False


Found: TypeAlias = Iterable[Finding | Skip]
Apply: TypeAlias = Callable[[Rule, Brief, tuple[Piece, ...]], Found]


@dataclass(frozen=True, slots=True)
class Family:
    """A family of rules: how it is applied, the type of its options in a pack, and the topic it belongs to."""

    name: str
    apply: Apply
    options: type[Options] = Options
    title: str = ""
    topic: str = "other"


def at(
    rule: Rule, text: Text, span: Span, why: str, patch: Patch | None = None, *, severity: Severity | None = None
) -> Finding:
    """A finding on the span of a text; the quote is what stands there."""
    start, end = span
    return Finding(rule, text.slot, why, text.path, start, end, text.text[start:end], severity, patch)


def replace(text: Text, span: Span, replacement: str) -> Patch:
    return Patch(text.path, span[0], span[1], replacement)


def spoken(pieces: Sequence[Piece], languages: Iterable[str]) -> tuple[list[Text], list[Skip]]:
    """The texts in one of the languages, and what must be said about those in others."""
    known = tuple(dict.fromkeys(languages))
    texts = [text for piece in pieces for text in piece.texts]
    mine = [text for text in texts if text.language in known]
    words = f"This rule knows {', '.join(known)}; "
    if texts and not mine:
        return [], [Skip(None, f"{words}this is {', '.join(sorted({text.language for text in texts}))}.")]
    others = dict.fromkeys((text.slot, text.language) for text in texts if text.language not in known)
    return mine, [Skip(slot, f"{words}a text here is {language}.") for slot, language in others]
