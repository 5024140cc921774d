"""The examples come to what they say they come to, run by the engine in this process."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from campaigns.actions.runs import start_run
from campaigns.kinds import campaign_file
from campaigns.kinds.campaign_file import CampaignFile
from campaigns.models import AuditReport, Campaign, GateResult, Merge, Run, Team
from campaigns.permissions import SYSTEM
from campaigns.states import Mode
from tests.campaigns.engine.drive import drive

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def example(name: str) -> CampaignFile:
    return campaign_file.parse((EXAMPLES / name).read_bytes())


def run_of(found: CampaignFile, repository: str = "") -> Run:
    team = Team.objects.create(name="T", slug="t")
    campaign = Campaign.objects.create(
        team=team, kind=found.kind, name=found.name, goal=found.goal, brief=found.brief, plan=found.plan,
        settings=found.settings, repository=repository,
    )  # fmt: skip
    return drive(start_run(campaign_id=campaign.pk, actor=SYSTEM))


def git(repository: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", repository, *words], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.yaml") if path.name != "brand.yaml"))
def test_every_example_can_be_read_and_states_its_outcome(name: str) -> None:
    found = example(name)
    assert found.expected["state"] == "completed"
    assert found.expected["outcome"] == "success"
    assert not found.cuts


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", Mode)
def test_the_brief_comes_to_what_it_states(mode: Mode) -> None:
    found = example("brief.yaml")
    sequential = mode == Mode.SEQUENTIAL
    run = run_of(
        CampaignFile(found.kind, found.name, brief=found.brief, settings={**found.settings, "mode": mode.value})
    )
    assert (run.state, run.outcome) == (found.expected["state"], found.expected["outcome"])
    assert run.counts.get("completed") == (6 if sequential else found.expected["tasks"]["completed"])
    assert sorted(v.artifact.slot for v in run.versions.select_related("artifact")) == found.expected["pieces"]
    reports = AuditReport.objects.filter(run=run)
    assert {(r.state, r.verdict) for r in reports} == {tuple(found.expected["audit"].values())}


@pytest.mark.django_db(transaction=True)
def test_the_coding_campaign_comes_to_what_it_states(tmp_path: Path) -> None:
    found = example("coding.yaml")
    repository = tmp_path / "repository"
    for path, content in found.repository_files.items():
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text(content)
    git(repository, "init", "-q", "-b", "main")
    git(repository, "add", ".")
    git(repository, "-c", "user.name=Demo", "-c", "user.email=demo@example.invalid", "commit", "-qm", "The shop")
    run = run_of(found, str(repository))
    expected = found.expected
    assert (run.state, run.outcome, run.errors) == (expected["state"], expected["outcome"], [])
    assert run.counts["completed"] == expected["tasks"]["completed"]
    merges = Merge.objects.filter(run=run, state="landed")
    assert merges.count() == expected["merges"]
    branch = merges.latest("created_at").branch
    for path, content in expected["files"].items():
        assert git(repository, "show", f"{branch}:{path}") == content
    proofs = GateResult.objects.filter(attempt__run=run)
    assert (proofs.count(), proofs.filter(verdict="proved").count()) == (expected["proofs"]["proved"],) * 2
    assert run.checkpoints.count() >= expected["checkpoints_at_least"]
