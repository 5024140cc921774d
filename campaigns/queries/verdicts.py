"""What is known of one version: its last audit, the findings about it, the verdict that holds now. Never writes."""

from __future__ import annotations

from campaigns.models import ArtifactVersion, AuditReport
from campaigns.queries import waivers
from campaigns.states import AuditState, Verdict


def last_report(version: ArtifactVersion) -> AuditReport | None:
    """The last audit that read this version and was done."""
    rows = AuditReport.objects.filter(versions=version, state=AuditState.DONE).select_related("run__campaign")
    return rows.prefetch_related("findings").order_by("-created_at", "-pk").first()


def verdict_on(version: ArtifactVersion) -> Verdict:
    """The verdict of that audit with the waivers that hold now; not audited where there is none."""
    report = last_report(version)
    return Verdict.NOT_AUDITED if report is None else Verdict(waivers.effect(report).verdict)
