"""A worker at one run: turn, execute, turn, until nothing is ready or others wait.

A turn is repeated whole when the database fails; nothing here decides what becomes of a task.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, connection

from campaigns.actions.checkpoints import save_checkpoint
from campaigns.engine import outbox
from campaigns.engine.bench import Bench
from campaigns.engine.context import Setting, gather
from campaigns.engine.execute import execute
from campaigns.engine.patience import AWAY, patiently
from campaigns.engine.pulse import Pulse
from campaigns.kinds.registry import get_kind
from campaigns.models import Worker
from campaigns.permissions import Actor
from campaigns.states import RUN_ENDED, AttemptState
from campaigns.transitions.accept import database_now
from campaigns.transitions.blocks import block_dependants
from campaigns.transitions.claim import Want
from campaigns.transitions.shapes import Claim, Fault, Finish, Turned
from campaigns.transitions.turn import something_to_do, turn
from conductor.lib import jobqueue, logs
from conductor.lib.clock import boot_seconds
from conductor.lib.errors import ConductorError, NotFound

log = logging.getLogger("conductor.worker")

SHORT_S = 0.05
BATCH_S = 0.1
MOST = 100
SLICE_S = 0.25

STOPPING = Fault("released", "The worker is stopping.", "transient")
DRAIN_OVER = Fault("released", "The worker was stopped; its drain time was over.", "transient")
HANDED_BACK = Fault("released", "The worker lost its database.", "transient")
BROKE_OFF = Fault("internal", "The attempt broke off by a fault of ours; the log has the details.", "retriable")
UNSTORABLE = Fault("agent_output_invalid", "The result could not be stored.", "retriable")


@dataclass(slots=True)
class Station:
    """A worker process at work: its row, its pulse, and how long tasks of each role have taken it."""

    worker: Worker
    pulse: Pulse
    means: dict[str, float] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)
    sync: Callable[[str], None] = lambda point: None

    def actor(self) -> Actor:
        return Actor(None, f"worker:{self.worker.pk}", "")

    def batch_sizes(self) -> dict[str, int]:
        """One attempt at a time where they take 50 ms or more, up to 100 in a row for short ones, by a running mean."""
        return {
            role: max(1, min(MOST, int(BATCH_S / max(mean, 1e-6))))
            for role, mean in self.means.items()
            if mean < SHORT_S
        }

    def learn(self, role: str, seconds: float) -> None:
        """The first of a role in a process pays for loading it, and says nothing of the next."""
        if role not in self.met:
            self.met.add(role)
            return
        mean = self.means.get(role)
        self.means[role] = seconds if mean is None else 0.7 * mean + 0.3 * seconds


def take_place(station: Station, run_id: UUID, queue: str) -> int:
    """Work at the run until nothing is ready for this queue, or others wait; the number of attempts made."""
    try:
        return _work(station, run_id, queue)
    except Exception as error:  # raised again: whatever it was, no lease may be kept alive for what nobody does
        _give_up(station, HANDED_BACK if isinstance(error, AWAY) else BROKE_OFF)
        raise


def _work(station: Station, run_id: UUID, queue: str) -> int:
    began = boot_seconds()
    done: list[Finish] = []
    made = 0
    arrived = True
    setting: Setting | None = None
    station.sync("after_dequeue")
    if not patiently(lambda _: something_to_do(run_id, queue)):
        return 0
    while True:
        stay = not station.pulse.draining.is_set() and not (
            boot_seconds() - began > SLICE_S and jobqueue.waiting(queue) > 0
        )
        want = Want(station.worker, queue, station.batch_sizes()) if stay else None
        try:
            turned = _turn(station, run_id, done, want, arrived)
        except NotFound:
            station.pulse.let_go_of_all()
            return made
        arrived = False
        station.pulse.let_go([f.claim for f in done])
        station.pulse.hold(turned.claims)
        made += len(done)
        _after(station, run_id, turned, done)
        if not turned.claims:
            return made
        station.sync("after_claim")
        setting = setting or Setting(turned.run, get_kind(turned.run.kind))
        done = _execute_all(station, setting, turned.claims)
        station.sync("before_finish")


def _turn(station: Station, run_id: UUID, done: Sequence[Finish], want: Want | None, arrived: bool) -> Turned:
    """One turn, repeated whole while the database is away. What was committed unseen is found by its attempts."""
    try:
        return _repeat_turn(station, run_id, done, want, arrived)
    except (DataError, IntegrityError, ValueError):
        # One result that no database takes must not take its neighbours, or its worker, down with it.
        log.exception("results not stored", extra={"run": str(run_id), "results": len(done)})
        for one in done:
            _hand_in_alone(station, run_id, one)
        return _repeat_turn(station, run_id, (), want, arrived)


def _repeat_turn(station: Station, run_id: UUID, done: Sequence[Finish], want: Want | None, arrived: bool) -> Turned:
    def once(tries: int) -> Turned:
        first = tries == 0
        asked = want if first or want is None else replace(want, again=True)
        return turn(run_id, finishes=done, want=asked, arrived=arrived and first, actor=station.actor())

    return patiently(once)


def _hand_in_alone(station: Station, run_id: UUID, one: Finish) -> None:
    """Store one result; if that cannot be, its attempt has failed."""
    try:
        _repeat_turn(station, run_id, [one], None, arrived=False)
    except (DataError, IntegrityError, ValueError):
        failed = Finish(one.claim, AttemptState.FAILED, fault=UNSTORABLE, agent_ms=one.agent_ms)
        _repeat_turn(station, run_id, [failed], None, arrived=False)


def _after(station: Station, run_id: UUID, turned: Turned, done: Sequence[Finish]) -> None:
    """What follows a turn outside its transaction. A fault or a crash here loses nothing: the witness does the same."""
    if not done:
        return
    station.sync("after_finish")
    try:
        if turned.blocks:
            block_dependants(run_id, actor=station.actor())
        if turned.checkpoint_due:
            save_checkpoint(run_id=run_id, cause="tasks", actor=station.actor())
        if turned.state in RUN_ENDED and get_kind(turned.run.kind).uses_workspace:
            outbox.deliver_due(database_now(), station.actor(), run_id=run_id)
    except (DatabaseError, InterfaceError, ConductorError) as error:
        log.warning("left to the witness: %s", error.__class__.__name__, extra={"run": str(run_id)})
        connection.close()


def _give_up(station: Station, fault: Fault) -> None:
    """Tell of what this worker held when it broke off: handed back if the database was away, else a failed try."""
    state = AttemptState.RELEASED if fault is HANDED_BACK else AttemptState.FAILED
    try:
        _tell(station.actor(), [Finish(claim, state, fault=fault) for claim in station.pulse.let_go_of_all()])
    except (DatabaseError, InterfaceError, ConductorError):
        log.warning("attempts could not be given up; their leases run out")
        connection.close()


def _execute_all(station: Station, setting: Setting, claims: Sequence[Claim]) -> list[Finish]:
    gathered = patiently(lambda _: gather(setting, claims))
    bench = Bench(setting, gathered, station.pulse, station.actor())
    done: list[Finish] = []
    for claim in claims:
        if station.pulse.draining.is_set() and done:
            done.append(Finish(claim, AttemptState.RELEASED, fault=STOPPING))
            continue
        began = boot_seconds()
        with logs.context(task=claim.task_id, attempt=claim.attempt_id, correlation=setting.run.correlation):
            done.append(_execute_one(bench, claim))
        station.learn(claim.role, boot_seconds() - began)
    return done


def _execute_one(bench: Bench, claim: Claim) -> Finish:
    try:
        return execute(bench, claim)
    except AWAY:  # what could be waited for has been; it is no fault of the task
        return Finish(claim, AttemptState.RELEASED, fault=HANDED_BACK)
    except Exception:  # a fault of ours is told as the attempt's, with its traceback in the log; others go on
        log.exception("attempt broke off")
        return Finish(claim, AttemptState.FAILED, fault=BROKE_OFF)


def release(station_actor: Actor, claims: Sequence[Claim]) -> None:
    """Hand claims back, explicitly: tasks are ready again at once, and it counts for nothing."""
    _tell(station_actor, [Finish(claim, AttemptState.RELEASED, fault=DRAIN_OVER) for claim in claims])


def _tell(actor: Actor, finishes: Sequence[Finish]) -> None:
    by_run: dict[UUID, list[Finish]] = {}
    for finish in finishes:
        by_run.setdefault(finish.claim.run_id, []).append(finish)
    for run_id, some in by_run.items():
        turn(run_id, finishes=some, actor=actor)
