from __future__ import annotations

from typing import Any, cast

import pytest

from conductor.cli import follow
from conductor.cli.session import sessions_of

RUN = {"id": "r", "state": "running", "outcome": None, "tasks": {"in_progress": 1}, "last_event": 0}


class Played:
    """A door whose run tells one batch of events at each look, and is then as given."""

    poll_s = 0.0

    def __init__(self, batches: list[list[dict[str, Any]]], **end: Any) -> None:
        self.batches = batches
        self.run_ = {**RUN, **end, "last_event": sum(map(len, batches))}
        self.tended = 0

    def tend(self) -> None:
        self.tended += 1

    def events(self, run: str, after: int) -> list[dict[str, Any]]:
        return self.batches.pop(0) if self.batches else []

    def run(self, run: str) -> dict[str, Any]:
        return self.run_ if not self.batches else RUN


def event(seq: int, type_: str, **data: Any) -> dict[str, Any]:
    said = {"seq": seq, "type": type_, "data": data, "time": "2026-11-20T12:00:00.5Z", "agent": None, "message": ""}
    return {**said, "to": data.get("to"), "run": "r"}


def followed(door: Any) -> tuple[dict[str, Any], list[int]]:
    shown: list[int] = []
    run = follow.follow(door, "r", door, lambda e: shown.append(e["seq"]))
    return run, shown


def test_it_shows_every_event_once_and_stops_at_the_end() -> None:
    door = Played(
        [[event(1, "run.accepted")], [], [event(2, "task.started"), event(3, "run.completed")]], outcome="success"
    )
    run, shown = followed(door)
    assert (run["outcome"], shown) == ("success", [1, 2, 3])
    assert door.tended >= 3


def test_it_stops_where_only_a_person_can_go_on() -> None:
    for end in ({"tasks": {"waiting": 1}}, {"state": "paused"}):
        run, _ = followed(Played([[event(1, "decision.opened")]], **end))
        assert follow.exit_code(run) == 0


def test_it_stays_while_other_tasks_move() -> None:
    assert not follow.rests({**RUN, "tasks": {"waiting": 1, "ready": 1}})
    assert not follow.rests({**RUN, "tasks": {"waiting": 1, "in_progress": 1}})


def test_what_comes_after_the_end_is_shown_too() -> None:
    door = Played(
        [[event(1, "run.failed")], [event(2, "run.reopened")], [event(3, "run.completed")]], outcome="success"
    )
    assert followed(door)[1] == [1, 2, 3]


@pytest.mark.parametrize(
    ("outcome", "code"), [("success", 0), (None, 0), ("partial", 1), ("failed", 1), ("cancelled", 1)]
)
def test_only_success_and_waiting_end_well(outcome: str | None, code: int) -> None:
    assert follow.exit_code({**RUN, "outcome": outcome}) == code


def test_a_line_tells_time_type_task_and_words() -> None:
    line = follow.event_line(event(1, "task.started", key="build", number=2))
    assert line.split() == ["12:00:00", "task.started", "build", "number", "2"]


def test_sittings_are_told_from_events() -> None:
    told = sessions_of(
        [
            event(1, "session.opened", number=1, to="initializing"),
            event(2, "session.started", to="running"),
            event(3, "checkpoint.saved"),
            event(4, "session.ended", number=1, to="paused"),
            event(5, "session.opened", number=2, to="running"),
            event(6, "session.ended", number=9, to="failed"),
        ]
    )
    assert [(s["number"], s["state"], s["checkpoints"], bool(s["ended_at"])) for s in told] == [
        (1, "paused", 1, True),
        (2, "running", 0, False),
    ]


class Told:
    """A console that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, words: str = "", **_: Any) -> None:
        self.lines.append(words)

    def note(self, words: str) -> None:
        self.lines.append(words)

    def facts(self, facts: dict[str, Any]) -> None:
        self.lines += map(str, facts.values())

    def table(self, columns: Any, rows: Any, **_: Any) -> None:
        self.lines += [" ".join(map(str, row)) for row in rows]


def test_the_end_says_why_another_stood_in() -> None:
    asked = {"agent": "builtin", "instead_of": "llm:openai:gpt-x", "why": "The provider has trouble."}
    piece = {
        "slot": "copy",
        "number": 1,
        "size": 9,
        "sha256": "a",
        "made_by": {**asked, "replayed": False, "person": ""},
    }
    end = {"stage": "completed", "number": 1, "progress": {"percent": 100, "proved_percent": 0}, "errors": []}
    told = Told()
    run = {**RUN, **end, "metrics": {"total_ms": 1}, "budget": None, "artifacts": [piece], "audit": None}
    follow.tell_end(cast(Any, told), run)
    words = "copy: made by the built-in maker, since the model openai:gpt-x could not: The provider has trouble."
    assert words in told.lines


def test_the_end_says_who_made_what_and_keeps_opinions_apart() -> None:
    made_by = {"agent": "llm:openai:gpt-x", "instead_of": "", "why": "", "replayed": False, "person": ""}
    piece = {"slot": "copy", "number": 1, "size": 9, "sha256": "a", "made_by": made_by}
    audit = {
        "verdict": "fail",
        "score": 41.0,
        "effective": {"verdict": "conditional", "score": 70.0, "waived": 1, "until": None},
        "opinions": [{"scope": "bundle", "by": "llm:openai:gpt-x", "text": "Flawless.", "score": 100.0}],
        "no_opinion": [{"scope": "bundle", "why": "The model gave no opinion: it was slow."}],
    }
    end = {"stage": "failed", "number": 1, "progress": {"percent": 100, "proved_percent": 0}, "errors": []}
    told = Told()
    run = {**RUN, **end, "metrics": {"total_ms": 1}, "budget": None, "artifacts": [piece], "audit": audit}
    follow.tell_end(cast(Any, told), run)
    assert "copy 1 9 bytes a the model openai:gpt-x" in told.lines
    verdict = told.lines.index("\nAudit: fail, score 41.")
    assert told.lines[verdict + 1 : verdict + 4] == [
        "With 1 waived: conditional.",
        "An opinion, which changes nothing, of the model openai:gpt-x: Flawless.",
        "The model gave no opinion: it was slow.",
    ]
