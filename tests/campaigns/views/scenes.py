"""Whole situations for the pages to show, made of factory rows: what a browser would find in a team at work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from campaigns.actions.brands import copy_starter, publish_brand, revise_brand
from campaigns.models import Artifact, ArtifactVersion, AuditReport, Brand, Campaign, Run, Task, Team
from campaigns.permissions import SYSTEM
from campaigns.states import Role, RunState, TaskState
from tests import factories as make

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 500" width="400" height="500">'
    '<rect width="400" height="500" fill="#2F3E8F"/><circle cx="300" cy="160" r="90" fill="#F4B942"/>'
    '<text x="30" y="330" fill="#FFFFFF" font-size="40" font-family="sans-serif">Larkspur spring</text></svg>'
)
COPY: dict[str, Any] = {
    "headlines": [
        {"text": "Guaranteed fresh coffee, every Tuesday", "construction": "claim"},
        {"text": "Three farms, one spring box", "construction": "number"},
        {"text": "Coffee with a name on the bag", "construction": "fact"},
    ],
    "bodies": [
        {
            "length": length,
            "text": f"The box brings three coffees. A {length} text.\n\nPause at any time.",
            "words": 18,
            "note": "",
        }
        for length in ("short", "medium", "long")
    ],
    "calls_to_action": [{"text": "Order the spring box"}, {"text": "Try one month"}, {"text": "Meet the farms"}],
    "tone_note": "Warm and plain.",
    "language": "en",
    "warnings": [],
}
SHORT: dict[str, Any] = {
    "platforms": [
        {
            "platform": name,
            "limit": limit,
            "posts": [
                {
                    "text": f"Post {n} on {name}: roasted on Tuesdays. #Larkspur",
                    "hashtags": ["#Larkspur"],
                    "note": "",
                    "characters": 48 if n else limit + 12,
                    "over_limit": not n,
                }
                for n in range(3)
            ],
        }
        for name, limit in (("linkedin", 3000), ("twitter", 280))
    ],
    "language": "en",
    "warnings": ["Twitter/X: the price did not fit."],
}
VISUAL: dict[str, Any] = {
    "concepts": [
        {
            "name": name,
            "theme": "Spring on one page",
            "mood": "calm",
            "headline": "Larkspur spring",
            "call_to_action": "Order the box",
            "fine_print": ["Prices include VAT."],
            "palette": [
                {"role": "background", "hex": "#2F3E8F", "source": "brand"},
                {"role": "text", "hex": "#FFFFFF", "source": "derived"},
                {"role": "accent", "hex": "#F4B942", "source": "brand"},
            ],
            "layout": {
                "name": "Split",
                "zones": [
                    {"name": "headline", "x": 0, "y": 0, "width": 1, "height": 0.4},
                    {"name": "call_to_action", "x": 0, "y": 0.5, "width": 1, "height": 0.2},
                ],
            },
            "typography": {"headline": "Grotesk", "body": "Serif", "note": ""},
            "image_prompt": "A table in the morning sun.",
            "alt_text": "A blue poster with a yellow sun and the words Larkspur spring.",
            "svg": SVG,
            "contrast": 9.4,
            "posters": [],
        }
        for name in ("Morning table", "Three bags")
    ],
    "language": "en",
    "warnings": [],
}
PIECES = {"copy": COPY, "short_copy": SHORT, "visual_concept": VISUAL}
ROLES = {"copy": "copywriting", "short_copy": "short_copy", "visual_concept": "visual_concept"}


@dataclass
class Scene:
    """One team, one member, one run and what belongs to it."""

    team: Team
    user: User
    campaign: Campaign
    run: Run
    tasks: dict[str, Task]
    versions: dict[str, ArtifactVersion]
    report: AuditReport | None = None

    @property
    def artifact(self) -> Artifact:
        return self.versions["copy"].artifact


def team_of_one(role: Role = Role.ADMIN, username: str = "") -> tuple[Team, User]:
    team, user = make.make_team(), make.make_user(username)
    make.make_member(team, user, role)
    return team, user


def brand(team: Team) -> Brand:
    """A published brand with a draft that differs, used by a campaign."""
    made = publish_brand(brand_id=copy_starter(team_id=team.pk, actor=SYSTEM).pk, actor=SYSTEM)
    changes = {
        "voice": {"tone": "warm, plain, dry", "adjectives": ["warm", "plain", "dry-humoured"]},
        "claims": [{"claim": "Shops in the pilot filled 12 more hours a week.", "proof": ""}],
        "palette": [
            {"name": "Night ink", "hex": "#2b3a67", "role": "background"},
            {"name": "Slate", "hex": "#5c6784", "role": "text"},
            {"name": "Paper", "hex": "#f5f1e8"},
            {"name": "Ember", "hex": "#b8401a", "role": "primary"},
        ],
    }
    revise_brand(brand_id=made.pk, version=made.version, changes=changes, actor=SYSTEM)
    make.make_campaign(team, brand=made)
    made.refresh_from_db()
    return made


def creative_run(
    team: Team,
    user: User,
    state: RunState = RunState.COMPLETED,
    *,
    failed: tuple[str, ...] = (),
    made: tuple[str, ...] | None = None,
) -> Scene:
    """A creative run in which some pieces are made, some failed; with its audit where it ended well."""
    now = timezone.now()
    campaign = make.make_campaign(team, name="Larkspur spring box", created_by=user)
    ended = state in (RunState.COMPLETED, RunState.PARTIALLY_COMPLETED, RunState.FAILED, RunState.CANCELLED)
    run = make.make_run(
        campaign,
        state,
        stage=state.value if ended else "generating_copy",
        created_at=now - timedelta(seconds=42),
        first_version_at=now - timedelta(seconds=30),
        finished_at=now - timedelta(seconds=5) if ended else None,
        outcome={"completed": "success", "partially_completed": "partial"}.get(state.value),
    )
    scene = Scene(team, user, campaign, run, {}, {})
    done = tuple(slot for slot in PIECES if slot not in failed) if made is None else made
    for slot, content in PIECES.items():
        task_state = (
            TaskState.FAILED if slot in failed else TaskState.COMPLETED if slot in done else TaskState.IN_PROGRESS
        )
        error = (
            {"code": "agent_timeout", "message": "The agent took longer than its limit.", "kind": "transient"}
            if slot in failed
            else None
        )
        task = make.make_task(
            run, slot, task_state, role=ROLES[slot], slot=slot, started_at=run.created_at, error=error
        )
        scene.tasks[slot] = task
        make.make_event(run, "task.started", task_id=task.pk, agent=ROLES[slot], data={"key": slot})
        artifact = make.make_artifact(campaign, slot)
        if slot in done:
            scene.versions[slot] = make.make_version(artifact, content, run)
    if ended:
        _audit(scene)
    return scene


def _audit(scene: Scene) -> None:
    scene.tasks["audit"] = make.make_task(scene.run, "audit", TaskState.COMPLETED, role="audit")
    scene.report = make.make_report(scene.run, list(scene.versions.values()))
    if version := scene.versions.get("copy"):
        make.make_finding(scene.report, version, path="headlines[0].text", start=0, end=10, quote="Guaranteed")
    make.make_event(scene.run, "audit.done", message="Verdict: conditional.")


def coding_run(team: Team, user: User, state: RunState = RunState.RUNNING, tasks: int = 12) -> Scene:
    """A coding run with two domains, evidence, a failed task and one that waits for a person."""
    campaign = make.make_campaign(
        team,
        kind="coding",
        name="Tidy the parser",
        goal="Every test passes.",
        created_by=user,
        repository="/srv/parser",
    )
    run = make.make_run(campaign, state, created_at=timezone.now() - timedelta(minutes=18))
    scene = Scene(team, user, campaign, run, {}, {})
    domains = [make.make_domain(run, name, branch=f"conductor/1/{name}") for name in ("parser", "docs")]
    states = [TaskState.COMPLETED, TaskState.FAILED, TaskState.WAITING, TaskState.IN_PROGRESS, TaskState.READY]
    before = None
    for number in range(tasks):
        task_state = states[number] if number < len(states) else TaskState.PENDING
        error = (
            {"code": "gate_failed", "message": "pytest ended with 1", "kind": "retriable"}
            if task_state == TaskState.FAILED
            else None
        )
        task = make.make_task(
            run,
            f"step-{number + 1}",
            task_state,
            domain=domains[number % 2],
            backend=["shell"],
            max_attempts=3,
            error=error,
            description="Make it pass.\nKeep the public names.",
            started_at=run.created_at if number < 4 else None,
        )
        if before is not None:
            make.make_need(task, before)
        criterion = make.make_criterion(task)
        if task_state in (TaskState.COMPLETED, TaskState.FAILED):
            good = task_state == TaskState.COMPLETED
            attempt = make.make_attempt(
                task, "succeeded" if good else "failed", finished_at=timezone.now(), error=error
            )
            make.make_evidence(criterion, attempt, "proved" if good else "refuted", exit_code=0 if good else 1)
        scene.tasks[task.key] = before = task
    if "step-3" in scene.tasks:
        make.make_decision(
            run,
            scene.tasks["step-3"],
            question="Which of the two names shall stay?",
            details={"names": ["parse", "read"]},
        )
    make.make_checkpoint(run, 1, reason="Before the rename", completed=1, git_commit="c" * 40)
    make.make_session(run, state="paused" if state == RunState.PAUSED else "running")
    make.make_event(run, "run.started")
    return scene
