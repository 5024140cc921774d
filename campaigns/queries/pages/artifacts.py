"""A piece with its versions, and an audit report in its context. Scoped first; never writes."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch

from agents.sections import section_title, sections
from campaigns.kinds.creative import SLOTS
from campaigns.models import Artifact, ArtifactVersion, AuditReport, Finding, Run
from campaigns.permissions import Actor, visible_teams
from campaigns.queries.makers import with_makers
from campaigns.states import RUN_OPEN
from conductor.lib.errors import NotFound


def artifact_for(actor: Actor, artifact_id: UUID) -> Artifact:
    """The piece with its campaign and all its versions, without their contents; newest first."""
    rows = with_makers(ArtifactVersion.objects.defer("content", "tags").select_related("run", "author"))
    versions = rows.order_by("-number")
    found = (
        Artifact.objects.filter(
            pk=artifact_id, campaign__team__in=visible_teams(actor), campaign__deleted_at__isnull=True
        )
        .select_related("campaign", "approved_by")
        .defer("campaign__brief", "campaign__plan")
        .prefetch_related(Prefetch("versions", queryset=versions, to_attr="all_versions"))
        .first()
    )
    if found is None:
        raise NotFound("There is no such piece.")
    return found


def version_for(actor: Actor, version_id: UUID) -> ArtifactVersion:
    found = (
        ArtifactVersion.objects.select_related("artifact")
        .filter(
            pk=version_id,
            artifact__campaign__team__in=visible_teams(actor),
            artifact__campaign__deleted_at__isnull=True,
        )
        .first()
    )
    if found is None:
        raise NotFound("There is no such version.")
    return found


def contents_of(artifact: Artifact, *numbers: int) -> dict[int, ArtifactVersion]:
    rows = ArtifactVersion.objects.filter(artifact=artifact, number__in=numbers)
    return {version.number: version for version in rows}


def newest_of(artifact_id: UUID) -> ArtifactVersion:
    """The version that stands last, with its content, as of now."""
    return ArtifactVersion.objects.filter(artifact=artifact_id).order_by("-number")[:1].get()


def last_report_on(version: ArtifactVersion) -> AuditReport | None:
    """The last audit that read this version, with its findings."""
    rows = AuditReport.objects.select_related("run").prefetch_related("findings").filter(versions=version)
    return rows.defer("run__brief", "run__settings").order_by("-created_at").first()


def open_child_of(artifact: Artifact) -> Run | None:
    """The run that is making this piece anew, if there is one."""
    return Run.objects.filter(artifact=artifact, state__in=RUN_OPEN).first()


def report_for(actor: Actor, report_id: UUID) -> AuditReport:
    """The report with its findings and the contents they quote."""
    findings = Finding.objects.select_related("artifact_version__artifact").order_by("position")
    found = (
        AuditReport.objects.filter(
            pk=report_id, run__team__in=visible_teams(actor), run__campaign__deleted_at__isnull=True
        )
        .select_related("run__campaign", "task")
        .prefetch_related(Prefetch("findings", queryset=findings), "versions__artifact")
        .first()
    )
    if found is None:
        raise NotFound("There is no such report.")
    return found


def parts(artifact: Artifact, version: ArtifactVersion) -> list[tuple[str, str]]:
    """The sections of the version that can be made alone, each with its title."""
    return [(name, section_title(name)) for name in sections(SLOTS[artifact.slot].role, version.content)]
