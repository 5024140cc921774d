from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from campaigns.queries.invariants.fold import Born, History, Told, fold
from conductor.lib.ids import new_id

TASK, OTHER, ATTEMPT = new_id(), new_id(), new_id()
TASKS = {TASK: Born("a"), OTHER: Born("b")}
AT_WORK = "in_progress"


class Story:
    """Events of a run, written short: the run's state and the numbers are kept along."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.run = ""
        self.tell("run.accepted", "", "queued")
        self.tell("session.opened", "", "initializing", data={"number": 1})

    def tell(
        self,
        type_: str,
        old: str = "",
        new: str = "",
        *,
        task: UUID | None = None,
        attempt: UUID | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> Story:
        if type_.startswith("run."):
            self.run = new
        self.told.append(Told(len(self.told) + 1, type_, self.run, "", old, new, task, attempt, data or {}))
        return self

    def started(self) -> Story:
        self.tell("task.ready", "", "ready", task=TASK).tell("run.started", "queued", "running")
        self.tell("session.started", "initializing", "running")
        return self.tell("task.started", "ready", "in_progress", task=TASK, attempt=ATTEMPT)

    def fold(self, **kwargs: Any) -> History:
        return fold(self.told, TASKS, **kwargs)


def finished() -> Story:
    story = Story().started()
    story.tell("task.completed", "in_progress", "completed", task=TASK, attempt=ATTEMPT, data={"attempt": "succeeded"})
    story.tell("task.blocked", "pending", "blocked", task=OTHER)
    story.tell("session.ended", "running", "completed", data={"number": 1})
    return story.tell("run.completed", "running", "completed")


def test_a_sound_history_folds_to_its_states_without_a_fault() -> None:
    found = finished().fold()
    assert found.faults == []
    assert (found.run, found.tasks, found.attempts, found.sessions) == (
        "completed",
        {TASK: "completed", OTHER: "blocked"},
        {ATTEMPT: "succeeded"},
        {1: "completed"},
    )
    assert (found.ends, found.reopened, found.after_end) == (1, 0, [])


def test_carried_tasks_are_completed_without_an_event() -> None:
    assert fold(Story().told, {TASK: Born("a", carried=True)}).tasks == {TASK: "completed"}


def test_tasks_that_growth_adds_are_born_when_it_says_so() -> None:
    story = Story().tell("run.started", "queued", "running")
    story.tell("task.ready", "", "ready", task=OTHER).tell("graph.grown", data={"added": ["b"]})
    found = story.fold()
    assert (found.faults, found.tasks[OTHER], found.grown) == ([], "ready", True)


def test_a_cancellation_of_all_counts_only_tasks_that_were_born() -> None:
    story = Story().tell("run.started", "queued", "running")
    story.tell("tasks.cancelled", "", "cancelled", data={"count": 1})
    story.tell("task.ready", "", "ready", task=OTHER).tell("graph.grown", data={"added": ["b"]})
    found = story.fold()
    assert (found.faults, found.tasks) == ([], {TASK: "cancelled", OTHER: "ready"})


@pytest.mark.parametrize(
    ("story", "words"),
    [
        (Story().tell("run.vanished", "queued", "running"), "unknown type"),
        (Story().tell("run.started", "paused", "running"), "was queued"),
        (finished().tell("run.reopened", "completed", "running"), "not allowed"),
        (Story().tell("run.started", "queued", "failed"), "this type does not"),
        (Story().tell("task.ready", "", "ready", task=new_id()), "does not have"),
        (Story().tell("task.completed", "in_progress", "completed", task=TASK), "was pending"),
        (Story().started().tell("task.started", AT_WORK, AT_WORK, task=OTHER, attempt=ATTEMPT), "had started"),
        (
            Story().started().tell("task.completed", AT_WORK, "completed", task=TASK, data={"attempt": "succeeded"}),
            "never started",
        ),
        (Story().tell("tasks.cancelled", "", "cancelled", data={"count": 5}), "2 had not started"),
        (Story().tell("session.opened", "", "running", data={"number": 2}), "session 1 was the last"),
        (Story().tell("session.opened", "", "running", data={"number": 7}), "opens session 7"),
        (Story().tell("decision.answered", "open", "answered", data={"decision": "d"}), "was not there"),
        (Story().tell("merge.landed", "intended", "landed", data={"merge": "m"}), "was not there"),
        (Story().tell("graph.grown", data={"added": ["z"]}), "no task of the run"),
    ],
)  # fmt: skip
def test_what_cannot_have_happened_is_a_fault(story: Story, words: str) -> None:
    assert any(words in fault for fault in story.fold().faults)


def test_an_event_that_names_another_state_of_the_run_is_a_fault() -> None:
    story = Story()
    story.told.append(Told(3, "task.ready", "running", "", "", "ready", TASK))
    assert story.fold().faults == ["event 3 (task.ready) says that the run is running, but it was queued"]


def test_only_declared_events_follow_the_end() -> None:
    story = finished().tell("post.edited", data={"what": "x"}).tell("artifact.versioned")
    assert story.fold().after_end == ["event 12 (artifact.versioned)"]


def test_a_reopened_run_ends_again() -> None:
    story = Story().started().tell("session.ended", "running", "failed", data={"number": 1})
    story.tell("run.failed", "running", "failed").tell("run.reopened", "failed", "running")
    story.tell("session.opened", "", "running", data={"number": 2})
    story.tell("session.ended", "running", "failed", data={"number": 2}).tell("run.failed", "running", "failed")
    found = story.fold()
    assert (found.ends, found.reopened, found.faults) == (2, 1, [])


def test_an_audit_still_owed_is_planned_anew_when_the_run_is_reopened() -> None:
    story = Story().started().tell("audit.pending", "", "pending", data={"report": "r"})
    story.tell("run.failed", "running", "failed")
    assert story.fold().audits == {"r": "pending"}
    story.tell("run.reopened", "failed", "running")
    assert story.fold().audits == {}
    assert story.tell("audit.done", "pending", "done", data={"report": "s"}).fold().audits == {"s": "done"}


def test_an_audit_made_later_is_owed_no_more() -> None:
    story = Story().started().tell("audit.pending", "", "pending", data={"report": "r"})
    story.tell("run.failed", "running", "failed")
    story.told.append(Told(9, "post.audit_done", "failed", data={"report": "s"}))
    assert story.fold().audits == {}


def test_a_landing_may_be_intended_again() -> None:
    story = Story().started()
    for _ in range(2):
        story.tell("merge.intended", "", "intended", data={"merge": "m"})
    found = story.tell("merge.landed", "intended", "landed", data={"merge": "m"}).fold()
    assert (found.faults, found.merges) == ([], {"m": "landed"})


def test_a_start_before_a_need_has_ended_is_noted() -> None:
    found = Story().started().fold(needs={TASK: [(OTHER, "success")]})
    assert found.starts == [(6, TASK, (OTHER,))]


def test_the_mere_end_of_a_need_may_be_enough() -> None:
    story = Story().tell("task.blocked", "pending", "blocked", task=OTHER).started()
    assert story.fold(needs={TASK: [(OTHER, "end")]}).starts == []
    assert story.fold(needs={TASK: [(OTHER, "success")]}).starts != []
