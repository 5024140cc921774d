from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from campaigns.actions.runs import start_run
from campaigns.kinds.plan_file import parse, read
from campaigns.models import Attempt, Campaign, GateResult, LedgerEntry, Merge, Run, Team
from campaigns.permissions import SYSTEM
from tests.campaigns.engine.drive import drive

pytestmark = pytest.mark.django_db(transaction=True)

PLAN = """
version: 1
goal: Write two files
tasks:
  - key: a
    title: Write a
    command: ["sh", "-c", "echo a > a.txt"]
    exit:
      - {check: file_exists, path: a.txt}
  - key: b
    title: Write b
    command: ["sh", "-c", "echo b > b.txt"]
  - key: c
    title: Join
    needs: [a, b]
    command: ["sh", "-c", "cat a.txt b.txt > c.txt"]
    exit:
      - {check: command, command: ["grep", "-q", "b", "c.txt"]}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    place = tmp_path / "repo"
    subprocess.run(["git", "init", "-q", "-b", "main", place], check=True)
    (place / "README").write_text("hello\n")
    subprocess.run(["git", "-C", place, "add", "."], check=True)
    subprocess.run(
        ["git", "-C", place, "-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "one"], check=True
    )
    return place


def start(repository: Path, plan: str = PLAN) -> Run:
    team = Team.objects.create(name="T", slug="t")
    campaign = Campaign.objects.create(
        team=team, kind="coding", name="x", goal="g", repository=str(repository), plan=parse(plan)
    )
    return start_run(campaign_id=campaign.pk, actor=SYSTEM)


def git(repository: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", repository, *words], capture_output=True, text=True, check=True).stdout


def test_tasks_land_on_the_runs_branch_and_it_is_published(repository: Path) -> None:
    run = drive(start(repository))
    assert (run.state, run.outcome) == ("completed", "success")
    branch = Merge.objects.filter(run=run).latest("created_at").branch
    assert git(repository, "show", f"{branch}:c.txt") == "a\nb\n"
    assert git(repository, "status", "--porcelain") == ""


def test_exit_criteria_leave_evidence_on_the_tree(repository: Path) -> None:
    run = drive(start(repository))
    proofs = GateResult.objects.filter(attempt__run=run)
    assert {p.verdict for p in proofs} == {"proved"}
    assert all(p.tree_hash and p.output_hash for p in proofs)


def test_a_refuted_gate_fails_the_task_and_blocks_what_needs_it(repository: Path) -> None:
    plan = PLAN.replace("path: a.txt", "path: never.txt").replace(
        "title: Write a", "title: Write a\n    max_attempts: 1"
    )
    run = drive(start(repository, plan))
    assert (run.state, run.outcome) == ("partially_completed", "partial")
    assert set(run.tasks.values_list("key", "state")) == {("a", "failed"), ("b", "completed"), ("c", "blocked")}
    assert not Merge.objects.filter(attempt__task__key="a").exists()


def test_a_sandboxed_command_reaches_its_model_only_through_the_broker(repository: Path) -> None:
    asks = (
        "import http.client, json, os, socket\n"
        "s = socket.socket(socket.AF_UNIX); s.connect('/run/broker.sock')\n"
        "c = http.client.HTTPConnection('broker'); c.sock = s\n"
        "body = json.dumps({'call': 1, 'max_micros': 500, 'request': {'inputs': {'output': {'said': 'hello'}}}})\n"
        "c.request('POST', '/v1/call', body, {'Authorization': 'Bearer ' + os.environ['CONDUCTOR_BROKER_TOKEN']})\n"
        "open('said.txt', 'w').write(json.loads(c.getresponse().read())['response']['said'])\n"
    )
    task = {"key": "ask", "command": ["python3", "-c", asks], "inputs": {"model": "builtin"}, "max_attempts": 1}
    plan = read({"version": 1, "tasks": [task]})
    team = Team.objects.create(name="T", slug="t")
    campaign = Campaign.objects.create(
        team=team, kind="coding", name="x", goal="g", repository=str(repository), plan=plan
    )
    run = drive(start_run(campaign_id=campaign.pk, actor=SYSTEM))
    assert run.state == "completed", run.errors
    branch = Merge.objects.get(run=run).branch
    assert git(repository, "show", f"{branch}:said.txt") == "hello"
    assert [e.kind for e in LedgerEntry.objects.filter(run=run).order_by("created_at", "kind")].count("reserve") == 1


SECRET = "sk-" + "a1B2" * 8


@pytest.mark.parametrize("wanted", [0, 1])
def test_a_secret_that_a_gate_prints_is_in_no_evidence(repository: Path, wanted: int) -> None:
    words = f"echo {SECRET}; echo password=hunter2-of-mine; exit {wanted}"
    plan = {
        "version": 1,
        "tasks": [
            {
                "key": "a",
                "command": ["true"],
                "max_attempts": 1,
                "exit": [{"check": "command", "command": ["sh", "-c", words]}],
            }
        ],
    }
    team = Team.objects.create(name="T", slug="t")
    campaign = Campaign.objects.create(
        team=team, kind="coding", name="x", goal="g", repository=str(repository), plan=read(plan)
    )
    run = drive(start_run(campaign_id=campaign.pk, actor=SYSTEM))
    proof = GateResult.objects.get(attempt__run=run)
    assert proof.output.count("[redacted]") == 2
    assert "a1B2" not in f"{proof.output} {proof.message} {proof.command}"
    assert "hunter2" not in f"{proof.output} {proof.message} {proof.command}"


def one_task(repository: Path, *argv: str) -> Run:
    team = Team.objects.create(name="T", slug="t")
    plan = read({"version": 1, "tasks": [{"key": "a", "command": list(argv), "max_attempts": 1}]})
    campaign = Campaign.objects.create(
        team=team, kind="coding", name="x", goal="g", repository=str(repository), plan=plan
    )
    return drive(start_run(campaign_id=campaign.pk, actor=SYSTEM))


DEEP = "import os\nfor _ in range(3000):\n    os.mkdir('d'); os.chdir('d')\n"
ODD_NAMES = """
for name in (b"\\xff", b"a\\nb", b"\\xed\\xa0\\x80", "\\u202eevil".encode()):
    open(name, "w").close()
"""


@pytest.mark.parametrize("place", [".", ".git", ".git/refs", ".git/objects"])
def test_endless_folders_fail_the_attempt_and_leave_no_clone(repository: Path, settings: Any, place: str) -> None:
    run = one_task(repository, "python3", "-c", f"import os\nos.chdir({place!r})\n{DEEP}")
    assert run.state in ("failed", "completed")
    assert Attempt.objects.get(run=run).error.get("code") != "internal"
    assert list((Path(settings.CONDUCTOR_HOME) / "clones").iterdir()) == []


def test_names_of_files_that_are_no_text_are_told_as_text(repository: Path) -> None:
    run = one_task(repository, "python3", "-c", ODD_NAMES)
    assert run.state == "completed", run.errors
