"""Campaigns for fault tests: a brief of which the agents are scripted, graphs of scripted tasks, a repository."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from campaigns.actions.runs import start_run
from campaigns.kinds.plan_file import read
from campaigns.models import Campaign, Run, Team
from campaigns.permissions import SYSTEM
from tests.factories import BRIEF

_numbers = itertools.count(1)


def team() -> Team:
    return Team.objects.get_or_create(slug="faults", defaults={"name": "Faults"})[0]


def task(key: str, *needs: str, script: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A scripted task; without a script of its own it plays what the recording says (`Started.script`)."""
    said: dict[str, Any] = {"key": key, "backend": ["scripted"], "needs": list(needs), **more}
    if script is not None:
        said["inputs"] = {"script": dict(script)}
    return said


def graph(*tasks: Mapping[str, Any], **settings: Any) -> Campaign:
    """A coding campaign without a repository: nothing but a graph. Up to three at once, unless said otherwise."""
    plan = read({"version": 1, "goal": "Prove it", "tasks": [dict(one) for one in tasks]})
    settings = {"max_workers": 3, "checkpoint_every": 0, **settings}
    name = f"Graph {next(_numbers)}"
    return Campaign.objects.create(team=team(), kind="coding", name=name, goal="g", plan=plan, settings=settings)


def brief(**agents: Sequence[str]) -> Campaign:
    """A creative campaign; `agents` replaces the built-in ones of some pieces."""
    settings = {"agents": {slot: list(spec) for slot, spec in agents.items()}} if agents else {}
    return Campaign.objects.create(
        team=team(), kind="creative", name=f"Brief {next(_numbers)}", brief=BRIEF, settings=settings
    )


def coding(repository: Path, *tasks: Mapping[str, Any], **settings: Any) -> Campaign:
    """A coding campaign that works in clones of a real repository."""
    plan = read({"version": 1, "goal": "Write files", "tasks": [dict(one) for one in tasks]})
    return Campaign.objects.create(
        team=team(), kind="coding", name=f"Code {next(_numbers)}", goal="g", repository=str(repository), plan=plan,
        settings=settings,
    )  # fmt: skip


def start(campaign: Campaign) -> Run:
    return start_run(campaign_id=campaign.pk, actor=SYSTEM)


def make_repository(place: Path) -> Path:
    """A repository with one commit on `main`."""
    git(None, "init", "-q", "-b", "main", str(place))
    (place / "README").write_text("hello\n")
    git(place, "add", ".")
    git(place, "-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "one")
    return place


def git(place: Path | None, *words: str) -> str:
    where = ["-C", str(place)] if place else []
    return subprocess.run(["git", *where, *words], capture_output=True, text=True, check=True).stdout
