"""A team's rule pack, pieces with known faults, and reports about them: what the tests of audits share."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta

from django.utils import timezone

from campaigns.actions.artifacts import edit_artifact
from campaigns.actions.audits import audit_versions, request_audit
from campaigns.actions.rulepacks import publish_pack, save_pack
from campaigns.actions.runs import start_run
from campaigns.kinds.creative import SLOTS
from campaigns.models import Artifact, ArtifactVersion, AuditReport, Finding, RulePack, Run, Team
from campaigns.permissions import SYSTEM, Actor
from tests.campaigns.engine.drive import drive
from tests.factories import make_campaign

CHEAP = """
  - id: spring.no-cheap
    family: prohibited_terms
    severity: high
    category: compliance
    why: We never call it cheap.
    advice: Say what it costs.
    options: {terms: [cheap], replacements: {cheap: good value}}
"""
DEADLY = """
  - id: spring.no-poison
    family: prohibited_terms
    severity: critical
    category: risk
    why: It would be a lie.
    advice: Leave it out.
    options: {terms: [poison]}
"""


def pack_text(version: str = "1.0.0", *, name: str = "spring", rules: str = CHEAP + DEADLY, house: bool = True) -> str:
    head = (
        "extends: [house]"
        if house
        else "weights: {compliance: 1}\npenalties: {low: 1, medium: 2, high: 3, critical: 9}"
    )
    return f"schema: 1\nname: {name}\nversion: {version}\n{head}\nrules:{rules}"


def published(team: Team, text: str = "", actor: Actor = SYSTEM) -> RulePack:
    saved = save_pack(team_id=team.pk, source=text or pack_text(), actor=actor)
    return publish_pack(pack_id=saved.pack_id, number=saved.number, force=True, reason="No tests yet.", actor=actor)


def soon(days: float = 30) -> datetime:
    return timezone.now() + timedelta(days=days)


def made_run(team: Team, pack: str = "spring") -> Run:
    """A brief that was run to its end by that pack, with its audit; the pack is published first."""
    if pack == "spring" and not RulePack.objects.filter(team=team, name=pack).exists():
        published(team)
    campaign = make_campaign(team, settings={"pack": pack})
    return drive(start_run(campaign_id=campaign.pk, actor=SYSTEM))


def piece(run: Run, slot: str = "copy") -> Artifact:
    return Artifact.objects.select_related("active", "campaign").get(campaign=run.campaign_id, slot=slot)


def active(run: Run, slot: str = "copy") -> ArtifactVersion:
    found = piece(run, slot).active
    assert found is not None
    return found


def headline(run: Run) -> str:
    return str(active(run).content["headlines"][0]["text"])


def say(run: Run, text: str, *, actor: Actor = SYSTEM) -> ArtifactVersion:
    """The first headline of the copy, written by hand."""
    content = deepcopy(active(run).content)
    content["headlines"][0]["text"] = text
    return edit_artifact(artifact_id=piece(run).pk, version=piece(run).head, content=content, actor=actor)


def audited(run: Run) -> AuditReport:
    """The pieces as they stand, audited by the run's rules in a child run."""
    standing = {slot: str(active(run, slot).pk) for slot in SLOTS}
    child = drive(audit_versions(run, standing, actor=SYSTEM))
    return AuditReport.objects.select_related("run").get(run=child)


def faulty(run: Run, text: str = "A cheap box of Larkspur", rule: str = "no-cheap", actor: Actor = SYSTEM) -> Finding:
    """A headline that breaks a rule of the pack, an audit, and the finding about it."""
    say(run, text, actor=actor)
    return audited(run).findings.get(rule=f"spring.{rule}", path="headlines[0].text")


def again(run: Run) -> AuditReport:
    """The bundle of the run audited once more, in a child run."""
    return AuditReport.objects.get(run=drive(request_audit(run_id=run.pk, actor=SYSTEM)))
