"""Versions of artifacts, and audit reports about them: stored inside the finish transaction of the attempt that made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from campaigns.models import Artifact, ArtifactVersion, AuditReport, Finding
from campaigns.states import AuditState, Verdict
from campaigns.transitions.shapes import Finish
from campaigns.transitions.unit import RunUnit
from conductor.lib.ids import canonical_json, new_id, sha256_hex


def content_digest(content: Mapping[str, Any]) -> tuple[str, int]:
    """SHA-256 of the canonical JSON, and its size in bytes: the same content has the same hash anywhere."""
    text = canonical_json(content).encode()
    return sha256_hex(text), len(text)


def ensure_artifacts(u: RunUnit, slots: Sequence[str]) -> None:
    """One artifact per slot of the campaign, made at its first run."""
    Artifact.objects.bulk_create(
        [Artifact(campaign_id=u.run.campaign_id, slot=slot, created_at=u.now) for slot in slots], ignore_conflicts=True
    )


def store_versions(u: RunUnit, finishes: Sequence[Finish]) -> dict[str, ArtifactVersion]:
    """The next version of each slot's artifact, its head and its active version; by slot."""
    if not finishes:
        return {}
    wanted = [f.products.version.slot for f in finishes if f.products.version is not None]
    locked = Artifact.objects.select_for_update(no_key=True).filter(campaign=u.run.campaign_id, slot__in=wanted)
    artifacts = {a.slot: a for a in locked.order_by("pk")}
    stored: dict[str, ArtifactVersion] = {}
    for f in finishes:
        new = f.products.version
        if new is None:
            continue
        artifact = artifacts[new.slot]
        digest, size = content_digest(new.content)
        artifact.head += 1
        version = ArtifactVersion(
            pk=new_id(), artifact=artifact, number=artifact.head, attempt_id=f.claim.attempt_id, run=u.run,
            content=dict(new.content), tags=list(new.tags), note=new.note, sha256=digest, size=size, created_at=u.now,
        )  # fmt: skip
        stored[new.slot] = version
        u.event(
            "artifact.versioned", task_id=f.claim.task_id, attempt_id=f.claim.attempt_id, agent=f.claim.role,
            message=f"{new.slot} version {version.number}",
            data={"artifact": str(artifact.pk), "version": str(version.pk), "number": version.number, "slot": new.slot, "sha256": digest},
        )  # fmt: skip
    ArtifactVersion.objects.bulk_create(stored.values())
    for slot, version in stored.items():
        Artifact.objects.filter(pk=artifacts[slot].pk).update(head=version.number, active=version)
    if u.run.first_version_at is None:
        u.set(first_version_at=u.now)
    return stored


def store_reports(u: RunUnit, finishes: Sequence[Finish], fresh: Mapping[str, ArtifactVersion]) -> None:
    """Audit reports with their findings, linked to the ids of the versions they are about."""
    for f in finishes:
        new = f.products.report
        if new is None:
            continue
        pieces = {slot: dict(piece) if piece else None for slot, piece in new.pieces.items()}
        report = AuditReport.objects.create(
            run=u.run, task_id=f.claim.task_id, attempt_id=f.claim.attempt_id, scope=new.scope, state=AuditState.DONE.value,
            verdict=Verdict(new.verdict).value, score=new.score, categories=dict(new.categories),
            recommendations=list(new.recommendations), pieces=pieces, pack=new.pack, pack_version=new.pack_version,
            created_at=u.now, finished_at=u.now,
        )  # fmt: skip
        ids: dict[str, UUID] = {slot: UUID(str(p["version"])) for slot, p in pieces.items() if p and p.get("version")}
        report.versions.set(ids.values())
        Finding.objects.bulk_create(
            [
                Finding(
                    report=report, position=i, artifact_version_id=ids.get(str(x.get("slot") or "")), slot=str(x.get("slot") or ""),
                    rule=x["rule"], severity=x["severity"], category=x["category"], path=x.get("path", ""),
                    start=x.get("start"), end=x.get("end"), quote=x.get("quote", ""), why=x["why"], patch=x.get("patch"),
                )
                for i, x in enumerate(new.findings)
            ]
        )  # fmt: skip
        if u.run.audit_pending:
            u.set(audit_pending=False)
        u.event(
            "audit.done", task_id=f.claim.task_id, attempt_id=f.claim.attempt_id, agent=f.claim.role,
            from_state=AuditState.PENDING, to_state=AuditState.DONE, message=f"Verdict: {new.verdict.replace('_', ' ')}.",
            data={"report": str(report.pk), "verdict": new.verdict, "score": new.score, "findings": len(new.findings)},
        )  # fmt: skip
