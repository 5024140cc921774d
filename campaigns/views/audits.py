"""The page of an audit report: verdict, how the score comes about, findings in their context; and certificates."""

from __future__ import annotations

import json
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from campaigns.forms.audits import FixForm, RevokeWaiverForm
from campaigns.models import ArtifactVersion, AuditReport, Waiver
from campaigns.queries import waivers
from campaigns.queries.certificates import certificate_of
from campaigns.queries.pages import artifacts as queries
from campaigns.queries.pages import audits as listings
from campaigns.queries.pages.scores import arithmetic
from campaigns.queries.pages.spans import quote_of
from campaigns.views.findings import finding_panels
from campaigns.views.frame import PageRequest, Viewer, page, show
from campaigns.views.panels import Panel


@page
def audit(request: PageRequest, report_id: UUID) -> HttpResponse:
    report = queries.report_for(request.viewer.actor, report_id)
    filters = listings.Filters.read(request.GET)
    findings = list(report.findings.all())
    severities, families = listings.counts(findings)
    shown = listings.page_of(findings, filters, request.GET.get("page", "1"))
    effect = waivers.effect(report)
    team = report.run.team_id
    rows = [
        (
            finding,
            quote_of(finding, finding.artifact_version.content if finding.artifact_version else None),
            effect.waived.get(finding.pk),
            finding_panels(request.viewer, finding, team),
        )
        for finding in shown
    ]
    context = {
        "report": report,
        "run": report.run,
        "findings": rows,
        "page": shown,
        "counts": severities,
        "families": families,
        "filters": filters,
        "effect": effect,
        "waivers": [(one, _revoke(request.viewer, one)) for one in _distinct(effect)],
        "coverage": listings.coverage_of(report),
        "not_checked": sorted(report.not_checked, key=lambda said: not said.get("failed")),
        "sum": arithmetic(report.categories),
        "pieces": [(slot, report.pieces.get(slot), version) for slot, version in _versions(report)],
        "may_waive": request.viewer.may("waive", team),
        "commands": _commands(request.viewer, report, any(f.patch and f.pk not in effect.waived for f in findings)),
    }
    return show(request, "audits/detail.html", context)


def _commands(viewer: Viewer, report: AuditReport, has_patches: bool) -> list[Panel]:
    run = report.run
    if not (has_patches and run.is_ended and viewer.may("fix", run.team_id)):
        return []
    return [Panel("fix", "Fix all that is safe", "sparkles", FixForm(), reverse("run-fix", args=[run.pk]), strong=True)]


def _distinct(effect: waivers.Effect) -> list[Waiver]:
    return list({waiver.pk: waiver for waiver in effect.waived.values()}.values())


def _revoke(viewer: Viewer, waiver: Waiver) -> Panel | None:
    if not viewer.may("waive", waiver.team_id):
        return None
    action = reverse("waiver-revoke", args=[waiver.pk])
    return Panel(f"revoke-{waiver.pk}", "Take back", "x", RevokeWaiverForm(), action, quiet=True)


def _versions(report: AuditReport) -> list[tuple[str, ArtifactVersion | None]]:
    held = {version.artifact.slot: version for version in report.versions.all()}
    return [(slot, held.get(slot)) for slot in report.pieces]


@page
def certificate(request: PageRequest, version_id: UUID) -> HttpResponse:
    """What the last audit says of exactly this content, signed, as a file."""
    version = queries.version_for(request.viewer.actor, version_id)
    text = json.dumps(certificate_of(version), indent=2, ensure_ascii=False, sort_keys=True)
    response = HttpResponse(f"{text}\n", content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="certificate-{version.pk}.json"'
    response["Cache-Control"] = "no-store"
    return response
