"""Waivers: those that hold now, which findings they cover, and what is left of a verdict. Never writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from campaigns.kinds import waivers as rules
from campaigns.kinds.waivers import Given, Seen
from campaigns.models import ArtifactVersion, AuditReport, Finding, Run, Waiver
from campaigns.queries import diffs, rulepacks
from conductor.lib.clock import iso
from conductor.lib.clock import now as wall_now


@dataclass(frozen=True, slots=True)
class Effect:
    """A report with its waivers at one moment: by finding the waiver that covers it, and the verdict of the rest."""

    verdict: str
    score: float | None
    waived: dict[UUID, Waiver] = field(default_factory=dict)
    until: datetime | None = None


def visible(teams: QuerySet[Any, Any]) -> QuerySet[Waiver]:
    found = Waiver.objects.select_related("campaign", "artifact_version__artifact", "revoked_by")
    # What hangs on a deleted campaign is gone with it.
    return found.filter(Q(campaign=None) | Q(campaign__deleted_at=None), team__in=teams)


def holding(team_id: UUID, at: datetime, campaign_id: UUID | None = None) -> list[Waiver]:
    """Those of the team that hold at that moment, for one campaign or for all."""
    rows = Waiver.objects.filter(team=team_id, revoked_at=None, expires_at__gt=at).order_by("created_at", "pk")
    if campaign_id is not None:
        rows = rows.filter(Q(campaign=campaign_id) | Q(scope="team"))
    return list(rows)


def seen(finding: Finding, campaign_id: UUID) -> Seen:
    return Seen(
        rule=finding.rule,
        severity=finding.severity,
        category=finding.category,
        slot=finding.slot,
        path=finding.path,
        start=finding.start or 0,
        quote=finding.quote,
        why=finding.why,
        campaign=campaign_id,
        version=finding.artifact_version_id,
    )


def given(waiver: Waiver) -> Given:
    return Given(
        id=waiver.pk,
        scope=waiver.scope,
        rule=waiver.rule,
        fingerprint=waiver.fingerprint,
        place=waiver.place,
        severity=waiver.severity,
        campaign=waiver.campaign_id,
        version=waiver.artifact_version_id,
        expires_at=waiver.expires_at,
    )


def match(findings: Iterable[Finding], campaign_id: UUID, waivers: Sequence[Waiver]) -> dict[UUID, Waiver]:
    """By finding, the waiver that covers it."""
    if not waivers:
        return {}
    by_id, facts = {waiver.pk: waiver for waiver in waivers}, [given(waiver) for waiver in waivers]
    found = {}
    for finding in findings:
        fitting = rules.covering(facts, seen(finding, campaign_id))
        if fitting is not None:
            found[finding.pk] = by_id[fitting.id]
    return found


def by_finding(rows: Iterable[Finding]) -> dict[UUID, Waiver]:
    """By finding, the waiver that covers it now: one question per team among them. Report and run are read."""
    by_team: dict[UUID, list[Finding]] = {}
    for row in rows:
        by_team.setdefault(row.report.run.team_id, []).append(row)
    found: dict[UUID, Waiver] = {}
    for team, findings in by_team.items():
        held = holding(team, wall_now())
        for finding in findings:
            found.update(match([finding], finding.report.run.campaign_id, held))
    return found


def sparing(run: Run, versions: Mapping[str, UUID]) -> Callable[[Mapping[str, Any]], bool] | None:
    """Whether a finding of an audit that is not stored is waived now, the pieces being these versions by slot."""
    held = [given(waiver) for waiver in holding(run.team_id, wall_now(), run.campaign_id)]
    if not held:
        return None

    def is_waived(finding: Mapping[str, Any]) -> bool:
        return rules.covering(held, _seen_in(finding, run.campaign_id, versions)) is not None

    return is_waived


def _seen_in(finding: Mapping[str, Any], campaign_id: UUID, versions: Mapping[str, UUID]) -> Seen:
    said = {name: finding[name] or "" for name in ("rule", "severity", "category", "slot", "path", "quote", "why")}
    version = versions.get(said["slot"])
    return Seen(**said, start=finding["start"] or 0, campaign=campaign_id, version=version)


def written_in(finding: Finding, user_id: int) -> int | None:
    """The version in which that person first wrote what the finding is about, up to the one it was found in.

    Without a quote it is about the whole text at its place. A text that stood in an earlier version is not written
    anew by moving or restoring it; one that holds the quote more often than before is.
    """
    version = finding.artifact_version
    if version is None:
        return None
    chain = ArtifactVersion.objects.filter(artifact=version.artifact_id, number__lte=version.number)
    quote = finding.quote or dict(diffs.leaves(version.content)).get(finding.path, "")
    if not quote or not chain.filter(author=user_id).exists():
        return None
    known: set[str] = set()
    before: dict[str, str] = {}
    rows = chain.order_by("number").values_list("number", "author", "content")
    for number, author, content in rows.iterator(chunk_size=10):
        now = {path: text for path, text in diffs.leaves(content) if quote in text and not path.endswith(".svg")}
        for path, text in now.items():
            if author == user_id and text not in known and text.count(quote) > before.get(path, "").count(quote):
                return number
        known.update(now.values())
        before = now
    return None


def effect(report: AuditReport, at: datetime | None = None, *, held: Sequence[Waiver] | None = None) -> Effect:
    """What the report comes to with the waivers that hold. The report's run is read; so are its findings."""
    moment = at or wall_now()
    run = report.run
    waivers = holding(run.team_id, moment, run.campaign_id) if held is None else held
    findings = list(report.findings.all()) if waivers else []
    waived = match(findings, run.campaign_id, waivers)
    if not waived:
        return Effect(report.verdict, report.score)
    verdict, score = rules.effective(
        verdict=report.verdict,
        categories=report.categories,
        left=[seen(finding, run.campaign_id) for finding in findings if finding.pk not in waived],
        costs=rulepacks.costs(report.pack_sha256, report.pack, report.pack_version),
        failed=any(said.get("failed") for said in report.not_checked),
    )
    until = min(waiver.expires_at for waiver in waived.values())
    return Effect(verdict, report.score if score is None else score, waived, until)


def effect_json(found: Effect) -> dict[str, Any]:
    return {
        "verdict": found.verdict,
        "score": found.score,
        "waived": len(found.waived),
        "until": iso(found.until),
    }


def row(waiver: Waiver) -> dict[str, Any]:
    return {
        "id": str(waiver.pk),
        "team": str(waiver.team_id),
        "campaign": str(waiver.campaign_id) if waiver.campaign_id else None,
        "version": str(waiver.artifact_version_id) if waiver.artifact_version_id else None,
        "finding": str(waiver.finding_id) if waiver.finding_id else None,
        "scope": waiver.scope,
        "rule": waiver.rule,
        "severity": waiver.severity,
        "quote": waiver.quote,
        "reason": waiver.reason,
        "approved_by": waiver.approved_by,
        "created_at": iso(waiver.created_at),
        "expires_at": iso(waiver.expires_at),
        "revoked_at": iso(waiver.revoked_at),
        "revoked_by": waiver.revoked_by.get_username() if waiver.revoked_by else None,
        "state": state_of(waiver, wall_now()),
    }


def state_of(waiver: Waiver, at: datetime) -> str:
    """By time alone: a waiver that ran out needs nobody to end it."""
    if waiver.revoked_at is not None:
        return "revoked"
    return "active" if waiver.expires_at > at else "expired"
