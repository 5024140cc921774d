"""Coding tasks that print secrets, nest folders without end, or name files in bytes that are no text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from campaigns.actions.runs import start_run
from campaigns.kinds.plan_file import read
from campaigns.models import Attempt, Campaign, GateResult, Run, Team
from campaigns.permissions import SYSTEM
from tests.campaigns.engine.drive import drive

pytestmark = pytest.mark.django_db(transaction=True)

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
    clones = Path(settings.CONDUCTOR_HOME) / "clones"
    before = set(clones.iterdir()) if clones.exists() else set()  # tests that kill workers leave some in this home
    run = one_task(repository, "python3", "-c", f"import os\nos.chdir({place!r})\n{DEEP}")
    assert run.state in ("failed", "completed")
    assert Attempt.objects.get(run=run).error.get("code") != "internal"
    assert set(clones.iterdir()) <= before


def test_names_of_files_that_are_no_text_are_told_as_text(repository: Path) -> None:
    run = one_task(repository, "python3", "-c", ODD_NAMES)
    assert run.state == "completed", run.errors
