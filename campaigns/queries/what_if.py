"""What would change if other rules acted: audits of past versions by the rules of now and by those. Never writes.

A bounded stretch at a time: as many versions as asked for, and no longer than a moment; `next` says where it goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final
from uuid import UUID

from django.db.models import F, QuerySet

from agents.auditing.audit import audit_pieces
from campaigns.kinds.creative import SLOTS
from campaigns.kinds.rulepacks import PackSource
from campaigns.models import Artifact, ArtifactVersion, RulePack, RulePackVersion
from campaigns.queries import rulepacks

LIMIT: Final = 25
MOST: Final = 200
SECONDS: Final = 2.0
SHOWN: Final = 20

Pieces = dict[str, dict[str, Any]]


@dataclass(slots=True)
class Change:
    """One version on which the two disagree."""

    version: ArtifactVersion
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    appeared: list[Mapping[str, Any]]
    disappeared: list[Mapping[str, Any]]
    same_findings: bool

    @property
    def matters(self) -> bool:
        """Its own findings differ; or none of the bundle's do, and the arithmetic alone makes another score of them."""
        if self.appeared or self.disappeared:
            return True
        return self.same_findings and _outcome(self.old) != _outcome(self.new)


def _outcome(report: Mapping[str, Any]) -> tuple[Any, Any]:
    return report["verdict"], report["score"]


@dataclass(slots=True)
class Comparison:
    """A stretch of versions: how many were read, which would change, and where the next stretch begins."""

    checked: int = 0
    changes: list[Change] = field(default_factory=list)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    appeared: Counter[str] = field(default_factory=Counter)
    disappeared: Counter[str] = field(default_factory=Counter)
    next: UUID | None = None
    total: int = 0


def compare(
    team_id: UUID,
    old: object,
    new: object,
    *,
    every: bool = False,
    after: UUID | None = None,
    limit: int = LIMIT,
    seconds: float = SECONDS,
) -> Comparison:
    """Each version beside the other pieces that stand for its campaign, by its own brief. At least one is read.

    Verdict and score are those of the bundle; findings are those about the version.
    """
    rows = _versions(team_id, every=every)
    found = Comparison(total=rows.count())
    if after is not None:
        rows = rows.filter(pk__gt=after)
    began = monotonic()
    bundles = _Bundles(old, new)
    todo = list(rows.order_by("pk").values_list("pk", flat=True)[: limit + 1])
    for place, pk in enumerate(todo):
        if place == limit or (place and monotonic() - began > seconds):
            found.next = todo[place - 1]
            break
        version = ArtifactVersion.objects.select_related("artifact__campaign", "run").get(pk=pk)
        _count(found, bundles.change(version))
    return found


def _versions(team_id: UUID, *, every: bool) -> QuerySet[ArtifactVersion]:
    rows = ArtifactVersion.objects.filter(
        artifact__campaign__team=team_id, artifact__campaign__deleted_at=None, artifact__slot__in=list(SLOTS)
    )
    return rows if every else rows.filter(artifact__active=F("pk"))


class _Bundles:
    """Audits by both packs, kept for the next version of the same bundle."""

    def __init__(self, old: object, new: object) -> None:
        self.old, self.new = old, new
        self.last: tuple[Any, Any] | None = None
        self.reports: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None
        self.stand: tuple[UUID, Pieces] | None = None

    def change(self, version: ArtifactVersion) -> Change:
        slot = version.artifact.slot
        pieces = {**self._standing(version.artifact.campaign_id), slot: _piece(version)}
        brief = version.run.brief if version.run else version.artifact.campaign.brief
        key = (brief, {name: piece["version"] for name, piece in pieces.items()})
        if self.last != key or self.reports is None:
            self.reports = audit_pieces(brief, pieces, pack=self.old), audit_pieces(brief, pieces, pack=self.new)
            self.last = key
        old, new = self.reports
        before, after = ([f for f in report["findings"] if f["slot"] in (slot, None)] for report in (old, new))
        same = Counter(map(_same, old["findings"])) == Counter(map(_same, new["findings"]))
        return Change(version, old, new, _without(after, before), _without(before, after), same)

    def _standing(self, campaign_id: UUID) -> Pieces:
        if self.stand is None or self.stand[0] != campaign_id:
            rows = Artifact.objects.select_related("active").filter(campaign=campaign_id, active__isnull=False)
            found = {one.slot: _piece(one.active) for one in rows if one.active and one.slot in SLOTS}
            self.stand = campaign_id, {slot: found[slot] for slot in SLOTS if slot in found}
        return self.stand[1]


def _piece(version: ArtifactVersion) -> dict[str, Any]:
    return {"content": version.content, "version": str(version.pk), "sha256": version.sha256}


def _without(findings: Iterable[Mapping[str, Any]], others: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that the others do not have, each as often as it is there too many."""
    left = Counter(_same(finding) for finding in others)
    kept = []
    for finding in findings:
        if left[_same(finding)] > 0:
            left[_same(finding)] -= 1
        else:
            kept.append(finding)
    return kept


def _same(finding: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("rule", "slot", "path", "start", "end", "quote", "severity")
    return tuple(finding.get(name) for name in names)


def _count(found: Comparison, change: Change) -> None:
    found.checked += 1
    if not change.matters:
        return
    found.changes.append(change)
    if change.old["verdict"] != change.new["verdict"]:
        found.verdicts[str(change.old["verdict"]), str(change.new["verdict"])] += 1
    found.appeared.update(str(finding["rule"]) for finding in change.appeared)
    found.disappeared.update(str(finding["rule"]) for finding in change.disappeared)


def answer(
    team_id: UUID,
    pack: RulePack | None,
    new: RulePackVersion | PackSource,
    *,
    every: bool = False,
    after: UUID | None = None,
    limit: int = LIMIT,
) -> dict[str, Any]:
    """A stretch as JSON, with the names of the rules that act now in the place of that pack, and of the new ones."""
    old = rulepacks.compared_with(pack)
    found = compare(team_id, old, new.data, every=every, after=after, limit=limit)
    return {
        **as_json(found),
        "old": {"name": old["name"], "version": old["version"]},
        "new": {"name": new.data["name"], "version": new.version},
    }


def as_json(found: Comparison) -> dict[str, Any]:
    rules = sorted({*found.appeared, *found.disappeared})
    return {
        "total": found.total,
        "checked": found.checked,
        "changed": len(found.changes),
        "verdicts_changed": sum(found.verdicts.values()),
        "verdicts": [{"old": old, "new": new, "versions": n} for (old, new), n in sorted(found.verdicts.items())],
        "rules": [
            {"rule": rule, "appeared": found.appeared[rule], "disappeared": found.disappeared[rule]} for rule in rules
        ],
        "versions": [_change(change) for change in found.changes],
        "next": str(found.next) if found.next else None,
    }


def _change(change: Change) -> dict[str, Any]:
    version = change.version
    return {
        "version": str(version.pk),
        "artifact": str(version.artifact_id),
        "campaign": str(version.artifact.campaign_id),
        "name": version.artifact.campaign.name,
        "slot": version.artifact.slot,
        "number": version.number,
        "old": {"verdict": change.old["verdict"], "score": change.old["score"]},
        "new": {"verdict": change.new["verdict"], "score": change.new["score"]},
        "appeared": [_said(finding) for finding in change.appeared[:SHOWN]],
        "disappeared": [_said(finding) for finding in change.disappeared[:SHOWN]],
    }


def _said(finding: Mapping[str, Any]) -> dict[str, Any]:
    return {name: finding.get(name) for name in ("rule", "severity", "path", "quote", "why")}
