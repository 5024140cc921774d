"""What people do about findings: apply a patch, fix all that is safe, let one stand, take that back. Thin."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse

from campaigns.actions.findings import Fix, apply_finding, fix_run
from campaigns.actions.waivers import revoke_waiver, waive_finding
from campaigns.forms import audits as forms
from campaigns.models import Finding
from campaigns.queries.pages import audits as queries
from campaigns.queries.pages import runs as run_queries
from campaigns.views.frame import PageRequest, Viewer, command, form_page, show
from campaigns.views.panels import Panel, carry_out
from conductor.lib.errors import NotAllowed


def finding_panels(viewer: Viewer, finding: Finding, team_id: UUID) -> list[Panel]:
    """One button where there is a patch that nobody has applied yet."""
    if not finding.patch or finding.fixed_in_id or not viewer.may("edit_artifact", team_id):
        return []
    action = reverse("finding-apply", args=[finding.pk])
    about = f"“{finding.quote[:60]}”" if finding.quote else finding.rule
    return [Panel(f"apply-{finding.pk}", "Apply", "check", forms.ApplyForm(), action, quiet=True, about=about)]


@command
def apply(request: PageRequest, finding_id: UUID) -> HttpResponse:
    finding = queries.finding_for(request.viewer.actor, finding_id)
    return carry_out(
        request,
        forms.ApplyForm(request.POST),
        lambda _: apply_finding(finding_id=finding_id, actor=request.viewer.actor),
        back=_back(finding),
        done="The patch is in the next version of the piece. It has not been audited yet.",
        to=lambda made: reverse("artifact", args=[made.artifact_id]),
    )


@form_page
def waive(request: PageRequest, finding_id: UUID) -> HttpResponse:
    finding = queries.finding_for(request.viewer.actor, finding_id)
    if not request.viewer.may("waive", finding.report.run.team_id):
        raise NotAllowed("This needs the role reviewer in the team.")
    if request.method != "POST":
        scope = "finding" if finding.artifact_version else "campaign"
        form = forms.WaiveForm(initial={"scope": scope})
        return show(
            request,
            "audits/waive.html",
            {"form": form, "action": request.path, "back": _back(finding), "finding": finding},
        )
    form = forms.WaiveForm(request.POST)
    return carry_out(
        request,
        form,
        lambda said: waive_finding(
            finding_id=finding_id,
            reason=said["reason"],
            expires_at=form.until(),
            scope=said["scope"] or "finding",
            actor=request.viewer.actor,
        ),
        back=_back(finding),
        done="It is waived until that day, and stays visible.",
    )


@command
def revoke(request: PageRequest, waiver_id: UUID) -> HttpResponse:
    waiver = queries.waiver_for(request.viewer.actor, waiver_id)
    back = _back(waiver.finding) if waiver.finding else reverse("campaigns")
    return carry_out(
        request,
        forms.RevokeWaiverForm(request.POST),
        lambda _: revoke_waiver(waiver_id=waiver_id, actor=request.viewer.actor),
        back=back,
        done="What it covered counts again.",
    )


@command
def fix(request: PageRequest, run_id: UUID) -> HttpResponse:
    run_queries.run_for(request.viewer.actor, run_id)
    back = reverse("run", args=[run_id])

    def to(done: Fix) -> str:
        return reverse("run", args=[done.run.pk]) if done.run else back

    def act(_: object) -> Fix:
        done = fix_run(run_id=run_id, actor=request.viewer.actor)
        if not done.versions:
            messages.warning(request, _fixed(done))
        return done

    def said(done: Fix) -> str:
        return _fixed(done) if done.versions else ""

    return carry_out(request, forms.FixForm(request.POST), act, back=back, done=said, to=to)


def _fixed(done: Fix) -> str:
    """Which pieces were patched, and what was left on purpose."""
    pieces = ", ".join(version.artifact.slot.replace("_", " ") for version in done.versions)
    said = f"Patched: {pieces}. The new versions are being audited." if pieces else "Nothing could be patched safely."
    left = f" {done.waived} waived finding{'' if done.waived == 1 else 's'} stayed." if done.waived else ""
    return f"{said}{left}"


def _back(finding: Finding) -> str:
    """Where the finding stands in its report."""
    page = queries.page_with(finding)
    asked = f"?page={page}" if page > 1 else ""
    return f"{reverse('audit', args=[finding.report_id])}{asked}#finding-{finding.pk}"
