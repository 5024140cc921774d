from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from campaigns.kinds import campaign_file
from conductor.cli.demo.expectations import Facts, differences
from conductor.embedded import paths

RUN: dict[str, Any] = {
    "state": "completed",
    "outcome": "success",
    "stage": "completed",
    "tasks": {"completed": 4},
    "artifacts": [{"slot": "copy"}, {"slot": "visual_concept"}],
    "audit": {"state": "done", "verdict": "pass"},
}
EVENTS = [{"type": "merge.landed"}, {"type": "run.completed"}]


def facts(**given: Any) -> Facts:
    return Facts(**{"run": RUN, "events": EVENTS, "evidence": [{"verdict": "proved"}], "checkpoints": [{}], **given})


SOUND: dict[str, Any] = {
    "state": "completed",
    "outcome": "success",
    "tasks": {"completed": 4},
    "pieces": ["visual_concept", "copy"],
    "audit": {"verdict": "pass"},
    "merges": 1,
    "proofs": {"proved": 1},
    "checkpoints_at_least": 1,
}


def test_what_is_as_stated_has_no_difference() -> None:
    assert differences(SOUND, facts()) == []


@pytest.mark.parametrize(
    "stated",
    [
        {"state": "failed"},
        {"tasks": {"completed": 5}},
        {"pieces": ["copy"]},
        {"audit": {"verdict": "fail"}},
        {"merges": 2},
        {"proofs": {"proved": 1, "refuted": 1}},
        {"checkpoints_at_least": 2},
        {"files": {"a": "b"}},
        {"wishes": 3},
        {},
    ],
)
def test_what_is_not_as_stated_is_told(stated: dict[str, Any]) -> None:
    assert len(differences(stated, facts())) == 1


def test_files_are_read_from_the_branch(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    (tmp_path / "a.txt").write_text("here\n")
    for words in (["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *words], check=True)
    found = facts(repository=tmp_path, branch="main")
    assert differences({"files": {"a.txt": "here\n"}}, found) == []
    assert differences({"files": {"a.txt": "there", "b.txt": "x"}}, found) != []


@pytest.mark.parametrize("name", ["brief.yaml", "coding.yaml"])
def test_every_statement_of_the_examples_can_be_checked(name: str) -> None:
    stated = campaign_file.parse((paths.PROJECT / "examples" / name).read_bytes()).expected
    assert stated
    assert not [said for said in differences(stated, facts()) if "nobody knows" in said]
