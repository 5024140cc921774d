"""One transaction on one run: its row lock, its clock, its counters, its events. Every change of a run is made in one.

Lock order: run, team, budgets, tasks, attempts, artifacts, each by id. Nothing leaves before the commit.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from campaigns.event_types import check_event
from campaigns.kinds.base import Kind
from campaigns.kinds.registry import get_kind
from campaigns.models import Campaign, Event, Run, Session
from campaigns.permissions import Actor
from campaigns.states import RunState, SessionState, TaskState, may_move
from campaigns.transitions import hot
from campaigns.transitions.neighbours import ring_neighbours
from conductor.lib import bulk, jobqueue, logs, push, statements
from conductor.lib.clock import now as wall_now
from conductor.lib.errors import InvalidMove, NotFound
from conductor.lib.ids import new_id
from conductor.lib.redact import redact, redact_structure

log = logging.getLogger("conductor.runs")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read with the lock: whether there are limits and domains to obey."""

    has_limits: bool = True
    has_domains: bool = True


#: Of a run that was just made nothing has been read.
NOTHING_SEEN: Final = Seen()
_RUN_WIDTH: Final = len(statements.fields(Run))


class RunUnit:
    """A locked run inside its transaction. `now` is the database's time and never runs backwards within a run."""

    def __init__(self, run: Run, actor: Actor, now: datetime, seen: Seen = NOTHING_SEEN) -> None:
        self.run = run
        self.actor = actor
        self.now = max(now, run.updated_at)
        self.kind: Kind = get_kind(run.kind)
        self.events: list[hot.EventRow] = []
        self.rings: dict[str, int] = {}
        self.dirty: set[str] = set()
        self.blocks = False
        self.moved: list[str] = []
        #: A worker leaves its place at the run, which others may have waited for.
        self.left_place = False
        self.has_limits = seen.has_limits
        self.has_domains = seen.has_domains
        self._first_seq = run.last_event_seq

    # --- counters ---------------------------------------------------------------------------------------------

    def count(self, state: str) -> int:
        return int(self.run.counts.get(state, 0))

    def shift(self, old: str | None, new: str | None, n: int) -> None:
        """Move `n` tasks from one counter to another."""
        if not n:
            return
        counts = self.run.counts
        if old is not None:
            counts[str(old)] = counts.get(str(old), 0) - n
        if new is not None:
            counts[str(new)] = counts.get(str(new), 0) + n

    @property
    def open_tasks(self) -> int:
        return sum(
            self.count(s) for s in (TaskState.PENDING, TaskState.READY, TaskState.IN_PROGRESS, TaskState.WAITING)
        )

    # --- events -----------------------------------------------------------------------------------------------

    def event(
        self,
        type_: str,
        *,
        task_id: UUID | None = None,
        attempt_id: UUID | None = None,
        agent: str = "",
        from_state: str = "",
        to_state: str = "",
        message: str = "",
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Append an event; it is numbered now and stored when the unit closes."""
        data = dict(data or {})
        check_event(type_, data)
        if not self.actor.is_system:  # What people type; what agents say has been redacted at their door.
            message, data = redact(message), redact_structure(data)
        run = self.run
        run.last_event_seq += 1
        self.events.append(
            hot.EventRow(
                id=new_id(),
                stream="run",
                stream_id=run.pk,
                seq=run.last_event_seq,
                campaign_id=run.campaign_id,
                type=type_,
                state=str(run.state),
                stage=str(run.stage),
                from_state=str(from_state),
                to_state=str(to_state),
                agent=agent,
                task_id=task_id,
                attempt_id=attempt_id,
                message=message[:500],
                time=self.now,
                actor=self.actor.label,
                cause=self.actor.cause,
                correlation=self.actor.correlation or run.correlation,
                data=data,
            )
        )

    # --- moves of the run and its sessions ---------------------------------------------------------------------

    def set(self, **values: Any) -> None:
        """Change plain fields of the run; stored when the unit closes."""
        for name, value in values.items():
            setattr(self.run, name, value)
            self.dirty.add(name)

    def move_run(self, new: RunState, type_: str, *, message: str = "", **data: Any) -> None:
        """Move the run, if the table allows it, and say so in an event."""
        old = self.run.state
        if not may_move("run", old, new):
            raise InvalidMove(f"A run that is {old} cannot become {new}.")
        self.run.state = new.value
        self.dirty.add("state")
        self.moved.append(new.value)
        self.event(type_, from_state=old, to_state=new, message=message, data=data)

    def open_session(self, *, started: bool = False, first: bool = False) -> None:
        """Begin the next sitting: number + 1, parent the last one, what was spent so far carried."""
        last = None if first else self.run.sessions.order_by("-number").first()
        carried = sum(b.spent_micros for b in self.run.budgets.filter(scope="run")) if last else 0
        session = Session(
            pk=new_id(),
            run=self.run,
            number=last.number + 1 if last else 1,
            parent=last,
            state=SessionState.RUNNING if started else SessionState.INITIALIZING,
            carried_micros=carried,
            started_at=self.now,
        )
        bulk.insert([session])
        self.event(
            "session.opened",
            to_state=session.state,
            data={"number": session.number, "parent": str(last.pk) if last else None},
        )

    def start_session(self) -> None:
        """The first attempt of a sitting starts."""
        if hot.START_SESSION.run(run=self.run.pk):
            self.event("session.started", from_state=SessionState.INITIALIZING, to_state=SessionState.RUNNING)

    def end_session(self, state: SessionState, reason: str = "") -> None:
        """Close the open sitting, if there is one, in the given state."""
        for pk, number, old in hot.OPEN_SESSION.rows(run=self.run.pk):
            hot.END_SESSION.run(id=pk, state=state, now=self.now, reason=reason[:500])
            self.event("session.ended", from_state=old, to_state=state, data={"number": number})

    # --- the clock of the deadline ------------------------------------------------------------------------------

    def stop_clock(self) -> None:
        if self.run.clock_stopped_at is None:
            self.set(clock_stopped_at=self.now)

    def start_clock(self) -> None:
        stopped = self.run.clock_stopped_at
        if stopped is not None:
            self.set(deadline_at=self.run.deadline_at + (self.now - stopped), clock_stopped_at=None)

    # --- rings ------------------------------------------------------------------------------------------------

    def ring(self, queue: str, places: int) -> None:
        """Ask for places to be rung after the commit."""
        if places > 0:
            self.rings[queue] = self.rings.get(queue, 0) + places

    def close(self) -> None:
        """Store the events and the run. Called once, by `run_unit`."""
        run = self.run
        bulk.insert_rows(Event, self.events)
        run.updated_at = self.now
        statements.set_values(run, self.dirty | {"counts", "last_event_seq", "updated_at"})

    def leave(self) -> None:
        """After the commit: ring for places, hint the sockets. Redis down changes nothing: the witness rings again."""
        run = self.run
        for queue, places in self.rings.items():
            jobqueue.ring(run.pk, queue, places)
        if run.last_event_seq > self._first_seq:
            push.hints([(f"run:{run.pk}", run.last_event_seq)])
        if self.moved:
            push.changed(run.team_id, run.pk)
            self._say_moves()
        if self.left_place and self.has_limits:
            ring_neighbours(run.team_id, run.pk)

    def _say_moves(self) -> None:
        run = self.run
        with logs.context(run=run.pk, correlation=self.actor.correlation or run.correlation):
            for state in self.moved:
                log.info("run is %s", state, extra={"actor": self.actor.label, "number": run.number})


def lock_run(run_id: UUID) -> tuple[Run, datetime, Seen]:
    """The run's row, locked (on SQLite the IMMEDIATE transaction is the lock), and the database's time."""
    for row in hot.LOCK_RUN.rows(run=run_id):
        *of_campaign, now, has_limits, has_domains = row[_RUN_WIDTH:]
        run = statements.instance(Run, row[:_RUN_WIDTH])
        run.campaign = statements.instance(Campaign, of_campaign, hot.OF_CAMPAIGN)
        return run, now or wall_now(), Seen(bool(has_limits), bool(has_domains))
    raise NotFound("There is no such run.")


@contextmanager
def run_unit(run_id: UUID, actor: Actor) -> Iterator[RunUnit]:
    """A transaction on a run. What is raised in it rolls everything back; rings and hints leave after the commit."""
    with transaction.atomic():
        run, now, seen = lock_run(run_id)
        unit = RunUnit(run, actor, now, seen)
        yield unit
        unit.close()
        transaction.on_commit(unit.leave, robust=True)
