"""What the page of an audit shows: findings a page at a time, coverage with its places, families with their counts.

Scoped first; never writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.core.paginator import Page, Paginator

from campaigns.models import ArtifactVersion, AuditReport, Finding, Waiver
from campaigns.permissions import Actor, visible_teams
from campaigns.queries.audits import SEVERITIES
from conductor.lib.errors import NotFound

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the findings is shown; a word that is none shows all."""

    severity: str = ""
    family: str = ""

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Filters:
        severity = str(said.get("severity", ""))
        return cls(severity if severity in SEVERITIES else "", str(said.get("family", ""))[:100])

    @property
    def any(self) -> bool:
        return bool(self.severity or self.family)

    def lets_in(self, finding: Finding) -> bool:
        return self.severity in ("", finding.severity) and self.family in ("", family_of(finding))


@dataclass(frozen=True, slots=True)
class Said:
    """A key message, and where it is said; `version` is none where it is missing."""

    message: str
    quote: str
    version: ArtifactVersion | None
    slot: str


def family_of(finding: Finding) -> str:
    """Reports of an older release name the rule only."""
    return finding.family or finding.rule


def counts(findings: list[Finding]) -> tuple[dict[str, int], list[tuple[str, int]]]:
    """How many there are of each severity, worst first, and of each family, most first."""
    by_severity = Counter(finding.severity for finding in findings)
    families = Counter(family_of(finding) for finding in findings)
    return {severity: by_severity[severity] for severity in SEVERITIES}, families.most_common()


def page_of(findings: list[Finding], filters: Filters, number: str) -> Page[Finding]:
    return Paginator([f for f in findings if filters.lets_in(f)], PAGE_SIZE).get_page(number)


def page_with(finding: Finding) -> int:
    """On which page of its report a finding stands, where all are shown."""
    earlier = Finding.objects.filter(report=finding.report_id, position__lt=finding.position).count()
    return earlier // PAGE_SIZE + 1


def coverage_of(report: AuditReport) -> list[Said]:
    """Each key message with the sentence that says it."""
    held = {version.artifact.slot: version for version in report.versions.all()}
    found = []
    for said in report.coverage:
        slot = str(said.get("slot") or "")
        found.append(Said(str(said.get("message", "")), str(said.get("quote") or ""), held.get(slot), slot))
    return found


def finding_for(actor: Actor, finding_id: UUID) -> Finding:
    rows = Finding.objects.select_related("report__run__campaign", "artifact_version__artifact")
    found = rows.filter(
        pk=finding_id, report__run__team__in=visible_teams(actor), report__run__campaign__deleted_at__isnull=True
    ).first()
    if found is None:
        raise NotFound("There is no such finding.")
    return found


def waiver_for(actor: Actor, waiver_id: UUID) -> Waiver:
    found = Waiver.objects.select_related("finding").filter(pk=waiver_id, team__in=visible_teams(actor)).first()
    if found is None:
        raise NotFound("There is no such waiver.")
    return found
