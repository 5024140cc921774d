from __future__ import annotations

from typing import Any

import pytest

from conductor.cli import finding
from conductor.lib.errors import BadInput, ConductorError, NotFound

A = "01a1f8d5-0000-7000-8000-00000000aaaa"
B = "01a1f8d5-0000-7000-8000-00001111bbbb"
C = "01a1f8d5-0000-7000-8000-00002222bbbb"
CAMPAIGN = "01a1f8d5-0000-7000-8000-00003333cccc"


class Shelf:
    """A door with three runs; the newest first."""

    def __init__(self) -> None:
        self.rows = [
            {"id": C, "kind": "creative", "campaign": CAMPAIGN},
            {"id": B, "kind": "coding", "campaign": CAMPAIGN},
            {"id": A, "kind": "coding", "campaign": A},
        ]

    def runs(self, **filters: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if all(row[name] == said for name, said in filters.items())]

    def run(self, run: str) -> dict[str, Any]:
        found = [row for row in self.rows if row["id"] == run]
        if not found:
            raise ConductorError(code="not_found")
        return found[0]

    def checkpoints(self, run: str) -> list[dict[str, Any]]:
        return [] if run == C else [{"id": A, "number": 1}, {"id": B, "number": 2}]

    def tasks(self, run: str) -> list[dict[str, Any]]:
        return [{"id": A, "key": "build"}, {"id": B, "key": "test"}]

    def task(self, task: str) -> dict[str, Any]:
        return {"id": task}

    def decisions(self, **filters: str) -> list[dict[str, Any]]:
        return [{"id": A}]


@pytest.fixture
def shelf() -> Any:
    return Shelf()


@pytest.mark.parametrize(
    ("said", "kind", "found"),
    [
        ("", "", C),
        ("", "coding", B),
        (A, "", A),
        (A.upper(), "", A),
        ("aaaa", "", A),
        ("1111-bbbb", "", B),
        ("cccc", "", C),
        (CAMPAIGN, "", C),
    ],
)
def test_a_run_is_found_by_what_people_say(shelf: Any, said: str, kind: str, found: str) -> None:
    assert finding.run_of(shelf, said, kind=kind)["id"] == found


def test_what_fits_several_is_refused_with_their_ids(shelf: Any) -> None:
    with pytest.raises(BadInput, match=r"1111bbbb|2222bbbb"):
        finding.run_of(shelf, "bbbb")


@pytest.mark.parametrize("said", ["dddd", "abc", "no such", "../..", "%", "01a1f8d5-0000-7000-8000-000000000000"])
def test_what_fits_nothing_is_not_found(shelf: Any, said: str) -> None:
    with pytest.raises(NotFound):
        finding.run_of(shelf, said)


def test_other_faults_of_the_door_are_not_hidden(shelf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(run: str) -> None:
        raise ConductorError(code="not_allowed")

    monkeypatch.setattr(shelf, "run", refuse)
    with pytest.raises(ConductorError) as refused:
        finding.run_of(shelf, A)
    assert refused.value.code == "not_allowed"


def test_without_any_run_it_says_so(shelf: Any) -> None:
    shelf.rows = []
    with pytest.raises(NotFound, match="no coding run yet"):
        finding.run_of(shelf, "", kind="coding")


def test_a_checkpoint_is_found_by_number_or_id_else_the_latest(shelf: Any) -> None:
    run = {"id": A}
    assert finding.checkpoint_of(shelf, run, "")["number"] == 2
    assert finding.checkpoint_of(shelf, run, "1")["number"] == 1
    assert finding.checkpoint_of(shelf, run, "aaaa")["number"] == 1
    for said in ("3", "cccc"):
        with pytest.raises(NotFound):
            finding.checkpoint_of(shelf, run, said)
    with pytest.raises(NotFound, match="no checkpoint"):
        finding.checkpoint_of(shelf, {"id": C}, "")


def test_a_task_is_found_by_key_or_id(shelf: Any) -> None:
    assert finding.task_of(shelf, "", "test")["id"] == B
    assert finding.task_of(shelf, "", "aaaa")["id"] == A
    assert finding.task_of(shelf, "", C)["id"] == C
    with pytest.raises(NotFound):
        finding.task_of(shelf, "", "deploy")


def test_a_decision_is_found_among_the_open_ones(shelf: Any) -> None:
    assert finding.decision_of(shelf, "aaaa") == A
    assert finding.decision_of(shelf, B) == B
    with pytest.raises(NotFound):
        finding.decision_of(shelf, "bbbb")
