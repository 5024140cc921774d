"""The heartbeat of a worker: renews leases, watches for cancel, drain and overrun, and ends the process when it must.

Runs in its own thread with its own database connection. It decides by the database's clock whether a lease holds; the
local clock (which counts suspension) only makes the worker stop trusting itself sooner.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.db.models import F
from django.db.models.functions import Least, Now

from campaigns.models import Attempt, Run, Worker
from campaigns.states import AttemptState, RunState
from campaigns.transitions.accept import database_now
from campaigns.transitions.shapes import Claim
from conductor.lib.clock import boot_seconds, timing
from conductor.lib.errors import ConductorError

log = logging.getLogger("conductor.worker")

EXIT_OVERRUN = 75
EXIT_DRAIN_OVER = 76
EXIT_NO_CONTACT = 77


@dataclass(slots=True)
class Held:
    """An attempt in this worker's hands."""

    claim: Claim
    since: float = field(default_factory=boot_seconds)
    cancelled: bool = False
    lost: bool = False
    running_since: float | None = None


class Pulse:
    """One per worker process. The main thread holds and lets go of claims; this thread keeps them alive."""

    def __init__(
        self,
        worker: Worker,
        *,
        release: Callable[[Sequence[Claim]], None],
        exit_process: Callable[[int], None] = os._exit,
    ) -> None:
        self.worker = worker
        self.release = release
        self.draining = threading.Event()
        self.drain_until: float | None = None
        self.attempts_done = 0
        self._exit = exit_process
        self._held: dict[UUID, Held] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._renewed_at = boot_seconds()
        self._beat_at = 0.0
        #: Private megabytes as of the last beat: reading them takes the kernel milliseconds.
        self.memory_mb = 0.0
        self._thread = threading.Thread(target=self._loop, name="pulse", daemon=True)
        self.each_beat: Callable[[], None] = lambda: None

    # --- what the main thread calls ------------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread; the worker's row is closed by it."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout=10)

    def hold(self, claims: Sequence[Claim]) -> None:
        with self._lock:
            if not self._held:
                self._renewed_at = boot_seconds()
            for claim in claims:
                self._held[claim.attempt_id] = Held(claim)

    def running(self, claim: Claim) -> None:
        """The agent of this claim starts now: its own time limit runs from here."""
        with self._lock:
            held = self._held.get(claim.attempt_id)
            if held:
                held.running_since = boot_seconds()

    def let_go(self, claims: Sequence[Claim]) -> None:
        with self._lock:
            for claim in claims:
                self._held.pop(claim.attempt_id, None)
        self.attempts_done += len(claims)

    def let_go_of_all(self) -> list[Claim]:
        """Nothing is held any more, whatever became of it; what was, for whoever tells of it."""
        with self._lock:
            claims = [held.claim for held in self._held.values()]
            self._held.clear()
        return claims

    def drain(self) -> None:
        """Take nothing new; finish what is held within the drain time. Asked again it changes nothing."""
        if self.drain_until is None:
            self.drain_until = boot_seconds() + timing().DRAIN_S
        self.draining.set()
        self._wake.set()

    def should_stop(self, attempt_id: UUID) -> bool:
        """True once the agent of this attempt must stop: cancelled, or the lease is lost."""
        held = self._held.get(attempt_id)
        return held is None or held.cancelled or held.lost

    def is_cancelled(self, attempt_id: UUID) -> bool:
        held = self._held.get(attempt_id)
        return held is not None and held.cancelled

    def trusts_lease(self) -> bool:
        """False once renewals have failed for so long that no new outside effect may begin."""
        return boot_seconds() - self._renewed_at < timing().LEASE_S - timing().SOFT_FENCE_S

    def wait_for_trust(self, attempt_id: UUID) -> bool:
        """Wait while renewals fail, since the database may come back: True once the lease holds, False if lost."""
        while not self.trusts_lease():
            if self.should_stop(attempt_id):
                return False
            time.sleep(timing().CANCEL_POLL_S / 2)
        return not self.should_stop(attempt_id)

    # --- the thread ------------------------------------------------------------------------------------------------

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                close_old_connections()
                self._tick()
            except (DatabaseError, InterfaceError) as error:
                log.warning("heartbeat missed: %s", error.__class__.__name__)
                connection.close()
            except Exception:  # a worker without a heartbeat would go on taking work: the next beat tries again
                log.exception("heartbeat failed")
                connection.close()
            self._watch_locally()
            self._wake.wait(timing().CANCEL_POLL_S)
            self._wake.clear()
        connection.close()

    def _tick(self) -> None:
        now = boot_seconds()
        if now - self._beat_at >= timing().HEARTBEAT_S:
            self._renew()
            self._beat()
            self._beat_at = now
        with self._lock:
            runs = {held.claim.run_id for held in self._held.values()}
        if runs:
            self._look_for_cancel(runs)

    def _renew(self) -> None:
        with self._lock:
            ids = list(self._held)
        if not ids:
            self._renewed_at = boot_seconds()
            return
        began = boot_seconds()
        lease = timedelta(seconds=timing().LEASE_S)
        live = Attempt.objects.filter(pk__in=ids, worker=self.worker.pk, state=AttemptState.RUNNING)
        if connection.vendor == "postgresql":
            renewed = live.update(lease_until=Least(Now() + lease, F("limit_at")))
        else:
            renewed = live.update(lease_until=Least(database_now() + lease, F("limit_at")))
        self._renewed_at = began
        if renewed < len(ids):
            still = set(live.values_list("pk", flat=True))
            with self._lock:
                for pk, held in self._held.items():
                    if pk in ids and pk not in still:
                        held.lost = True

    def _beat(self) -> None:
        self.memory_mb = private_mb()
        Worker.objects.filter(pk=self.worker.pk).update(
            beat_at=database_now(),
            draining=self.draining.is_set(),
            attempts_done=self.attempts_done,
            memory_mb=self.memory_mb,
        )
        self.each_beat()

    def _look_for_cancel(self, runs: set[UUID]) -> None:
        cancelling = set(
            Run.objects.filter(
                pk__in=runs, state__in=[RunState.CANCELLING, RunState.CANCELLED, RunState.FAILED]
            ).values_list("pk", flat=True)
        )
        if cancelling:
            with self._lock:
                for held in self._held.values():
                    held.cancelled = held.cancelled or held.claim.run_id in cancelling

    def _watch_locally(self) -> None:
        """What needs no database: an agent that overruns, a drain that takes too long, contact lost for too long."""
        now = boot_seconds()
        with self._lock:
            held = list(self._held.values())
        if held and now - self._renewed_at > timing().HARD_FENCE_S:
            self._die(EXIT_NO_CONTACT, "no contact to the database; giving up the leases")
        for one in held:
            if one.running_since is not None and now - one.running_since > one.claim.most_s:
                self._die(EXIT_OVERRUN, f"the agent of task {one.claim.key} overran its limit")
        if self.drain_until is not None and now > self.drain_until:
            self._release_all()
            self._die(EXIT_DRAIN_OVER, "the drain time is over")

    def _release_all(self) -> None:
        """Hand the leases back explicitly; if the database does not take it, they run out and the witness does it."""
        with self._lock:
            claims = [held.claim for held in self._held.values()]
        try:
            self.release(claims)
        except (DatabaseError, InterfaceError, ConductorError):
            log.warning("leases could not be handed back; they will run out")

    def _die(self, code: int, why: str) -> None:
        log.error("worker ends itself: %s", why)
        self._exit(code)


def private_mb() -> float:
    """Private memory of this process in megabytes, as the kernel counts it; 0 where it cannot be read."""
    try:
        with open("/proc/self/smaps_rollup") as rollup:
            kb = sum(int(line.split()[1]) for line in rollup if line.startswith("Private_"))
    except (OSError, ValueError):
        return 0.0
    return kb / 1024
