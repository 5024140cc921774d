"""Audit reports: those that stand for a run, and what they say together. What was not audited is never green."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db.models import Prefetch, Q, QuerySet

from agents.auditing.scoring import combine
from campaigns.models import AuditReport, Finding, Run, Waiver
from campaigns.queries import waivers
from campaigns.queries.snapshots import versions_by_slot
from campaigns.states import AuditState, Purpose, Verdict
from conductor.lib.clock import iso, now

#: Under this name stands, among what was not checked, that a model was asked and gave no opinion.
OPINION: Final = "opinion"
SEVERITIES: Final = ("critical", "high", "medium", "low")


def visible(teams: QuerySet[Any, Any]) -> QuerySet[AuditReport]:
    found = AuditReport.objects.select_related("run").prefetch_related("findings")
    return found.filter(run__team__in=teams, run__campaign__deleted_at=None)


def visible_findings(teams: QuerySet[Any, Any]) -> QuerySet[Finding]:
    """With report and run, without what is large in them."""
    rows = Finding.objects.select_related("report__run").defer(
        "report__run__brief", "report__run__settings", "report__coverage", "report__recommendations"
    )
    return rows.filter(report__run__team__in=teams, report__run__campaign__deleted_at=None)


def standing(run: Run, *, whole: bool = False) -> list[AuditReport]:
    """The reports that stand for this run, oldest first: its own and those of audits made later in child runs.

    A child's audit of other versions than the run's bundle (of patched ones) is about the child, not about this run.
    A report on the bundle stands for all before it; of reports on single pieces the last of each piece stands.
    Of findings only the severity is read, unless they are wanted whole.
    """
    mine = Q(run=run) | Q(run__parent=run, run__purpose=Purpose.AUDIT)
    weights = Prefetch("findings", Finding.objects.only("report_id", "severity"))
    latest: dict[str, AuditReport] = {}
    found = AuditReport.objects.filter(mine).order_by("created_at", "pk")
    rows = list(found.select_related("run").prefetch_related("findings") if whole else found.prefetch_related(weights))
    later = [report for report in rows if report.run_id != run.pk]
    bundle = versions_by_slot(run) if later else {}
    strange = {report.pk for report in later if not _is_about(report, bundle)}
    for report in rows:
        if report.pk in strange:
            continue
        if report.scope == "bundle" and (report.state != AuditState.PENDING or not latest):
            latest.clear()
        latest[report.scope] = report
    return list(latest.values())


def _is_about(report: AuditReport, bundle: Mapping[str, str]) -> bool:
    """True if all it read is of this bundle."""
    read = {slot: str(piece["version"]) for slot, piece in report.pieces.items() if piece and piece.get("version")}
    return all(bundle.get(slot) == version for slot, version in read.items())


def overall(run: Run) -> dict[str, Any] | None:
    """What the audits of a run say together, in JSON; None for a run without pieces."""
    held = waivers.holding(run.team_id, now(), run.campaign_id)
    reports = standing(run, whole=bool(held))
    if not reports:
        return _said(run, [], AuditState.PENDING, Verdict.NOT_AUDITED, None) if run.stage else None
    done = [report for report in reports if report.state == AuditState.DONE]
    open_ = any(report.state == AuditState.PENDING for report in reports)
    state = AuditState.PENDING if open_ else AuditState.DONE if len(done) == len(reports) else AuditState.FAILED
    if len(reports) == 1:
        said = _said(run, reports, state, reports[0].verdict, reports[0].score)
    else:
        together = combine([_as_mapping(report) for report in reports])
        said = _said(run, reports, state, together["verdict"], together["score"])
    return {**said, "effective": _effective(reports, held)}


def _effective(reports: Sequence[AuditReport], held: Sequence[Waiver]) -> dict[str, Any] | None:
    """What is left of the verdict when what is waived now is left out; None where nothing is waived."""
    if not held:
        return None
    effects = [(report, waivers.effect(report, held=held)) for report in reports]
    if not any(effect.waived for _, effect in effects):
        return None
    until = min(effect.until for _, effect in effects if effect.until)
    waived = {pk: waiver for _, effect in effects for pk, waiver in effect.waived.items()}
    if len(effects) == 1:
        verdict, score = effects[0][1].verdict, effects[0][1].score
    else:
        together = combine([_without(report, effect) for report, effect in effects])
        verdict, score = together["verdict"], together["score"]
    return waivers.effect_json(waivers.Effect(verdict, score, waived, until))


def _without(report: AuditReport, effect: waivers.Effect) -> dict[str, Any]:
    """A report as it would be without what is waived."""
    left = [{"severity": f.severity} for f in report.findings.all() if f.pk not in effect.waived]
    return {**_as_mapping(report), "verdict": effect.verdict, "score": effect.score, "findings": left}


def _as_mapping(report: AuditReport) -> dict[str, Any]:
    return {
        "verdict": report.verdict,
        "score": report.score,
        "categories": report.categories,
        "findings": [{"severity": finding.severity} for finding in report.findings.all()],
        "pieces": [{"slot": slot} for slot in report.pieces],
        "pack": {"name": report.pack, "version": report.pack_version},
    }


def _said(run: Run, reports: Sequence[AuditReport], state: str, verdict: str, score: float | None) -> dict[str, Any]:
    found = Counter(finding.severity for report in reports for finding in report.findings.all())
    return {
        "reports": [str(report.pk) for report in reports],
        "state": state if reports or run.finished_at is None or run.audit_pending else None,
        "verdict": verdict,
        "score": score,
        "findings": {severity: found[severity] for severity in SEVERITIES},
        "pack": reports[-1].pack if reports else "",
        "pack_version": reports[-1].pack_version if reports else "",
        "opinions": [{"scope": report.scope, **said} for report in reports for said in report.opinions],
        "no_opinion": [{"scope": report.scope, "why": why} for report in reports for why in _silent(report)],
        "effective": None,
        "finished_at": iso(max((r.finished_at for r in reports if r.finished_at), default=None)),
    }


def _silent(report: AuditReport) -> list[str]:
    """Why a model that was asked for an opinion gave none."""
    return [str(said.get("why", "")) for said in report.not_checked if said.get("family") == OPINION]


def report_row(report: AuditReport) -> dict[str, Any]:
    return {
        "id": str(report.pk),
        "run": str(report.run_id),
        "campaign": str(report.run.campaign_id),
        "scope": report.scope,
        "state": report.state,
        "verdict": report.verdict,
        "score": report.score,
        "categories": report.categories,
        "recommendations": report.recommendations,
        "pieces": report.pieces,
        "pack": report.pack,
        "pack_version": report.pack_version,
        "pack_sha256": report.pack_sha256,
        "languages": report.languages,
        "error": report.error,
        "created_at": iso(report.created_at),
        "finished_at": iso(report.finished_at),
    }


def report_json(report: AuditReport) -> dict[str, Any]:
    """The whole report, with the verdict that is left when what is waived now is left out."""
    effect = waivers.effect(report)
    return {
        **report_row(report),
        "coverage": report.coverage,
        "not_checked": report.not_checked,
        "opinions": report.opinions,
        "effective": waivers.effect_json(effect),
        "findings": [finding_json(row, effect.waived.get(row.pk)) for row in report.findings.all()],
    }


def finding_json(finding: Finding, waiver: Waiver | None = None) -> dict[str, Any]:
    return {
        "id": str(finding.pk),
        "report": str(finding.report_id),
        "position": finding.position,
        "version": str(finding.artifact_version_id) if finding.artifact_version_id else None,
        "slot": finding.slot,
        "rule": finding.rule,
        "family": finding.family,
        "severity": finding.severity,
        "category": finding.category,
        "points": finding.points,
        "path": finding.path,
        "start": finding.start,
        "end": finding.end,
        "quote": finding.quote,
        "why": finding.why,
        "patch": finding.patch,
        "fixed_in": str(finding.fixed_in_id) if finding.fixed_in_id else None,
        "waiver": waivers.row(waiver) if waiver else None,
    }
