"""Apply the patches of findings: one, or all that are safe, in a bounded loop. Each makes a version, by the person.

Must not decide where a patch goes: that is the library's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from agents.auditing import fixing, patches, spans
from agents.auditing.pieces import text_at
from campaigns.actions.artifacts import checked_content, current_versions, found_artifact, last_bundle_run, next_version
from campaigns.actions.audits import audit_versions
from campaigns.events import record_campaign
from campaigns.kinds.creative import SLOTS
from campaigns.models import Artifact, ArtifactVersion, Finding, Run
from campaigns.permissions import Actor, require
from campaigns.queries import rulepacks, waivers
from conductor.lib.errors import BadInput, Conflict, NotFound, StaleVersion

MOST_ROUNDS: Final = 10
ROUNDS: Final = 3
GONE: Final = "The text that this finding is about no longer stands in the piece; audit it again."


@dataclass(frozen=True, slots=True)
class Fix:
    """What a fix loop did: the versions it made, how it went, why it stopped, the run that audits the result.

    `waived` of the findings that are left were waived, and so not patched.
    """

    versions: tuple[ArtifactVersion, ...]
    rounds: tuple[Any, ...]
    stopped: str
    findings_left: int
    run: Run | None
    waived: int = 0

    def as_json(self) -> dict[str, Any]:
        names = ("slot", "number", "sha256")
        return {
            "stopped": self.stopped,
            "rounds": [asdict(one) for one in self.rounds],
            "findings_left": self.findings_left,
            "waived": self.waived,
            "versions": [
                {"id": str(v.pk), "artifact": str(v.artifact_id), **dict(zip(names, _said(v), strict=True))}
                for v in self.versions
            ],
            "run": str(self.run.pk) if self.run else None,
        }


def _said(version: ArtifactVersion) -> tuple[str, int, str]:
    return version.artifact.slot, version.number, version.sha256


def apply_finding(*, finding_id: UUID, version: int | None = None, actor: Actor) -> ArtifactVersion:
    """The patch of one finding, in the next version of its piece; only what was flagged changes.

    Where the piece was edited since the audit the span is found again, or the patch is refused. With `version` (the
    head that was looked at) any other head is a conflict.
    """
    finding = _found(finding_id)
    audited = finding.artifact_version
    require(actor, "edit_artifact", finding.report.run.team_id)
    if audited is None or not finding.patch:
        raise Conflict("This finding has no patch; it takes a person to mend it.")
    artifact = found_artifact(audited.artifact_id)
    active = artifact.active
    if active is None:
        raise Conflict(GONE)
    content = _patched(finding.patch, audited.content, active.content)
    made = checked_content(artifact, content)
    if made == active.content:
        raise Conflict(GONE)
    quote, said = finding.quote[:80], str(finding.patch.get("replacement", ""))[:80]
    with transaction.atomic():
        saved = next_version(
            artifact, made, f"Patch of {finding.rule}: “{quote}” became “{said}”.", actor,
            head=active.number if version is None else version, tags=active.tags,
        )  # fmt: skip
        if saved.number != active.number + 1:
            raise StaleVersion(f"The piece is at version {saved.number - 1} meanwhile; read it again.")
        Finding.objects.filter(pk=finding.pk).update(fixed_in=saved)
        record_campaign(
            artifact.campaign,
            "finding.applied",
            actor=actor,
            data={
                "finding": str(finding.pk),
                "artifact": str(artifact.pk),
                "version": str(saved.pk),
                "rule": finding.rule,
            },
        )
    return saved


def _found(finding_id: UUID) -> Finding:
    rows = Finding.objects.select_related("report__run", "artifact_version")
    finding = rows.filter(pk=finding_id, report__run__campaign__deleted_at=None).first()
    if finding is None:
        raise NotFound("There is no such finding.")
    return finding


def _patched(said: Mapping[str, Any], audited: Mapping[str, Any], active: Mapping[str, Any]) -> dict[str, Any]:
    """The active content with the patch; its span is that of the audited text, moved to where the text now stands."""
    patch = dict(said)
    old, new = text_at(audited, patch["path"]), text_at(active, patch["path"])
    if old is None or new is None:
        raise Conflict(GONE)
    if old != new:
        place = spans.moved(old, new, (patch["start"], patch["end"]))
        if place is None:
            raise Conflict(GONE)
        patch |= {"start": place[0], "end": place[1]}
    patch["quote"] = new[patch["start"] : patch["end"]]
    if patch["quote"] != old[said["start"] : said["end"]]:
        raise Conflict(GONE)
    done = patches.apply_patches(active, [patch])
    if not done.applied:
        raise Conflict(f"The patch cannot be applied: {'; '.join(words for _, words in done.refused)}.")
    return dict(done.content)


def fix_artifact(*, artifact_id: UUID, version: int | None = None, rounds: int = ROUNDS, actor: Actor) -> Fix:
    """All safe patches of one piece, in a loop that ends when findings stop shrinking; then a new audit."""
    artifact = found_artifact(artifact_id)
    require(actor, "fix", artifact.campaign.team_id)
    if version is not None and version != artifact.head:
        raise StaleVersion(f"The piece is at version {artifact.head}, not {version}; read it again.")
    parent = last_bundle_run(artifact.campaign_id)
    if parent is None:
        raise Conflict("There is no finished run whose rules and brief could judge this piece.")
    return _fix(parent, {artifact.slot}, rounds, actor)


def fix_run(*, run_id: UUID, rounds: int = ROUNDS, actor: Actor) -> Fix:
    """All safe patches of the pieces as they stand now, by the rules and the brief of that run; then a new audit."""
    run = Run.objects.select_related("campaign").filter(pk=run_id, campaign__deleted_at=None).first()
    if run is None:
        raise NotFound("There is no such run.")
    require(actor, "fix", run.team_id)
    return _fix(run, None, rounds, actor)


def _fix(run: Run, only: set[str] | None, rounds: int, actor: Actor) -> Fix:
    """Computed without any lock; what is stored then must still be about the versions that were read."""
    if isinstance(rounds, bool) or not 1 <= rounds <= MOST_ROUNDS:
        raise BadInput(errors={"rounds": f"Must be a whole number from 1 to {MOST_ROUNDS}."})
    if run.finished_at is None:
        raise Conflict("The run is still going on; it can be fixed when it has ended.")
    pieces = _pieces(run)
    if not pieces:
        raise Conflict("The run has no pieces to fix.")
    given: dict[str, dict[str, Any] | None] = dict.fromkeys(SLOTS)
    given |= {slot: {"content": v.content, "version": str(v.pk), "sha256": v.sha256} for slot, v in pieces.items()}
    pack = rulepacks.pinned_on(run)
    spare = waivers.sparing(run, {slot: version.pk for slot, version in pieces.items()})
    fixed = fixing.fix_pieces(run.brief, given, pack=pack, rounds=rounds, spare=spare)
    changed = {}
    for slot, content in fixed.pieces.items():
        if (only is None or slot in only) and dict(content) != pieces[slot].content:
            changed[slot] = checked_content(pieces[slot].artifact, content)
    changed = {slot: content for slot, content in changed.items() if content != pieces[slot].content}
    left = len(fixed.report["findings"])
    if not changed:
        return Fix((), tuple(fixed.rounds), fixed.stopped, left, None, fixed.spared)
    with transaction.atomic():
        made = _store(pieces, changed, actor)
        standing = {slot: str(version.pk) for slot, version in pieces.items()}
        standing |= {slot: str(version.pk) for slot, version in made.items()}
        child = audit_versions(run, standing, actor=actor)
    return Fix(tuple(made.values()), tuple(fixed.rounds), fixed.stopped, left, child, fixed.spared)


def _pieces(run: Run) -> dict[str, ArtifactVersion]:
    """What stands for the campaign's pieces now."""
    ids = current_versions(run.campaign_id, run)
    rows = ArtifactVersion.objects.select_related("artifact__campaign").filter(pk__in=ids.values())
    found = {version.artifact.slot: version for version in rows}
    return {slot: found[slot] for slot in ids if slot in found}


def _store(
    pieces: Mapping[str, ArtifactVersion], changed: Mapping[str, Mapping[str, Any]], actor: Actor
) -> dict[str, ArtifactVersion]:
    """Pieces first, in the order of their ids, then the campaign: the order of every edit by hand."""
    order = sorted(changed, key=lambda slot: str(pieces[slot].artifact_id))
    list(
        Artifact.objects.select_for_update(no_key=True)
        .filter(pk__in=[pieces[slot].artifact_id for slot in order])
        .order_by("pk")
    )
    made = {}
    for slot in order:
        old = pieces[slot]
        note = f"Safe patches applied to version {old.number}."
        made[slot] = next_version(old.artifact, changed[slot], note, actor, head=old.artifact.head, tags=old.tags)
    return made
