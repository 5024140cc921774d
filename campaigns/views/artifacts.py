"""The page of a piece: a version and its findings, what changed between versions, and what can be done to it. Thin."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from campaigns.actions.artifacts import (
    approve_artifact,
    regenerate_artifact,
    reject_artifact,
    restore_artifact,
)
from campaigns.forms import commands as forms
from campaigns.forms.audits import ApproveOverForm
from campaigns.models import Artifact, ArtifactVersion
from campaigns.queries import diffs, waivers
from campaigns.queries.pages import artifacts as queries
from campaigns.queries.pages.spans import by_path
from campaigns.states import Verdict
from campaigns.views.findings import finding_panels
from campaigns.views.frame import PageRequest, Viewer, command, page, show
from campaigns.views.panels import Panel, carry_out
from conductor.lib.errors import NotFound

SUPPORTED = (Verdict.PASS, Verdict.CONDITIONAL)
MOST_FINDINGS = 50


@page
def artifact(request: PageRequest, artifact_id: UUID) -> HttpResponse:
    found = queries.artifact_for(request.viewer.actor, artifact_id)
    number = _number(request.GET.get("version")) or _active_number(found)
    against = _number(request.GET.get("against"))
    contents = queries.contents_of(found, *filter(None, (number, against)))
    version = contents.get(number) if number else None
    if number and version is None:
        raise NotFound(f"This piece has no version {number}.")
    report = queries.last_report_on(version) if version else None
    effect = waivers.effect(report) if report else None
    context: dict[str, Any] = {
        "artifact": found,
        "campaign": found.campaign,
        "version": version,
        "is_active": version is not None and version.pk == found.active_id,
        "approved": version is not None and version.sha256 == found.approved_sha256,
        "commands": panels(
            request.viewer, found, version, supported=effect is not None and effect.verdict in SUPPORTED
        ),
        "may_edit": found.active_id is not None and request.viewer.may("edit_artifact", found.campaign.team_id),
        "making": queries.open_child_of(found),
    }
    if version is not None:
        findings = [f for f in report.findings.all() if f.artifact_version_id == version.pk] if report else []
        team = found.campaign.team_id
        context |= {
            "report": report,
            "effect": effect,
            "findings": [
                (one, effect.waived.get(one.pk) if effect else None, finding_panels(request.viewer, one, team))
                for one in findings[:MOST_FINDINGS]
            ],
            "more_findings": max(0, len(findings) - MOST_FINDINGS),
            "marks": by_path(findings),
            "may_waive": request.viewer.may("waive", team),
        }
        if against and against in contents:
            context |= {
                "against": contents[against],
                "changes": diffs.changes(contents[against].content, version.content),
            }
    return show(request, "artifacts/detail.html", context)


def panels(
    viewer: Viewer, artifact: Artifact, version: ArtifactVersion | None, *, supported: bool = True
) -> list[Panel]:
    """What the viewer's role allows on this version; approval names the hash that is on the screen.

    An approval that the audit does not support asks for a reason.
    """
    if version is None:
        return []

    def at(name: str) -> str:
        return reverse(f"artifact-{name}", args=[artifact.pk])

    team, found = artifact.campaign.team_id, []
    active, approved = version.pk == artifact.active_id, version.sha256 == artifact.approved_sha256
    if active and not approved and viewer.may("approve", team):
        form = (forms.ApproveForm if supported else ApproveOverForm)(initial={"sha256": version.sha256})
        found.append(Panel("approve", "Approve", "badge-check", form, at("approve")))
    if active and viewer.may("reject", team):
        found.append(
            Panel("reject", "Take approval back" if approved else "Reject", "x", forms.RejectForm(), at("reject"))
        )
    if viewer.may("regenerate", team, owner_id=artifact.campaign.created_by_id):
        again = forms.RegenerateForm(sections=queries.parts(artifact, version) if active else ())
        found.append(Panel("regenerate", "Regenerate", "refresh-cw", again, at("regenerate")))
    if not active and viewer.may("restore_artifact", team):
        older = forms.RestoreVersionForm(initial={"number": version.number})
        found.append(Panel("restore", "Make this the active version", "history", older, at("restore"), strong=True))
    return found


@command
def regenerate(request: PageRequest, artifact_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.RegenerateForm(request.POST),
        lambda said: regenerate_artifact(artifact_id=artifact_id, actor=request.viewer.actor, **said),
        back=_back(artifact_id),
        done="The next version is being made in a run of its own.",
        to=lambda run: reverse("run", args=[run.pk]),
    )


@command
def approve(request: PageRequest, artifact_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        ApproveOverForm(request.POST),
        lambda said: approve_artifact(
            artifact_id=artifact_id, sha256=said["sha256"], override=said["override"], actor=request.viewer.actor
        ),
        back=_back(artifact_id),
        done="Approved, for exactly this content.",
    )


@command
def reject(request: PageRequest, artifact_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.RejectForm(request.POST),
        lambda said: reject_artifact(artifact_id=artifact_id, note=said["note"], actor=request.viewer.actor),
        back=_back(artifact_id),
        done="Rejected; the note is in the history of the campaign.",
    )


@command
def restore(request: PageRequest, artifact_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.RestoreVersionForm(request.POST),
        lambda said: restore_artifact(artifact_id=artifact_id, number=said["number"], actor=request.viewer.actor),
        back=_back(artifact_id),
        done="Its content is the active version again.",
    )


def _back(artifact_id: UUID) -> str:
    return reverse("artifact", args=[artifact_id])


def _number(said: str | None) -> int | None:
    return int(said) if said and said.isdecimal() and len(said) < 9 else None


def _active_number(artifact: Artifact) -> int | None:
    versions: list[ArtifactVersion] = artifact.all_versions  # type: ignore[attr-defined]
    return next((v.number for v in versions if v.pk == artifact.active_id), versions[0].number if versions else None)
