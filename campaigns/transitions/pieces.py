"""Versions of artifacts and audit reports about them, stored in the finish transaction of what made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from campaigns.kinds.base import NewReport, NewVersion
from campaigns.models import Artifact, ArtifactVersion, AuditReport, Finding
from campaigns.states import AuditState, Verdict
from campaigns.transitions import hot
from campaigns.transitions.shapes import Finish
from campaigns.transitions.unit import RunUnit
from conductor.lib import bulk, statements
from conductor.lib.ids import canonical_json, new_id, sha256_hex


def content_digest(content: Mapping[str, Any]) -> tuple[str, int]:
    """SHA-256 of the canonical JSON, and its size in bytes: the same content has the same hash anywhere."""
    text = canonical_json(content).encode()
    return sha256_hex(text), len(text)


def ensure_artifacts(u: RunUnit, slots: Sequence[str]) -> None:
    """One artifact per slot of the campaign, made at its first run; the caller has the campaign's lock.

    Those that are there are not locked: whoever changes one by hand has its lock and comes for the campaign's.
    """
    made = {slot for (slot,) in hot.SLOTS_MADE.rows(campaign=u.run.campaign_id)}
    fresh = [slot for slot in slots if slot not in made]
    bulk.insert([Artifact(pk=new_id(), campaign_id=u.run.campaign_id, slot=slot, created_at=u.now) for slot in fresh])


def store_versions(u: RunUnit, finishes: Sequence[Finish]) -> None:
    """The next version of each slot's artifact, its head and its active version."""
    if not finishes:
        return
    wanted = [f.products.version.slot for f in finishes if f.products.version is not None]
    locked = hot.LOCK_ARTIFACTS.rows(campaign=u.run.campaign_id, slots=wanted)
    artifacts = {found.slot: found for found in (statements.instance(Artifact, row) for row in locked)}
    made = [
        _next_version(u, f, f.products.version, artifacts[f.products.version.slot])
        for f in finishes
        if f.products.version is not None
    ]
    bulk.insert(made)
    last = {version.artifact_id: version.pk for version in made}
    hot.MOVE_HEADS.run(versions=list(last.values()))
    if u.run.first_version_at is None:
        u.set(first_version_at=u.now)


def _next_version(u: RunUnit, f: Finish, new: NewVersion, artifact: Artifact) -> ArtifactVersion:
    digest, size = content_digest(new.content)
    artifact.head += 1
    version = ArtifactVersion(
        pk=new_id(),
        artifact=artifact,
        number=artifact.head,
        attempt_id=f.claim.attempt_id,
        run=u.run,
        content=dict(new.content),
        tags=list(new.tags),
        note=new.note,
        sha256=digest,
        size=size,
        created_at=u.now,
    )
    u.event(
        "artifact.versioned",
        task_id=f.claim.task_id,
        attempt_id=f.claim.attempt_id,
        agent=f.claim.role,
        message=f"{new.slot.replace('_', ' ')} version {version.number}",
        data={
            "artifact": str(artifact.pk),
            "version": str(version.pk),
            "number": version.number,
            "slot": new.slot,
            "sha256": digest,
        },
    )
    return version


def store_reports(u: RunUnit, finishes: Sequence[Finish]) -> None:
    """Audit reports with their findings, linked to the ids of the versions they are about."""
    for f in finishes:
        if f.products.report is None:
            continue
        report = _store_report(u, f, f.products.report)
        if u.run.audit_pending:
            u.set(audit_pending=False)
        u.event(
            "audit.done",
            task_id=f.claim.task_id,
            attempt_id=f.claim.attempt_id,
            agent=f.claim.role,
            to_state=AuditState.DONE,
            message=f"Verdict: {report.verdict.replace('_', ' ')}.",
            data={
                "report": str(report.pk),
                "verdict": report.verdict,
                "score": report.score,
                "findings": len(f.products.report.findings),
            },
        )


def _store_report(u: RunUnit, f: Finish, new: NewReport) -> AuditReport:
    pieces = {slot: dict(piece) if piece else None for slot, piece in new.pieces.items()}
    report = AuditReport(
        pk=new_id(),
        run=u.run,
        task_id=f.claim.task_id,
        attempt_id=f.claim.attempt_id,
        scope=new.scope,
        state=AuditState.DONE.value,
        verdict=Verdict(new.verdict).value,
        score=new.score,
        categories=dict(new.categories),
        recommendations=list(new.recommendations),
        pieces=pieces,
        pack=new.pack,
        pack_version=new.pack_version,
        pack_sha256=_pinned_digest(u, new),
        coverage=[dict(said) for said in new.coverage],
        not_checked=[dict(said) for said in new.not_checked],
        opinions=[dict(said) for said in new.opinions],
        languages=dict(new.languages),
        created_at=u.now,
        finished_at=u.now,
    )
    bulk.insert([report])
    ids = {slot: UUID(str(p["version"])) for slot, p in pieces.items() if p and p.get("version")}
    link = AuditReport.versions.through
    bulk.insert([link(auditreport=report, artifactversion_id=pk) for pk in sorted(set(ids.values()))])
    bulk.insert([_finding(report, i, x, ids) for i, x in enumerate(new.findings)])
    return report


def _pinned_digest(u: RunUnit, new: NewReport) -> str:
    """The digest of the rules that the run was started with, where the report is by these very rules.

    The auditor's own word is not enough: it may be a model.
    """
    pinned = u.run.settings.get("pack")
    if not isinstance(pinned, Mapping) or (pinned.get("name"), pinned.get("version")) != (new.pack, new.pack_version):
        return ""
    digest = str(pinned.get("sha256") or "")
    return digest if new.pack_sha256 in ("", digest) else ""


def _finding(report: AuditReport, position: int, said: Mapping[str, Any], versions: Mapping[str, UUID]) -> Finding:
    slot = str(said.get("slot") or "")
    return Finding(
        report=report,
        position=position,
        artifact_version_id=versions.get(slot),
        slot=slot,
        rule=said["rule"],
        family=said.get("family", ""),
        severity=said["severity"],
        category=said["category"],
        points=int(said.get("points") or 0),
        path=said.get("path", ""),
        start=said.get("start"),
        end=said.get("end"),
        quote=said.get("quote", ""),
        why=said["why"],
        patch=said.get("patch"),
    )


def fail_audits(u: RunUnit) -> None:
    """Audits that were promised and could not be made; their verdict stays: not audited."""
    for report in u.run.audits.filter(state=AuditState.PENDING):
        AuditReport.objects.filter(pk=report.pk).update(state=AuditState.FAILED.value, finished_at=u.now)
        u.event(
            "post.audit_failed",
            from_state=AuditState.PENDING,
            to_state=AuditState.FAILED,
            data={"report": str(report.pk), "code": "audit_unavailable"},
        )
