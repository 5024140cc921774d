"""Waivers without a database: which findings one covers, and the verdict that is left. Pure.

A waiver never covers more than was looked at when it was given, and never changes a report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from agents.auditing.findings import SEVERITIES, Severity
from agents.auditing.scoring import category_score, points_of, verdict_of, weighted_total, worse_of
from conductor.lib.ids import content_hash

SCOPES: Final = ("finding", "version", "campaign", "team")
_RANK: Final[dict[str, int]] = {severity: rank for rank, severity in enumerate(SEVERITIES)}


@dataclass(frozen=True, slots=True)
class Seen:
    """A finding as a waiver looks at it. `version` is the id of the version it is about, none for the bundle."""

    rule: str
    severity: str
    category: str
    slot: str
    path: str
    start: int
    quote: str
    why: str
    campaign: UUID
    version: UUID | None = None

    @property
    def fingerprint(self) -> str:
        """Of rule and quote. Without a quote the words of the finding stand for it, and where it is."""
        said = [self.quote] if self.quote else ["", self.slot, self.why]
        return content_hash([self.rule, *said])

    @property
    def place(self) -> str:
        """Of the very span."""
        return content_hash([self.slot, self.path, self.start])


@dataclass(frozen=True, slots=True)
class Given:
    """A waiver as a finding looks at it."""

    id: UUID
    scope: str
    rule: str
    fingerprint: str
    place: str
    severity: str
    campaign: UUID | None
    version: UUID | None
    expires_at: datetime


def covers(waiver: Given, seen: Seen) -> bool:
    """True if the finding is within what the waiver was given for. Time is for the caller to judge."""
    worse = _RANK.get(seen.severity, 99) > _RANK.get(waiver.severity, -1)
    if waiver.rule != seen.rule or worse:
        return False
    if waiver.scope == "team":
        return True
    if waiver.campaign != seen.campaign or waiver.fingerprint != seen.fingerprint:
        return False
    if waiver.scope == "campaign":
        return True
    if waiver.version != seen.version:
        return False
    return waiver.scope == "version" or waiver.place == seen.place


def covering(waivers: Iterable[Given], seen: Seen) -> Given | None:
    """The waiver that covers the finding longest."""
    fitting = [waiver for waiver in waivers if covers(waiver, seen)]
    return max(fitting, key=lambda waiver: waiver.expires_at, default=None)


@dataclass(frozen=True, slots=True)
class Costs:
    """What findings cost under a pack."""

    penalties: Mapping[Severity, int]
    counted: int


def effective(
    *, verdict: str, categories: Mapping[str, Any], left: Sequence[Seen], costs: Costs | None, failed: bool = False
) -> tuple[str, float | None]:
    """Verdict and score from the findings that are left, worst first; what was not audited stays so.

    `failed` says that a rule could not be applied. Without the costs of the pack nothing can be computed, and a waiver
    changes nothing.
    """
    if verdict == "not_audited" or costs is None:
        return verdict, None
    order = sorted(left, key=lambda seen: -_RANK.get(seen.severity, 99))
    points = points_of([(seen.rule, _severity(seen)) for seen in order], costs.penalties, costs.counted)
    scores: dict[str, tuple[float | None, int]] = {}
    for name, held in categories.items():
        mine = [cost for seen, cost in zip(order, points, strict=True) if seen.category == name]
        untested = held.get("score") is None
        scores[str(name)] = (None if untested else category_score(mine), int(held.get("weight") or 0))
    total = weighted_total(scores)
    found = verdict_of(total, [seen.severity for seen in order])
    return worse_of(found, "not_audited") if failed else found, total


def _severity(seen: Seen) -> Severity:
    """As a pack knows it; a word that no pack knows counts as the worst."""
    return next((known for known in SEVERITIES if known == seen.severity), SEVERITIES[-1])
