"""Histories that earlier releases recorded are replayed by the present state machine to the same end."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest

from campaigns.queries.invariants.fold import Born, Told, fold
from tests.campaigns.queries.histories.record import FOLDER

RECORDED = sorted(FOLDER.glob("*.json"))


def test_there_are_histories() -> None:
    assert len(RECORDED) >= 8


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_a_recorded_history_still_ends_as_it_did(file: Path) -> None:
    told = json.loads(file.read_text())
    events = [
        Told(seq, type_, state, stage, old, new, UUID(task) if task else None, UUID(attempt) if attempt else None, data)
        for seq, type_, state, stage, old, new, task, attempt, data in told["events"]
    ]
    found = fold(events, {UUID(pk): Born(key, carried) for pk, key, carried, _ in told["tasks"]})
    assert found.faults == []
    assert found.after_end == []
    assert found.run == told["run"]
    assert found.tasks == {UUID(pk): state for pk, _, _, state in told["tasks"]}
