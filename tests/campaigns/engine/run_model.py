"""A pure model of a run, written apart from the engine: what each command should do to the states of run and tasks.

No database, no imports of the engine. Whether a task may start is worked out anew from its needs after every command.
"""

from __future__ import annotations

from dataclasses import dataclass, field

OPEN = {"pending", "ready", "in_progress", "waiting"}
NOT_BEGUN = {"pending", "ready", "blocked"}
WELL = {"completed", "skipped"}
REOPENABLE = {"partially_completed", "failed", "budget_stopped"}
ENDED = {"completed", "cancelled"} | REOPENABLE
POISON = 3


class Refused(Exception):
    """The command is not allowed now."""


@dataclass
class ModelTask:
    key: str
    needs: list[tuple[str, str]]
    priority: int
    position: int
    max_attempts: int
    state: str = "pending"
    failures: int = 0
    crashes: int = 0
    due: bool = True
    split: int = 0


@dataclass
class RunModel:
    """States by key; `live` maps what is being worked on to nothing but its key, one worker each."""

    tasks: dict[str, ModelTask]
    most: int
    run: str = "queued"
    sittings: list[str] = field(default_factory=lambda: ["initializing"])
    money_out: bool = False
    asked: bool = False

    def __post_init__(self) -> None:
        self.work_out()

    # --- reading ----------------------------------------------------------------------------------------------------

    def states(self) -> dict[str, str]:
        return {task.key: task.state for task in self.tasks.values()}

    def among(self, *states: str) -> list[str]:
        return [task.key for task in self.tasks.values() if task.state in states]

    def next_claim(self) -> str | None:
        """The task that a worker who asks now gets."""
        if self.run not in ("queued", "running") or len(self.among("in_progress")) >= self.most:
            return None
        free = [task for task in self.tasks.values() if task.state == "ready" and task.due]
        return min(free, key=lambda task: (task.priority, task.position)).key if free else None

    # --- what follows from the needs and from the rules of a run ------------------------------------------------------

    def work_out(self) -> None:
        """Pending, ready or blocked, by the needs; until nothing changes any more."""
        changed = True
        while changed:
            changed = False
            for task in self.tasks.values():
                wanted = self._by_needs(task)
                if task.state in NOT_BEGUN and wanted != task.state:
                    task.state, changed = wanted, True

    def _by_needs(self, task: ModelTask) -> str:
        met = True
        for key, requires in task.needs:
            state = self.tasks[key].state
            ended = state not in OPEN
            if requires == "success" and ended and state not in WELL:
                return "blocked"
            met = met and (ended if requires == "end" else state in WELL)
        return "ready" if met else "pending"

    def rest(self) -> None:
        """What every command ends with: the run pauses, ends, or goes on."""
        self.work_out()
        if self.run in ENDED:
            return
        busy = self.among("in_progress")
        if self.run == "cancelling":
            if not busy:
                self._cancel_open()
                self._end("cancelled")
        elif not self.among(*OPEN):
            self._end(self._outcome())
        elif self.run == "pausing" and not busy:
            if self.money_out:
                self._end("budget_stopped")
            else:
                self.run = "paused"
                self.sittings[-1] = "paused"

    def _outcome(self) -> str:
        standing = [task.state for task in self.tasks.values() if task.state != "superseded"]
        done, skipped = standing.count("completed"), standing.count("skipped")
        undone = len(standing) - done - skipped
        if done and not undone:
            return "completed"
        return "partially_completed" if done or not undone else "failed"

    def _end(self, state: str) -> None:
        self.run = state
        if self.sittings[-1] in ("initializing", "running"):
            self.sittings[-1] = state
        self.asked = False

    def _cancel_open(self) -> None:
        for task in self.tasks.values():
            if task.state in OPEN - {"in_progress"}:
                task.state = "cancelled"

    def _reopen(self) -> None:
        if self.run in ENDED:
            if self.run not in REOPENABLE:
                raise Refused
            self.run, self.money_out = "running", False
            self.sittings.append("running")

    # --- workers ------------------------------------------------------------------------------------------------------

    def claim(self, key: str) -> None:
        if self.run == "queued":
            self.run = "running"
            self.sittings[-1] = "running"
        self.tasks[key].state = "in_progress"

    def succeed(self, key: str) -> None:
        self.tasks[key].state = "completed"
        self.rest()

    def fail(self, key: str, *, again: bool) -> None:
        task = self.tasks[key]
        if self.run == "cancelling":
            task.state = "cancelled"
        else:
            task.failures += 1
            retried = again and task.failures < task.max_attempts
            task.state, task.due = ("ready", False) if retried else ("failed", True)
        self.rest()

    def lose(self, key: str) -> None:
        task = self.tasks[key]
        if self.run == "cancelling":
            task.state = "cancelled"
        else:
            task.crashes += 1
            task.state = "failed" if task.crashes >= POISON else "ready"
        self.rest()

    def release(self, key: str) -> None:
        self.tasks[key].state = "cancelled" if self.run == "cancelling" else "ready"
        self.rest()

    def ask(self, key: str) -> None:
        """A question asked while the run is being cancelled is cancelled with what else is open, at the end."""
        self.tasks[key].state = "waiting"
        self.rest()

    def run_out_of_money(self, key: str) -> None:
        if self.run in ("queued", "running"):
            self.run, self.money_out = "pausing", True
        self.release(key)

    def time_passes(self) -> None:
        for task in self.tasks.values():
            task.due = True

    # --- people -------------------------------------------------------------------------------------------------------

    def pause(self) -> None:
        if self.run in ("pausing", "paused"):
            return
        if self.run not in ("queued", "running"):
            raise Refused
        self.run = "pausing"
        self.rest()

    def resume(self) -> None:
        if self.run in ("queued", "running"):
            return
        if self.run not in ("paused", "pausing") or self.money_out:
            raise Refused
        if self.run == "paused":
            self.sittings.append("running")
        self.run, self.asked = "running", False
        self.rest()

    def cancel(self) -> None:
        if self.run in ("cancelling", "cancelled"):
            return
        if self.run in ENDED:
            raise Refused
        self.run, self.asked = "cancelling", False
        self._cancel_open()
        self.rest()

    def retry(self, keys: list[str]) -> None:
        """These tasks, all failed or blocked, are tried anew; what they had blocked waits again by itself."""
        if not keys or self.run == "cancelling":
            raise Refused
        self._reopen()
        behind = self._blocked_behind(keys)
        for key in {*keys, *behind}:
            task = self.tasks[key]
            if task.state == "failed":
                task.state = "pending"
            if task.state in NOT_BEGUN:
                task.failures = task.crashes = 0
                task.due = True
        self.rest()

    def _blocked_behind(self, keys: list[str]) -> set[str]:
        found: set[str] = set()
        front = list(keys)
        while front:
            key = front.pop()
            for task in self.tasks.values():
                if task.state == "blocked" and task.key not in found and (key, "success") in task.needs:
                    found.add(task.key)
                    front.append(task.key)
        return found

    def skip(self, key: str) -> None:
        task = self.tasks[key]
        if task.state == "skipped":
            return
        if task.state not in NOT_BEGUN | {"failed", "waiting"}:
            raise Refused
        self._reopen()
        behind = self._blocked_behind([key])
        task.state = "skipped"
        for other in behind:
            self.tasks[other].failures = self.tasks[other].crashes = 0
        self.rest()

    def may_edit(self, key: str) -> bool:
        editable = self.tasks[key].state in NOT_BEGUN | {"failed", "waiting"}
        return editable and self.run not in ENDED - REOPENABLE

    def reassign(self, key: str) -> None:
        if not self.may_edit(key):
            raise Refused
        if self.tasks[key].state == "waiting" and self.run not in ENDED:
            self.tasks[key].state = "ready"

    def split(self, key: str, version: int) -> None:
        """Two parts stand in: both have its needs, the second needs the first as well, dependants need the second."""
        if not self.may_edit(key):
            raise Refused
        self._reopen()
        whole = self.tasks[key]
        stem = f"{key}-{version}"
        for number in (1, 2):
            needs = whole.needs + ([(f"{stem}-1", "success")] if number == 2 else [])
            last = max(task.position for task in self.tasks.values())
            part = ModelTask(f"{stem}-{number}", needs, whole.priority, last + 1, whole.max_attempts)
            self.tasks[part.key] = part
        whole.state = "superseded"
        for task in self.tasks.values():
            if task.state in NOT_BEGUN:
                task.needs = [(f"{stem}-2" if k == key else k, r) for k, r in task.needs]
        self.rest()

    def answer(self, key: str) -> None:
        if self.tasks[key].state != "waiting":
            raise Refused
        self.succeed(key)

    def raise_money(self) -> None:
        if self.run == "budget_stopped":
            self._reopen()
        elif self.run == "pausing" and self.money_out:
            self.run, self.money_out = "running", False
        self.rest()

    def checkpoint_asks(self) -> None:
        """A checkpoint by count under autonomy `checkpoint`."""
        if self.run == "running":
            self.run, self.asked = "pausing", True
            self.rest()

    def restored(self) -> RunModel:
        """The child of a checkpoint made now: what ended well is carried, the rest is planned anew."""
        standing = {key: task for key, task in self.tasks.items() if task.state != "superseded"}
        tasks = {
            key: ModelTask(
                key,
                [(k, r) for k, r in task.needs if k in standing],
                task.priority,
                position,
                task.max_attempts,
                state=task.state if task.state in WELL else "pending",
                split=task.split,
            )
            for position, (key, task) in enumerate(standing.items())
        }
        child = RunModel(tasks, self.most)
        child.rest()
        return child
