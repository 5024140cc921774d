"""Certificates: what was audited, by which rules, with which verdict, signed by this installation. Never writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agents.auditing import certificates
from agents.auditing.certificates import Verified
from campaigns.models import ArtifactVersion, AuditReport, Run
from campaigns.queries import audits, waivers
from campaigns.queries.snapshots import versions_by_slot
from campaigns.queries.verdicts import last_report
from campaigns.states import AuditState
from conductor.lib import seals
from conductor.lib.clock import iso
from conductor.lib.clock import now as wall_now
from conductor.lib.errors import BadInput, Conflict
from conductor.lib.ids import content_hash


def certificate_of(version: ArtifactVersion, at: datetime | None = None) -> dict[str, Any]:
    """The certificate of one version, by its last audit. Conflict where no audit of it was done."""
    report = last_report(version)
    if report is None or report.verdict not in certificates.VERDICTS:
        raise Conflict("This version has no audit with a verdict, so nothing can be certified; audit it first.")
    return issue(report, version, at or wall_now())


def issue(report: AuditReport, version: ArtifactVersion, at: datetime, *, dated: bool = True) -> dict[str, Any]:
    """Signed facts of that report on that version, with the waivers that hold at the moment.

    Not `dated` it bears the time from which it would say the same, instead of that of its issue.
    """
    effect = waivers.effect(report, at)
    since = max([report.finished_at or at, *(waiver.created_at for waiver in effect.waived.values())])
    facts = {
        "report": str(report.pk),
        "version": str(version.pk),
        "slot": version.artifact.slot,
        "sha256": version.sha256,
        "verdict": report.verdict,
        "score": report.score,
        "effective_verdict": effect.verdict,
        "pack": {"name": report.pack, "version": report.pack_version, "sha256": report.pack_sha256},
        "brief_sha256": content_hash(report.run.brief),
        "waivers": sorted((_waiver(one) for one in set(effect.waived.values())), key=lambda said: str(said["id"])),
        "issued_at": iso(at if dated else since),
    }
    return certificates.issue(facts, seals.certificate_key())


def _waiver(waiver: Any) -> dict[str, Any]:
    names = ("id", "scope", "rule", "severity", "quote", "reason", "approved_by", "expires_at")
    said = waivers.row(waiver)
    return {name: said[name] for name in names}


def of_run(run: Run) -> dict[str, dict[str, Any]]:
    """The certificates of a run's bundle, by slot; the same bytes in every export while nothing has changed."""
    done = [report for report in audits.standing(run) if report.state == AuditState.DONE]
    ids = versions_by_slot(run)
    rows = ArtifactVersion.objects.select_related("artifact").filter(pk__in=ids.values())
    found = {}
    for version in rows:
        said = [report for report in done if _names(report, version)]
        if said and said[-1].verdict in certificates.VERDICTS:
            full = AuditReport.objects.select_related("run").prefetch_related("findings").get(pk=said[-1].pk)
            found[version.artifact.slot] = issue(full, version, wall_now(), dated=False)
    return found


def _names(report: AuditReport, version: ArtifactVersion) -> bool:
    return any(piece and str(piece.get("version")) == str(version.pk) for piece in report.pieces.values())


def verify(certificate: object, content: object = None) -> Verified:
    """Whether this installation issued it, and for that content, where it is given; the words say what is wrong."""
    if not isinstance(certificate, Mapping):
        raise BadInput(errors={"certificate": "Must be an object."})
    return certificates.verify(certificate, seals.certificate_key(), content=content)
