"""Findings in their text: a text cut at the spans of its findings, and the surroundings of one quote. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from agents.auditing.pieces import text_at
from campaigns.models import Finding

AROUND: Final = 120


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a text, and the finding about it where there is one."""

    text: str
    finding: Finding | None = None


def by_path(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings with a span, by the path of their text, in the order in which they stand there."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.path and finding.start is not None and finding.end is not None:
            found.setdefault(finding.path, []).append(finding)
    for held in found.values():
        held.sort(key=lambda one: (one.start or 0, one.end or 0))
    return found


def segments(text: str, findings: Iterable[Finding]) -> list[Segment]:
    """The text in stretches; of findings that overlap the first one marks, and a span that does not fit is left out."""
    found: list[Segment] = []
    at = 0
    for finding in findings:
        start, end = finding.start or 0, finding.end or 0
        if start < at or not start < end <= len(text) or text[start:end] != finding.quote:
            continue
        if start > at:
            found.append(Segment(text[at:start]))
        found.append(Segment(text[start:end], finding))
        at = end
    if at < len(text) or not found:
        found.append(Segment(text[at:]))
    return found


@dataclass(frozen=True, slots=True)
class Quote:
    """A quoted span with some words before and after; `exact` is false where the content no longer says it there."""

    before: str
    quote: str
    after: str
    exact: bool


def quote_of(finding: Finding, content: Mapping[str, Any] | None) -> Quote | None:
    """None for a finding about a whole piece."""
    if not finding.quote and not finding.path:
        return None
    text = text_at(content, finding.path) if content and finding.path else None
    start, end = finding.start or 0, finding.end or 0
    if text is None or text[start:end] != finding.quote:
        return Quote("", finding.quote, "", exact=False)
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return Quote(
        f"…{before}" if start > AROUND else before,
        finding.quote,
        f"{after}…" if end + AROUND < len(text) else after,
        exact=True,
    )
