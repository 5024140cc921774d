"""Replay the events of a run through the table of states. Pure: events in, states and faults out.

What comes out must equal what is stored; also over histories that an older release recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from campaigns import graph
from campaigns.event_types import END_TYPES, EVENT_TYPES
from campaigns.states import RUN_ENDED, SessionState, TaskState, may_move

AFTER_END: Final = "post."
NOT_YET_BORN: Final = ""
#: An audit that was owed has been made elsewhere, or is planned anew.
_OWED_NO_MORE: Final = frozenset({"run.reopened", "post.audit_done"})
_CANCELLED_TOGETHER: Final = frozenset({TaskState.PENDING, TaskState.READY, TaskState.WAITING})


@dataclass(frozen=True, slots=True)
class Told:
    """What one event says, as far as states go."""

    seq: int
    type: str
    state: str = ""
    stage: str = ""
    old: str = ""
    new: str = ""
    task: UUID | None = None
    attempt: UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"event {self.seq} ({self.type})"


@dataclass(frozen=True, slots=True)
class Born:
    """A task as it entered its run; `carried` ones were completed in another run, and no event tells of that."""

    key: str
    carried: bool = False


@dataclass(slots=True)
class History:
    """The states after the last event, and all that could not have been so. `starts` lists needs unmet at a start."""

    run: str = NOT_YET_BORN
    stage: str = ""
    tasks: dict[UUID, str] = field(default_factory=dict)
    attempts: dict[UUID, str] = field(default_factory=dict)
    sessions: dict[int, str] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    merges: dict[str, str] = field(default_factory=dict)
    audits: dict[str, str] = field(default_factory=dict)
    ends: int = 0
    reopened: int = 0
    grown: bool = False
    after_end: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    starts: list[tuple[int, UUID, tuple[UUID, ...]]] = field(default_factory=list)
    last_start: dict[UUID, int] = field(default_factory=dict)


def fold(
    events: Iterable[Told],
    tasks: Mapping[UUID, Born],
    needs: Mapping[UUID, Sequence[tuple[UUID, str]]] | None = None,
) -> History:
    """The history of one run, from its events in order. `needs` maps a task to (what it needs, success or end)."""
    return _Fold(tasks, needs or {}).over(events)


class _Fold:
    def __init__(self, tasks: Mapping[UUID, Born], needs: Mapping[UUID, Sequence[tuple[UUID, str]]]) -> None:
        self.births = tasks
        self.needs = needs
        self.by_key = {born.key: pk for pk, born in tasks.items()}
        self.found = History()

    def over(self, events: Iterable[Told]) -> History:
        told = list(events)
        added = {key for e in told if e.type == "graph.grown" for key in e.data.get("added", ())}
        for pk, born in self.births.items():
            if born.key not in added:
                self.found.tasks[pk] = TaskState.COMPLETED if born.carried else TaskState.PENDING
        for e in told:
            self._take(e)
        return self.found

    def _take(self, e: Told) -> None:
        kind = EVENT_TYPES.get(e.type)
        if kind is None:
            self._fault(e, "is of an unknown type")
            return
        self._after_end(e)
        if kind.noun and e.new not in kind.to:
            self._fault(e, f"tells of {e.new or 'nothing'}, which this type does not")
        {
            "run": self._run,
            "session": self._session,
            "task": self._task,
            "decision": lambda e: self._named(e, "decision", self.found.decisions),
            "merge": lambda e: self._named(e, "merge", self.found.merges),
            "audit": lambda e: self._named(e, "report", self.found.audits),
        }.get(kind.noun, self._other)(e)
        if e.type in _OWED_NO_MORE:
            self.found.audits = {pk: state for pk, state in self.found.audits.items() if state != "pending"}
        if e.state != self.found.run:
            self._fault(e, f"says that the run is {e.state or 'nothing'}, but it was {self.found.run or 'nothing'}")
        self.found.stage = e.stage

    def _after_end(self, e: Told) -> None:
        if e.type == "run.reopened":
            self.found.reopened += 1
        elif self.found.run in RUN_ENDED and not e.type.startswith(AFTER_END):
            self.found.after_end.append(str(e))
        if e.type in END_TYPES:
            self.found.ends += 1

    def _fault(self, e: Told, words: str) -> None:
        self.found.faults.append(f"{e} {words}")

    def _step(self, e: Told, noun: str, now: str) -> None:
        """Judge a move: it must start from where the thing is, and the table must allow it."""
        if e.old != now:
            self._fault(e, f"moves a {noun} from {e.old or 'nothing'}, but it was {now or 'not there'}")
        elif now != NOT_YET_BORN and not may_move(noun, now, e.new):
            self._fault(e, f"moves a {noun} from {now} to {e.new}, which is not allowed")

    def _other(self, e: Told) -> None:
        if e.type == "graph.grown":
            self.found.grown = True
            for key in e.data.get("added", ()):
                pk = self.by_key.get(key)
                if pk is None:
                    self._fault(e, f"added {key!r}, which is no task of the run")
                else:
                    self.found.tasks.setdefault(pk, TaskState.PENDING)

    def _run(self, e: Told) -> None:
        self._step(e, "run", self.found.run)
        self.found.run = e.new

    def _session(self, e: Told) -> None:
        sessions = self.found.sessions
        last = max(sessions, default=0)
        if e.type == "session.opened":
            number = int(e.data.get("number") or 0)
            if number != last + 1 or sessions.get(last) in (SessionState.INITIALIZING, SessionState.RUNNING):
                self._fault(e, f"opens session {number} while session {last} was the last")
            sessions[number] = e.new
            return
        number = int(e.data.get("number") or last)
        self._step(e, "session", sessions.get(number, NOT_YET_BORN))
        sessions[number] = e.new

    def _named(self, e: Told, name: str, rows: dict[str, str]) -> None:
        """Things named in the event's data. An audit report is born done; an intent may be stated anew."""
        noun = "audit" if name == "report" else name
        pk = str(e.data.get(name) or "")
        now = rows.get(pk, NOT_YET_BORN)
        born = now == NOT_YET_BORN and (noun == "audit" or e.old == NOT_YET_BORN)
        again = noun == "merge" and e.new == now == "intended"
        if not (born or again):
            self._step(e, noun, now)
        rows[pk] = e.new

    def _task(self, e: Told) -> None:
        tasks = self.found.tasks
        if e.type == "tasks.cancelled":
            together = [pk for pk, state in tasks.items() if state in _CANCELLED_TOGETHER]
            if len(together) != e.data.get("count"):
                self._fault(e, f"cancels {e.data.get('count')} tasks, but {len(together)} had not started")
            tasks.update(dict.fromkeys(together, TaskState.CANCELLED))
            return
        if e.task is None or e.task not in self.births:
            self._fault(e, "tells of a task that the run does not have")
            return
        now = tasks.get(e.task, TaskState.PENDING)
        if not (e.old == NOT_YET_BORN and now == TaskState.PENDING and e.new == TaskState.READY):
            self._step(e, "task", now)
        tasks[e.task] = e.new
        if e.type == "task.started":
            self._start(e, e.task)
        elif "attempt" in e.data:
            self._end_attempt(e)

    def _start(self, e: Told, task: UUID) -> None:
        if e.attempt is None or e.attempt in self.found.attempts:
            self._fault(e, "starts no attempt, or one that had started")
            return
        self.found.attempts[e.attempt] = "running"
        self.found.last_start[task] = e.seq
        unmet = tuple(
            needed
            for needed, requires in self.needs.get(task, ())
            if not graph.is_met(requires, self.found.tasks.get(needed, ""))
        )
        if unmet:
            self.found.starts.append((e.seq, task, unmet))

    def _end_attempt(self, e: Told) -> None:
        attempts, end = self.found.attempts, str(e.data["attempt"])
        now = attempts.get(e.attempt, "") if e.attempt else ""
        if e.attempt is None or not may_move("attempt", now, end):
            self._fault(e, f"ends an attempt as {end} that was {now or 'never started'}")
            return
        attempts[e.attempt] = end
