"""Regenerate, edit, restore, approve and reject a piece. Versions are immutable: each change is the next version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from agents.contracts import AgentRequest
from agents.invoke import check_answer
from agents.sections import sections
from campaigns import permissions
from campaigns.actions.runs import open_campaign
from campaigns.events import record_campaign
from campaigns.kinds.creative import SLOTS
from campaigns.kinds.registry import get_kind
from campaigns.models import Artifact, ArtifactVersion, Run
from campaigns.permissions import Actor
from campaigns.queries.model_keys import with_defaults
from campaigns.queries.snapshots import versions_by_slot
from campaigns.queries.verdicts import verdict_on
from campaigns.states import Mode, Purpose, Verdict
from campaigns.transitions.accept import NewRun, accept, database_now
from campaigns.transitions.pieces import content_digest
from conductor.lib.errors import BadInput, Conflict, NotFound, StaleVersion
from conductor.lib.ids import new_id
from conductor.lib.text import clean

NOTE_LENGTH = 2000
CONTENT_BYTES = 1_000_000
#: An approval on top of these needs a reason.
UNSUPPORTED = (Verdict.FAIL, Verdict.NOT_AUDITED)


#: Why a version is not approved without a word, by its verdict.
WHY_NOT: Final = {
    Verdict.FAIL: "The audit of this version fails it.",
    Verdict.NOT_AUDITED: "This version is not audited.",
    Verdict.CONDITIONAL: "The audit of this version passes it only conditionally; look at its findings.",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one piece when all that pass were to be approved; `why` says why not, "" if it is approved."""

    slot: str
    version: ArtifactVersion | None
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        version = self.version
        said = {
            "slot": self.slot,
            "artifact": str(version.artifact_id) if version else None,
            "version": str(version.pk) if version else None,
            "number": version.number if version else None,
            "sha256": version.sha256 if version else None,
        }
        return {**said, "why": self.why} if self.why else said


@dataclass(frozen=True, slots=True)
class Approvals:
    pieces: tuple[Judged, ...]

    @property
    def approved(self) -> tuple[Judged, ...]:
        return tuple(piece for piece in self.pieces if not piece.why)

    @property
    def refused(self) -> tuple[Judged, ...]:
        return tuple(piece for piece in self.pieces if piece.why)

    def as_json(self) -> dict[str, Any]:
        return {
            "approved": [piece.as_json() for piece in self.approved],
            "refused": [piece.as_json() for piece in self.refused],
        }


def found_artifact(artifact_id: UUID) -> Artifact:
    artifact = (
        Artifact.objects.select_related("campaign").filter(pk=artifact_id, campaign__deleted_at__isnull=True).first()
    )
    if artifact is None:
        raise NotFound("There is no such piece.")
    return artifact


def last_bundle_run(campaign_id: UUID) -> Run | None:
    """The latest run that ended with pieces: what a child run starts from."""
    return (
        Run.objects.filter(campaign=campaign_id, finished_at__isnull=False, versions__isnull=False)
        .order_by("-created_at")
        .first()
    )


def regenerate_artifact(*, artifact_id: UUID, note: str, section: str = "", actor: Actor) -> Run:
    """Make the next version of one piece with a note; the others stay, and a child run audits the bundle again.

    With a section, such as bodies.short, all else of the piece stays as the active version has it.
    """
    artifact = found_artifact(artifact_id)
    permissions.require(actor, "regenerate", artifact.campaign.team_id, owner_id=artifact.campaign.created_by_id)
    note = _said(note, "Say what should change.")
    with transaction.atomic():
        campaign = open_campaign(artifact.campaign_id)
        parent = last_bundle_run(campaign.pk)
        if parent is None:
            raise Conflict("There is no finished run to regenerate from; start one first.")
        inherited = current_versions(campaign.pk, parent)
        _check_section(artifact, inherited, section)
        settings = with_defaults(campaign.team_id, get_kind(campaign.kind).check_settings(campaign.settings))
        new = NewRun(
            campaign,
            parent.brief,
            settings,
            Mode.PARALLEL,
            Purpose.REGENERATE,
            parent=parent,
            artifact=artifact,
            note=note,
            section=section,
            inherited=inherited,
        )
        return accept(new, actor=actor)


def _check_section(artifact: Artifact, inherited: Mapping[str, str], section: str) -> None:
    if not section:
        return
    held = [pk for slot, pk in inherited.items() if slot == artifact.slot]
    version = ArtifactVersion.objects.filter(pk__in=held).first()
    known = sections(SLOTS[artifact.slot].role, version.content) if version else ()
    if section not in known:
        words = f"This piece has no such section; it has {', '.join(known)}." if known else "There is no piece yet."
        raise BadInput(errors={"section": [words]})


def _said(note: str, wanted: str) -> str:
    """A note in its normal form; one is required."""
    text = clean(note, "note", most=NOTE_LENGTH, lines=True)
    if not text:
        raise BadInput(errors={"note": wanted})
    return text


def current_versions(campaign_id: UUID, parent: Run) -> dict[str, str]:
    """The versions that stand for the campaign's pieces now; what the parent had where there is none."""
    bundle = versions_by_slot(parent)
    rows = Artifact.objects.filter(campaign=campaign_id, active__isnull=False).values_list("slot", "active_id")
    bundle.update({slot: str(pk) for slot, pk in rows})
    return bundle


def edit_artifact(
    *, artifact_id: UUID, version: int, content: Mapping[str, Any], note: str = "", actor: Actor
) -> ArtifactVersion:
    """Store what a person wrote as the next version. `version` is the number they edited; another is a conflict."""
    artifact = found_artifact(artifact_id)
    permissions.require(actor, "edit_artifact", artifact.campaign.team_id)
    checked = checked_content(artifact, content)
    said = clean(note, "note", most=NOTE_LENGTH, lines=True) or "Edited by hand."
    return next_version(artifact, checked, said, actor, head=version)


def checked_content(artifact: Artifact, content: Mapping[str, Any]) -> dict[str, Any]:
    """The content as the piece's role takes it, with everything that the role computes computed again."""
    if not isinstance(content, Mapping):
        raise BadInput(errors={"content": ["Must be an object."]})
    role = SLOTS[artifact.slot].role
    request = AgentRequest(
        attempt="",
        task=artifact.slot,
        role=role,
        backend="human",
        instructions="",
        inputs={"brief": artifact.campaign.brief},
    )
    return check_answer(request, content, "content")


def restore_artifact(*, artifact_id: UUID, number: int, actor: Actor) -> ArtifactVersion:
    """The content of an older version becomes the next version."""
    artifact = found_artifact(artifact_id)
    permissions.require(actor, "restore_artifact", artifact.campaign.team_id)
    old = artifact.versions.filter(number=number).first()
    if old is None:
        raise NotFound(f"This piece has no version {number}.")
    return next_version(artifact, old.content, f"Version {number} restored.", actor, tags=old.tags)


def next_version(
    artifact: Artifact, content: Mapping[str, Any], note: str, actor: Actor, *, head: int | None = None, tags: Any = ()
) -> ArtifactVersion:
    digest, size = content_digest(content)
    if size > CONTENT_BYTES:
        raise BadInput(errors={"content": [f"At most {CONTENT_BYTES} bytes; this has {size}."]}, code="too_long")
    with transaction.atomic():
        locked = Artifact.objects.select_for_update(no_key=True).get(pk=artifact.pk)
        if head is not None and head != locked.head:
            raise StaleVersion(f"The piece is at version {locked.head}, not {head}; read it again.")
        made = ArtifactVersion.objects.create(
            pk=new_id(),
            artifact=locked,
            number=locked.head + 1,
            author_id=actor.user_id,
            content=dict(content),
            tags=list(tags),
            note=note,
            sha256=digest,
            size=size,
            created_at=database_now(),
        )
        Artifact.objects.filter(pk=locked.pk).update(head=made.number, active=made, version=locked.version + 1)
        record_campaign(
            artifact.campaign,
            "artifact.versioned",
            actor=actor,
            message=note,
            data={
                "artifact": str(locked.pk),
                "version": str(made.pk),
                "number": made.number,
                "slot": locked.slot,
                "sha256": digest,
            },
        )
        return made


def approve_artifact(*, artifact_id: UUID, sha256: str, override: str = "", actor: Actor) -> Artifact:
    """Approve exactly this content: the hash named must be that of the active version. A later version voids it.

    What its last audit fails, or what was never audited, is approved only over that, with a reason.
    """
    artifact = found_artifact(artifact_id)
    permissions.require(actor, "approve", artifact.campaign.team_id)
    override = clean(override, "override", most=NOTE_LENGTH, lines=True)
    return _approve(artifact, sha256, override, UNSUPPORTED, actor)


def approve_run(*, run_id: UUID, actor: Actor) -> Approvals:
    """Approve the pieces of an ended run that their audit passes, waivers counted; the others are named with why not.

    What is approved already stays so. A piece that has another active version than the run's is not approved.
    """
    run = Run.objects.filter(pk=run_id, campaign__deleted_at=None).first()
    if run is None:
        raise NotFound("There is no such run.")
    permissions.require(actor, "approve", run.team_id)
    if run.finished_at is None:
        raise Conflict("The run is still going on; its pieces can be approved when it has ended.")
    slots = get_kind(run.kind).slots
    if not slots:
        raise Conflict("This run makes no pieces; there is nothing to approve.")
    bundle = versions_by_slot(run)
    rows = ArtifactVersion.objects.select_related("artifact__campaign", "artifact__active").defer("content")
    found = {row.artifact.slot: row for row in rows.filter(pk__in=bundle.values()).order_by("artifact_id")}
    why = {slot: _approve_passing(row, actor) for slot, row in found.items()}
    return Approvals(tuple(Judged(slot, found.get(slot), why.get(slot, "It is missing.")) for slot in slots))


def _approve_passing(version: ArtifactVersion, actor: Actor) -> str:
    """Why not, or "" where it is approved now."""
    active = version.artifact.active
    if active is None or active.pk != version.pk:
        now = f"; that is version {active.number}" if active else ""
        return f"Version {version.number} is not the active one any more{now}."
    try:
        _approve(version.artifact, version.sha256, "", tuple(WHY_NOT), actor)
    except Conflict as refused:
        return refused.message
    return ""


def _approve(
    artifact: Artifact, sha256: str, override: str, unsupported: tuple[Verdict, ...], actor: Actor
) -> Artifact:
    """`unsupported` are the verdicts that need a reason."""
    with transaction.atomic():
        locked = (
            Artifact.objects.select_for_update(no_key=True, of=("self",)).select_related("active").get(pk=artifact.pk)
        )
        if locked.active is None:
            raise Conflict("There is nothing to approve yet.")
        if locked.active.sha256 != sha256:
            raise StaleVersion("The content has changed since it was looked at; look again before approving.")
        if locked.approved_sha256 == sha256:
            return locked
        verdict = verdict_on(locked.active)
        over = override if verdict in unsupported else ""
        if verdict in unsupported and not over:
            more = " To approve it all the same, say why in `override`." if unsupported is UNSUPPORTED else ""
            raise Conflict(f"{WHY_NOT[verdict]}{more}")
        locked.approved_sha256, locked.approved_by_id, locked.approved_at = sha256, actor.user_id, database_now()
        locked.approved_over = over
        locked.save(update_fields=["approved_sha256", "approved_by", "approved_at", "approved_over"])
        record_campaign(
            artifact.campaign,
            "artifact.approved",
            actor=actor,
            message=over,
            data={"artifact": str(locked.pk), "slot": locked.slot, "sha256": sha256, "verdict": verdict, "over": over},
        )
        return locked


def reject_artifact(*, artifact_id: UUID, note: str, actor: Actor) -> Artifact:
    """Take an approval back, or say why there is none. A reason is required."""
    artifact = found_artifact(artifact_id)
    permissions.require(actor, "reject", artifact.campaign.team_id)
    note = _said(note, "Say why.")
    with transaction.atomic():
        locked = Artifact.objects.select_for_update(no_key=True).get(pk=artifact.pk)
        locked.approved_sha256, locked.approved_by_id, locked.approved_at = "", None, None
        locked.approved_over = ""
        locked.save(update_fields=["approved_sha256", "approved_by", "approved_at", "approved_over"])
        record_campaign(
            artifact.campaign,
            "artifact.rejected",
            actor=actor,
            message=note,
            data={"artifact": str(locked.pk), "slot": locked.slot, "note": note[:500]},
        )
        return locked
