"""Ask for an audit after the fact: by a person, or by the witness where one is still owed."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from campaigns import permissions
from campaigns.actions.artifacts import current_versions
from campaigns.actions.runs import locked_campaign
from campaigns.kinds.registry import get_kind
from campaigns.models import AuditReport, Run
from campaigns.permissions import Actor
from campaigns.queries.model_keys import with_defaults
from campaigns.queries.snapshots import versions_by_slot
from campaigns.states import AuditState, Mode, Purpose
from campaigns.transitions.accept import NewRun, accept
from campaigns.transitions.pieces import fail_audits
from campaigns.transitions.unit import run_unit
from conductor.lib.errors import Conflict, NotFound


def request_audit(*, run_id: UUID, actor: Actor) -> Run:
    """Audit the bundle of an ended run in a child run. Conflict while the run, or such a child of it, is going on."""
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound("There is no such run.")
    permissions.require(actor, "audit", run.team_id)
    return audit_versions(run, versions_by_slot(run) or current_versions(run.campaign_id, run), actor=actor)


def audit_versions(run: Run, versions: Mapping[str, str], *, actor: Actor) -> Run:
    """A child run that audits these versions (ids by slot) by the brief and the rules of that run."""
    with transaction.atomic():
        campaign = locked_campaign(run.campaign_id)
        if run.finished_at is None:
            raise Conflict("The run is still going on; it will be audited at its end.")
        if run.children.filter(purpose=Purpose.AUDIT, finished_at__isnull=True).exists():
            raise Conflict("An audit of this run is already going on.", code="already_running")
        if not versions:
            raise Conflict("The run has no pieces to audit.")
        settings = with_defaults(campaign.team_id, get_kind(campaign.kind).check_settings(campaign.settings))
        new = NewRun(campaign, run.brief, settings, Mode.PARALLEL, Purpose.AUDIT, parent=run, inherited=versions)
        child = accept(new, actor=actor)
        with run_unit(run.pk, actor) as u:
            u.event("post.audit_started", data={"run": str(child.pk)})
        return child


def give_up_audit(*, run_id: UUID, actor: Actor) -> None:
    """The audit that a run still owed could not be made in all tries: it has failed, until a person asks for it."""
    with run_unit(run_id, actor) as u:
        if u.run.audit_pending:
            u.set(audit_pending=False)
            fail_audits(u)


def close_owed_audit(*, run_id: UUID, actor: Actor) -> None:
    """The audit that a run still owed has been made by a child run: nothing is pending any more."""
    with run_unit(run_id, actor) as u:
        if not u.run.audit_pending or u.run.finished_at is None:
            return
        late = AuditReport.objects.filter(run__parent=run_id, run__created_at__gt=u.run.finished_at)
        made = late.filter(state=AuditState.DONE).order_by("-finished_at").first()
        if made is None:
            return
        u.set(audit_pending=False)
        u.run.audits.filter(state=AuditState.PENDING).delete()
        u.event(
            "post.audit_done",
            message=f"Verdict: {made.verdict.replace('_', ' ')}.",
            data={"report": str(made.pk), "run": str(made.run_id), "verdict": made.verdict},
        )
