"""Keeps a set of child processes alive: restarts the dead with growing pauses, ends them all together.

Must not know what they do. Everything here runs in the main thread (see conductor.embedded.children).
"""

import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from conductor.embedded import children
from conductor.lib.clock import timing

#: A child that lived this long has earned a quick restart.
PROVED_S = 60.0
LARGEST_LOG = 10_000_000


@dataclass(slots=True)
class Child:
    """One process that shall always run."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    not_before: float = 0.0

    def run(self) -> None:
        self.process = self.start()
        self.started = time.monotonic()

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None


@dataclass(slots=True)
class Stack:
    """The children, in the order in which they start; they end in the opposite order, the services last."""

    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)

    def add(self, name: str, start: Callable[[], subprocess.Popen[bytes]], log: Path) -> Child:
        child = Child(name, start, log)
        self.children.append(child)
        child.run()
        return child

    def add_command(self, name: str, argv: Sequence[str], logs: Path) -> Child:
        log = logs / f"{name}.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        return self.add(name, lambda: _start_logged(argv, log), log)

    def tend(self) -> None:
        """Restart what has died, once its pause is over; call this often."""
        for child in self.children:
            if child.has_died():
                self._note_death(child)
            if child.process is None and time.monotonic() >= child.not_before:
                self._restart(child)

    def _note_death(self, child: Child) -> None:
        assert child.process is not None
        code = child.process.returncode
        children.signal_group(child.process, signal.SIGKILL)
        child.deaths = 1 if time.monotonic() - child.started > PROVED_S else child.deaths + 1
        pause = min(timing().RESTART_S * 2 ** (child.deaths - 1), timing().RESTART_MAX_S)
        child.process, child.not_before = None, time.monotonic() + pause
        self.say(f"{child.name} ended with {code}; it starts again in {pause:.0f} s (log: {child.log})")

    def _restart(self, child: Child) -> None:
        try:
            child.run()
        except Exception as error:  # Whatever keeps a service from starting, the others live on and it is tried again.
            child.deaths += 1
            child.not_before = time.monotonic() + timing().RESTART_MAX_S
            self.say(f"{child.name} does not start: {error}")

    def stop(self, hurry: Callable[[], bool]) -> None:
        """End the last started first, all of one rank together; `hurry` says that nobody wants to wait any longer."""
        services = [child for child in self.children if child.name == "redis"]
        for rank in ([child for child in self.children if child not in services], services):
            self._stop_together([child.process for child in rank if child.process is not None], hurry)

    def _stop_together(self, processes: Sequence[subprocess.Popen[bytes]], hurry: Callable[[], bool]) -> None:
        for process in processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + timing().DRAIN_S + timing().KILL_GRACE_S
        while any(process.poll() is None for process in processes):
            if hurry() or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        for process in processes:
            children.signal_group(process, signal.SIGKILL)
            process.wait()


def _start_logged(argv: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return children.start(argv, output=output)
