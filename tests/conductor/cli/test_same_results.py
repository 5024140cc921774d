"""The examples come to the same results whichever way they are given: by page, by API, by command line."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from campaigns.forms.briefs import initial_of
from campaigns.kinds import campaign_file
from campaigns.kinds.campaign_file import CampaignFile
from campaigns.models import ArtifactVersion, AuditReport, GateResult, Merge, Run, Team
from campaigns.states import Mode, Role
from tests.campaigns.engine.drive import drive
from tests.conductor.cli.conftest import Conductor
from tests.factories import make_member, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sound")]

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def example(name: str) -> CampaignFile:
    return campaign_file.parse((EXAMPLES / name).read_bytes())


@pytest.fixture
def author(home_team: Team) -> User:
    return make_member(home_team, make_user("author"), Role.AUTHOR).user


def by_page(author: User, found: CampaignFile, mode: Mode) -> Run:
    visitor = Client()
    visitor.force_login(author)
    said = initial_of(
        name=found.name, team_id=UUID(int=0), brief=found.brief, settings=found.settings, version=None
    ) | {"mode": mode.value, "team": "", "then": "run"}
    answer = visitor.post(reverse("brief-new"), {name: value for name, value in said.items() if value is not None})
    assert answer.status_code == 302, answer.content.decode()
    return drive(Run.objects.get(pk=answer["Location"].rstrip("/").rpartition("/")[2]))


def by_api(author: User, body: dict[str, Any], choices: dict[str, Any]) -> Run:
    client = APIClient()
    client.force_authenticate(author)
    filed = client.post("/api/v1/campaigns/", body)
    assert filed.status_code == 201, filed.content
    started = client.post(f"/api/v1/campaigns/{filed.json()['id']}/runs/", choices)
    assert started.status_code == 202, started.content
    return drive(Run.objects.get(pk=started.json()["id"]))


def by_command(conductor: Conductor, *words: str) -> Run:
    said = conductor(*words, "--json")
    assert said.code == 0, said.err
    return Run.objects.get(pk=said.json["id"])


def pieces(run: Run) -> dict[str, str]:
    assert run.state == "completed"
    return dict(ArtifactVersion.objects.filter(run=run).values_list("artifact__slot", "sha256"))


def verdicts(run: Run) -> list[tuple[Any, ...]]:
    reports = AuditReport.objects.filter(run=run).order_by("scope")
    return [(report.scope, report.verdict, report.score, len(report.pieces)) for report in reports]


@pytest.mark.parametrize("mode", Mode)
def test_the_brief_gives_the_same_pieces_by_page_api_and_command_line(
    conductor: Conductor, author: User, mode: Mode
) -> None:
    found = example("brief.yaml")
    body = {"kind": "creative", "name": found.name, "brief": found.brief, "settings": found.settings}
    runs = [
        by_page(author, found, mode),
        by_api(author, body, {"mode": mode.value}),
        by_command(conductor, "brief", "run", str(EXAMPLES / "brief.yaml"), "--mode", mode.value),
    ]
    first, *others = map(pieces, runs)
    assert set(first) == {"copy", "short_copy", "visual_concept"}
    assert others == [first, first]
    assert [verdicts(run) for run in runs] == [verdicts(runs[0])] * 3


def test_another_seed_gives_other_pieces(author: User) -> None:
    found = example("brief.yaml")
    body = {"kind": "creative", "brief": found.brief}
    one, other = (by_api(author, {**body, "settings": {"seed": seed}}, {}) for seed in (1, 2))
    assert pieces(one)["copy"] != pieces(other)["copy"]


def made(place: Path, found: CampaignFile) -> str:
    """The repository of the example at `place`, the same commit each time."""
    for path, content in found.repository_files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(content)
    name = ["-c", "user.name=Demo", "-c", "user.email=demo@example.invalid"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], [*name, "commit", "-qm", "The shop"]):
        subprocess.run(["git", "-C", place, *words], check=True)
    return str(place)


def landed(run: Run) -> str:
    """The tree of the run's branch: what all its files are, whoever committed them and when."""
    assert run.state == "completed"
    branch = Merge.objects.filter(run=run, state="landed").latest("created_at").branch
    words = ["git", "-C", run.campaign.repository, "rev-parse", f"{branch}^{{tree}}"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def proofs(run: Run) -> list[tuple[Any, ...]]:
    rows = GateResult.objects.filter(attempt__run=run).order_by("criterion__task__key", "criterion__position")
    return list(rows.values_list("criterion__task__key", "verdict", "exit_code", "output_hash"))


def test_the_coding_campaign_gives_the_same_files_by_api_and_command_line(
    conductor: Conductor, author: User, tmp_path: Path
) -> None:
    found = example("coding.yaml")
    body = {"kind": "coding", "goal": found.goal, "plan": found.plan, "settings": found.settings}
    run = by_api(author, {**body, "repository": made(tmp_path / "api", found)}, {})
    plan = shutil.copy(EXAMPLES / "coding.yaml", tmp_path)
    other = by_command(conductor, "campaign", "run", "--plan", plan, "--repo", str(tmp_path / "command"))
    assert landed(run) == landed(other)
    assert proofs(run) == proofs(other) != []
