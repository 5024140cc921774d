"""The page of an audit report: verdict, how the score comes about, findings in their context."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from campaigns.queries.pages import artifacts as queries
from campaigns.queries.pages.scores import arithmetic
from campaigns.queries.pages.spans import quote_of
from campaigns.views.frame import PageRequest, page, show

SEVERITIES = ("critical", "high", "medium", "low")


@page
def audit(request: PageRequest, report_id: UUID) -> HttpResponse:
    report = queries.report_for(request.viewer.actor, report_id)
    wanted = request.GET.get("severity", "")
    findings = [
        (finding, quote_of(finding, finding.artifact_version.content if finding.artifact_version else None))
        for finding in report.findings.all()
        if wanted not in SEVERITIES or finding.severity == wanted
    ]
    counts = {severity: sum(f.severity == severity for f in report.findings.all()) for severity in SEVERITIES}
    context = {
        "report": report,
        "run": report.run,
        "findings": findings,
        "counts": counts,
        "wanted": wanted if wanted in SEVERITIES else "",
        "sum": arithmetic(report.categories),
        "pieces": [(slot, report.pieces.get(slot), version) for slot, version in _versions(report)],
    }
    return show(request, "audits/detail.html", context)


def _versions(report: object) -> list[tuple[str, object]]:
    held = {version.artifact.slot: version for version in report.versions.all()}  # type: ignore[attr-defined]
    return [(slot, held.get(slot)) for slot in report.pieces]  # type: ignore[attr-defined]
