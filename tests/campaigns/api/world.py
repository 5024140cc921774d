"""Makes one row of every noun the API shows, mostly by really running a campaign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from campaigns.actions.brands import create_brand
from campaigns.actions.budgets import set_budget
from campaigns.actions.campaigns import file_campaign
from campaigns.actions.checkpoints import save_checkpoint
from campaigns.actions.model_keys import add_key, revoke_key
from campaigns.actions.rulepacks import save_pack
from campaigns.actions.runs import start_run
from campaigns.actions.tokens import create_token
from campaigns.actions.waivers import waive_finding
from campaigns.models import (
    Artifact,
    ArtifactVersion,
    Attempt,
    AuditReport,
    Brand,
    Budget,
    Campaign,
    Checkpoint,
    Criterion,
    Decision,
    Finding,
    GateResult,
    LedgerEntry,
    ModelKey,
    RulePack,
    Run,
    Task,
    Token,
    Waiver,
)
from campaigns.permissions import SYSTEM
from conductor.lib.ids import new_id
from tests.campaigns.engine.drive import drive
from tests.campaigns.people import People
from tests.factories import make_brand_data

BRIEF: dict[str, Any] = {
    "objective": "Win 500 trial sign-ups in May",
    "audience": "Founders of small shops",
    "product": "Larkspur, a booking tool for small shops. It costs 9 USD a month.",
    "tone": "warm",
    "key_messages": ["Set up in ten minutes", "No card needed"],
    "constraints": {"prohibited_terms": ["guaranteed"], "required_terms": ["Larkspur"]},
    "platforms": ["linkedin", "instagram"],
}
PLAN: dict[str, Any] = {
    "tasks": [
        {"key": "first", "title": "First", "command": ["true"], "domain": "api"},
        {"key": "second", "title": "Second", "command": ["true"], "needs": ["first"]},
    ]
}
PACK = """
schema: 1
name: spring
version: 1.0.0
extends: [house]
rules:
  - id: spring.no-cheap
    family: prohibited_terms
    severity: high
    category: compliance
    why: We never call it cheap.
    advice: Say what it costs.
    options: {terms: [cheap]}
"""


@dataclass(frozen=True)
class World:
    people: People
    creative: Campaign
    coding: Campaign
    run: Run
    open_run: Run
    task: Task
    artifact: Artifact
    version: ArtifactVersion
    audit: AuditReport
    finding: Finding
    checkpoint: Checkpoint
    budget: Budget
    brand: Brand
    entry: LedgerEntry
    decision: Decision
    evidence: GateResult
    token: Token
    model_key: ModelKey
    pack: RulePack
    waiver: Waiver

    def ids(self) -> dict[str, str]:
        """What stands for `<uuid:pk>` in the routes of each resource."""
        rows = {
            "campaigns": self.creative, "runs": self.run, "tasks": self.task, "artifacts": self.artifact,
            "versions": self.version, "audits": self.audit, "findings": self.finding, "checkpoints": self.checkpoint,
            "budgets": self.budget, "decisions": self.decision, "teams": self.people.team, "tokens": self.token,
            "model-keys": self.model_key, "brands": self.brand,
            "rule-packs": self.pack, "waivers": self.waiver,
        }  # fmt: skip
        return {name: str(row.pk) for name, row in rows.items()}


def make_world(people: People) -> World:
    creative = file_campaign(
        team_id=people.team.pk, kind="creative", name="Spring", brief=BRIEF, actor=people.actor("author")
    )
    run = drive(start_run(campaign_id=creative.pk, actor=people.actor("author")))
    coding = file_campaign(
        team_id=people.team.pk, kind="coding", name="Refit", goal="Refit", repository="/srv/repository", plan=PLAN,
        actor=people.actor("author"),
    )  # fmt: skip
    open_run = start_run(campaign_id=coding.pk, actor=people.actor("author"))
    task = Task.objects.get(run=open_run, key="first")
    artifact = Artifact.objects.get(campaign=creative, slot="copy")
    report = AuditReport.objects.get(run=run)
    version = ArtifactVersion.objects.get(artifact=artifact)
    budget = set_budget(scope="run", object_id=open_run.pk, limit=None, actor=SYSTEM)
    attempt = Attempt.objects.filter(run=run).order_by("pk")[0]
    finding = _finding(report, version)
    return World(
        people=people, creative=creative, coding=coding, run=run, open_run=open_run, task=task, artifact=artifact,
        version=version, audit=report, finding=finding,
        checkpoint=save_checkpoint(run_id=open_run.pk, reason="before", actor=SYSTEM), budget=budget,
        brand=create_brand(team_id=people.team.pk, data=make_brand_data("Nightjar"), actor=people.actor("author")),
        entry=LedgerEntry.objects.create(
            budget=budget, run=open_run, call_key="x:1", kind="reserve", micros=1_250_000, created_at=timezone.now()
        ),
        decision=Decision.objects.create(
            team=people.team, run=open_run, kind="checkpoint", question="Go on?", options=["continue", "cancel"],
            created_at=timezone.now(),
        ),
        evidence=_evidence(task, attempt),
        pack=save_pack(team_id=people.team.pk, source=PACK, actor=people.actor("author")).pack,
        waiver=waive_finding(
            finding_id=finding.pk, reason="Known.", expires_at=timezone.now() + timedelta(days=9), scope="campaign",
            actor=people.actor("reviewer"),
        ),
        token=create_token(
            user_id=people.users["admin"].pk, name="ci", days=1, scope="read", actor=people.actor("admin")
        )[0],
        model_key=_gone(people),
    )  # fmt: skip


def _gone(people: People) -> ModelKey:
    """A key that was revoked: it is seen, and a test of it calls nobody."""
    key = add_key(team_id=people.team.pk, provider="openai", secret="sk-of-the-world-0123456789", actor=SYSTEM)
    return revoke_key(key_id=key.pk, actor=SYSTEM)


def _finding(report: AuditReport, version: ArtifactVersion) -> Finding:
    return Finding.objects.create(
        pk=new_id(), report=report, position=900, artifact_version=version, slot="copy", rule="test.rule",
        severity="low", category="clarity", path="headlines[0].text", start=0, end=3, quote="Win", why="Because.",
    )  # fmt: skip


def _evidence(task: Task, attempt: Attempt) -> GateResult:
    criterion = Criterion.objects.create(task=task, phase="exit", title="It runs", check_kind="command", spec={})
    return GateResult.objects.create(
        criterion=criterion, attempt=attempt, verdict="proved", command=["true"], exit_code=0, output_hash="0" * 64,
        duration_ms=5, created_at=timezone.now(),
    )  # fmt: skip
