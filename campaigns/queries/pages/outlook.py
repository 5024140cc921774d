"""What a run's figures mean in words: how far it is, what happens next, what it waits for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.models import Run
from campaigns.states import RUN_ENDED, RUN_REOPENABLE, RunState, TaskState


@dataclass(frozen=True, slots=True)
class Progress:
    """Set-aside tasks do not count; skipped ones count as done, since the run goes on without them."""

    total: int
    done: int
    failed: int
    working: int
    ready: int
    waiting: int
    pending: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    @property
    def words(self) -> str:
        said = f"{self.done:,} of {self.total:,} tasks done"
        return f"{said}, {self.failed:,} failed or blocked" if self.failed else said


def progress(counts: Mapping[str, int]) -> Progress:
    def count(*states: TaskState) -> int:
        return sum(int(counts.get(state.value, 0)) for state in states)

    return Progress(
        total=sum(int(n) for n in counts.values()) - count(TaskState.SUPERSEDED),
        done=count(TaskState.COMPLETED, TaskState.SKIPPED),
        failed=count(TaskState.FAILED, TaskState.BLOCKED),
        working=count(TaskState.IN_PROGRESS),
        ready=count(TaskState.READY),
        waiting=count(TaskState.WAITING),
        pending=count(TaskState.PENDING),
    )


@dataclass(frozen=True, slots=True)
class Outlook:
    """The three answers of a run's top strip."""

    state: str
    following: str
    waits: str


_ENDS = {
    RunState.COMPLETED: "Everything was done. This run is final.",
    RunState.CANCELLED: "It was cancelled. What was finished by then is kept. This run is final.",
    RunState.PARTIALLY_COMPLETED: "Some of it was done. What is missing is named below with its error.",
    RunState.FAILED: "It ended without a usable result. The errors are named below.",
    RunState.BUDGET_STOPPED: "It ended because its budget is used up.",
}


#: What a person can do about a piece that an agent could not make, by the code of its error.
_WAYS_OUT = {
    "agent_refused": "A refusal is not passed on to others. Change the brief, or let another maker do it.",
    "agent_output_invalid": "Another try may do better; if it does not, another model or maker will.",
    "agent_output_too_large": "Another try will hardly do better: ask another model or maker.",
    "agent_throttled": "Try again in some minutes.",
    "agent_unreachable": "Try again in some minutes. If it stays so, an admin can test the key on the team's page.",
    "agent_timeout": "Try again, or give it more time in the settings of the campaign.",
}


def way_out(code: str) -> str:
    return _WAYS_OUT.get(code, "")


def outlook(run: Run, decisions: int, workers: int | None = None) -> Outlook:
    """`workers` is how many are alive; unknown is not told."""
    now = progress(run.counts)
    state = RunState(run.state)
    if state in RUN_ENDED:
        return Outlook(_end_words(run, state), _after_end(run, state), _waits(decisions))
    words = {
        RunState.QUEUED: "Accepted; its first task has not started yet.",
        RunState.RUNNING: f"{now.working:,} at work, {now.words}.",
        RunState.PAUSING: f"No task starts any more; {now.working:,} still at work.",
        RunState.PAUSED: f"It stands still, {now.words}.",
        RunState.CANCELLING: f"Being cancelled; {now.working:,} agents are being stopped.",
    }[state]
    return Outlook(words, _next(state, now, workers), _waits(decisions))


def _next(state: RunState, now: Progress, workers: int | None) -> str:
    if state == RunState.PAUSED:
        return "Nothing, until somebody resumes it."
    if state in (RunState.PAUSING, RunState.CANCELLING):
        return "It comes to rest as soon as running attempts have ended."
    told = (
        (workers == 0 and not now.working, "Nothing starts: no worker is running. Ask your operator, or see Status."),
        (now.ready, f"{_tasks(now.ready, 'is ready and starts', 'are ready and start')} as workers get free."),
        (now.working and now.pending, f"{_tasks(now.pending, 'waits', 'wait')} for what is at work now."),
        (now.working, "The run ends when what is at work now has ended."),
        (now.waiting, "It goes on when the open question is answered."),
    )
    return next((words for holds, words in told if holds), "It is about to end.")


def _tasks(count: int, one: str, many: str) -> str:
    return f"{count:,} task {one}" if count == 1 else f"{count:,} tasks {many}"


def _end_words(run: Run, state: RunState) -> str:
    if state == RunState.FAILED and run.end_code == "run_deadline":
        return "It passed its deadline and was stopped."
    if state == RunState.COMPLETED and run.audit_pending:
        return "Everything was made, but it has not been audited yet."
    return _ENDS[state]


def _after_end(run: Run, state: RunState) -> str:
    if run.audit_pending:
        return "The audit could not be made; it is queued and will be made by itself."
    if state == RunState.BUDGET_STOPPED:
        return "Raising the budget lets it go on where it stopped."
    if state in RUN_REOPENABLE:
        return "Retrying what failed opens this run again and completes the same result."
    return "Nothing more happens in this run."


def _waits(decisions: int) -> str:
    if not decisions:
        return "Nothing waits for a person."
    return f"{decisions} {'question waits' if decisions == 1 else 'questions wait'} for a person."
