"""What a rule finds, and what it is given to look at. Plain values: no rule knows another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from agents.auditing.pieces import Piece, Text
from agents.auditing.words import Span

Severity: TypeAlias = Literal["low", "medium", "high", "critical"]
Category: TypeAlias = Literal["tone_consistency", "clarity", "compliance", "accessibility", "risk"]
SEVERITIES: Final[tuple[Severity, ...]] = ("low", "medium", "high", "critical")
CATEGORIES: Final[tuple[Category, ...]] = ("tone_consistency", "clarity", "compliance", "accessibility", "risk")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a pack: which family applies it, how bad a finding is, and why it matters."""

    id: str
    family: str
    severity: Severity
    category: Category
    why: str
    advice: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Brief:
    """The parts of the normalised brief that rules ask for."""

    product: str = ""
    key_messages: tuple[str, ...] = ()
    prohibited_terms: tuple[str, ...] = ()
    required_terms: tuple[str, ...] = ()
    disclaimers: tuple[str, ...] = ()
    max_words: int | None = None


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
    """A rule that could not be applied."""

    slot: str | None
    why: str


Found: TypeAlias = Iterable[Finding | Skip]
Family: TypeAlias = Callable[[Rule, Brief, tuple[Piece, ...]], Found]


def at(rule: Rule, text: Text, span: Span, why: str, patch: Patch | None = None) -> Finding:
    """A finding on the span of a text; the quote is what stands there."""
    start, end = span
    return Finding(rule, text.slot, why, text.path, start, end, text.text[start:end], None, patch)
