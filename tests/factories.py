"""One row per call, with sound values for whatever a test does not name. Nothing implicit: no parents, no side effects.

For states that the engine itself reaches, drive the engine; these rows are for looking at and for refusals.
"""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from agents.auditing.rulepacks import pack_digest
from campaigns.kinds.rulepacks import shipped
from campaigns.models import (
    Artifact,
    ArtifactVersion,
    Attempt,
    AuditReport,
    Campaign,
    Checkpoint,
    Criterion,
    Decision,
    Dependency,
    Domain,
    Event,
    Finding,
    GateResult,
    Membership,
    RulePack,
    RulePackVersion,
    Run,
    Service,
    Session,
    Task,
    Team,
    Waiver,
    Worker,
)
from campaigns.queries.waivers import seen
from campaigns.states import CampaignState, Role, RunState, TaskState
from conductor.lib.ids import canonical_json, content_hash, new_id, sha256_hex

PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)

BRIEF: dict[str, Any] = {
    "schema": 1,
    "objective": "Bring 2,000 new subscribers by 30 April.",
    "audience": "People who brew at home.",
    "product": "The Larkspur coffee box: three coffees of 250 g for 29 euros a month.",
    "tone": "warm, plain",
    "key_messages": ["Roasted on Tuesdays."],
    "constraints": {
        "max_words": None,
        "prohibited_terms": ["guaranteed"],
        "required_terms": ["Larkspur"],
        "disclaimers": [],
    },
    "brand": {"name": "Larkspur", "adjectives": ["honest"], "palette": ["#2F3E8F"], "guidelines": ""},
    "platforms": ["linkedin", "twitter"],
    "language": "en",
    "mode": None,
}


def make_brand_data(name: str = "Larkspur", **parts: Any) -> dict[str, Any]:
    """A brand that may be published, as people give it."""
    return {"name": name, "voice": {"tone": "warm, plain", "adjectives": ["dependable"]}, **parts}


def make_team(name: str = "") -> Team:
    number = next(_numbers)
    return Team.objects.create(name=name or f"Team {number}", slug=f"team-{number}")


def make_user(username: str = "", **fields: Any) -> User:
    return User.objects.create_user(username or f"user{next(_numbers)}", password=PASSWORD, **fields)


def make_member(team: Team, user: User, role: Role = Role.ADMIN) -> Membership:
    return Membership.objects.create(team=team, user=user, role=role.value)


def make_campaign(team: Team, **fields: Any) -> Campaign:
    """A whole creative brief, unless said otherwise."""
    said: dict[str, Any] = {
        "kind": "creative",
        "name": f"Campaign {next(_numbers)}",
        "state": CampaignState.ACTIVE.value,
    }
    said |= {"brief": BRIEF} if fields.get("kind", "creative") == "creative" else {}
    said |= fields
    return Campaign.objects.create(team=team, brief_hash=content_hash(said.get("brief") or {}), **said)


def make_run(campaign: Campaign, state: RunState = RunState.RUNNING, **fields: Any) -> Run:
    now = timezone.now()
    Campaign.objects.filter(pk=campaign.pk).update(runs_count=campaign.runs_count + 1)
    campaign.refresh_from_db()
    said: dict[str, Any] = {
        "number": campaign.runs_count,
        "kind": campaign.kind,
        "brief": campaign.brief,
        "created_at": now,
        "started_at": now,
        "updated_at": now,
        "deadline_at": now + timedelta(days=1),
    }
    return Run.objects.create(campaign=campaign, team=campaign.team, state=state.value, **(said | fields))


def make_session(run: Run, **fields: Any) -> Session:
    said: dict[str, Any] = {"number": 1, "state": "running", "started_at": run.created_at}
    return Session.objects.create(run=run, **(said | fields))


def make_task(run: Run, key: str = "", state: TaskState = TaskState.PENDING, **fields: Any) -> Task:
    """Counted in the run's own counters, as the turn would have done."""
    number = next(_numbers)
    said: dict[str, Any] = {"title": key.replace("_", " ").capitalize() or f"Task {number}", "role": "worker"}
    said |= {"backend": ["builtin"], "position": number}
    run.counts[state.value] = run.counts.get(state.value, 0) + 1
    run.save(update_fields=["counts"])
    return Task.objects.create(run=run, key=key or f"task-{number}", state=state.value, **(said | fields))


def make_need(task: Task, needs: Task, requires: str = "success") -> Dependency:
    return Dependency.objects.create(task=task, needs=needs, requires=requires)


def make_attempt(task: Task, state: str = "running", **fields: Any) -> Attempt:
    now = timezone.now()
    said: dict[str, Any] = {
        "number": task.attempts + 1,
        "fence": task.fence + 1,
        "lease_until": now + timedelta(seconds=30),
    }
    said |= {"limit_at": now + timedelta(minutes=5), "started_at": now, "spec": task.backend[0]}
    Task.objects.filter(pk=task.pk).update(attempts=said["number"], fence=said["fence"])
    task.refresh_from_db()
    return Attempt.objects.create(task=task, run=task.run, state=state, **(said | fields))


def make_artifact(campaign: Campaign, slot: str = "copy", **fields: Any) -> Artifact:
    return Artifact.objects.create(campaign=campaign, slot=slot, created_at=timezone.now(), **fields)


def make_version(artifact: Artifact, content: dict[str, Any], run: Run | None = None, **fields: Any) -> ArtifactVersion:
    """The next version; it becomes the active one."""
    text = canonical_json(content)
    said: dict[str, Any] = {"number": artifact.head + 1, "created_at": timezone.now()}
    said |= {"sha256": sha256_hex(text), "size": len(text.encode())}
    version = ArtifactVersion.objects.create(artifact=artifact, content=content, run=run, **(said | fields))
    artifact.head, artifact.active = version.number, version
    artifact.save(update_fields=["head", "active"])
    return version


def make_report(run: Run, versions: list[ArtifactVersion], **fields: Any) -> AuditReport:
    now = timezone.now()
    said: dict[str, Any] = {
        "state": "done",
        "verdict": "conditional",
        "score": 76.0,
        "pack": "house",
        "pack_version": "1",
    }
    said |= {"created_at": now, "finished_at": now}
    said |= {"pieces": {v.artifact.slot: {"version": str(v.pk), "sha256": v.sha256} for v in versions}}
    said |= {
        "categories": {
            "clarity": {"score": 90.0, "weight": 2, "findings": 0},
            "risk": {"score": 48.0, "weight": 1, "findings": 1},
        }
    }
    report = AuditReport.objects.create(run=run, **(said | fields))
    report.versions.set(versions)
    return report


def make_finding(report: AuditReport, version: ArtifactVersion | None = None, **fields: Any) -> Finding:
    said: dict[str, Any] = {
        "position": next(_numbers),
        "rule": "terms.prohibited",
        "severity": "high",
        "category": "risk",
    }
    said |= {"why": "The brief forbids this term.", "slot": version.artifact.slot if version else "copy"}
    return Finding.objects.create(report=report, artifact_version=version, **(said | fields))


def make_waiver(finding: Finding, **fields: Any) -> Waiver:
    """Of this finding, for its campaign."""
    run, now = finding.report.run, timezone.now()
    facts = seen(finding, run.campaign_id)
    said: dict[str, Any] = {"team": run.team, "campaign": run.campaign, "finding": finding, "scope": "campaign"}
    said |= {"rule": finding.rule, "fingerprint": facts.fingerprint, "severity": finding.severity}
    said |= {"reason": "The founder's own words.", "approved_by": "reviewer", "created_at": now}
    return Waiver.objects.create(**(said | {"expires_at": now + timedelta(days=30)} | fields))


def make_pack(team: Team, name: str = "spring", **fields: Any) -> RulePack:
    """A draft with one version."""
    now = timezone.now()
    data = {**shipped()["house"].data, "name": name, "version": "1.0.0"}
    pack = RulePack.objects.create(team=team, name=name, head=1, created_at=now)
    said: dict[str, Any] = {"number": 1, "version": "1.0.0", "source": f"name: {name}\n", "data": data}
    said |= {"sha256": pack_digest(data), "created_at": now}
    RulePackVersion.objects.create(pack=pack, **(said | fields))
    return pack


def make_event(run: Run, type_: str = "task.ready", **fields: Any) -> Event:
    run.last_event_seq += 1
    run.save(update_fields=["last_event_seq"])
    said: dict[str, Any] = {"time": timezone.now(), "actor": "system", "campaign_id": run.campaign_id}
    return Event.objects.create(stream="run", stream_id=run.pk, seq=run.last_event_seq, type=type_, **(said | fields))


def make_decision(run: Run, task: Task | None = None, **fields: Any) -> Decision:
    said: dict[str, Any] = {"kind": "task" if task else "checkpoint", "question": "Shall it go on?"}
    said |= {"created_at": timezone.now(), "options": [] if task else ["continue", "cancel"]}
    return Decision.objects.create(team=run.team, run=run, task=task, **(said | fields))


def make_domain(run: Run, name: str = "backend", **fields: Any) -> Domain:
    return Domain.objects.create(run=run, name=name, position=next(_numbers), **fields)


def make_criterion(task: Task, title: str = "The tests pass", **fields: Any) -> Criterion:
    said: dict[str, Any] = {"phase": "exit", "check_kind": "command", "spec": {"command": ["pytest"]}}
    return Criterion.objects.create(task=task, title=title, **(said | fields))


def make_evidence(criterion: Criterion, attempt: Attempt, verdict: str = "proved", **fields: Any) -> GateResult:
    said: dict[str, Any] = {"command": ["pytest", "-q"], "exit_code": 0, "output": "3 passed\n", "duration_ms": 1200}
    said |= {"output_hash": sha256_hex("3 passed\n"), "tree_hash": "a" * 40, "created_at": timezone.now()}
    return GateResult.objects.create(criterion=criterion, attempt=attempt, verdict=verdict, **(said | fields))


def make_checkpoint(run: Run, number: int = 1, **fields: Any) -> Checkpoint:
    said: dict[str, Any] = {
        "at_seq": run.last_event_seq,
        "cause": "manual",
        "payload": "{}",
        "digest": sha256_hex("{}"),
    }
    said |= {"mac": "0" * 64, "created_at": timezone.now()}
    return Checkpoint.objects.create(run=run, number=number, **(said | fields))


def make_worker(queue: str = "short", beat_at: datetime | None = None, **fields: Any) -> Worker:
    now = timezone.now()
    said: dict[str, Any] = {"host": "host", "pid": next(_numbers), "started_at": now, "beat_at": beat_at or now}
    return Worker.objects.create(pk=new_id(), queue=queue, **(said | fields))


def make_witness(beat_at: datetime | None = None) -> Service:
    now = timezone.now()
    return Service.objects.create(
        name="witness", host="host", pid=next(_numbers), started_at=now, beat_at=beat_at or now
    )
