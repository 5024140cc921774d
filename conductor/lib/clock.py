"""Time: the timing constants of the engine, each settable and all scaled by one factor, and the clocks to read.

`CONDUCTOR_<NAME>` sets a constant in seconds, `CONDUCTOR_TIME_SCALE` multiplies all. Must not decide anything.
"""

import dataclasses
import functools
import math
import os
import time
from datetime import UTC, datetime

from conductor.lib.errors import BadSetting

SCALE = "CONDUCTOR_TIME_SCALE"


@dataclasses.dataclass(frozen=True, slots=True)
class Timing:
    """Every interval the engine obeys, in seconds."""

    HEARTBEAT_S: float = 5.0
    LEASE_S: float = 30.0
    SWEEP_S: float = 5.0
    RING_AGAIN_S: float = 10.0
    CANCEL_POLL_S: float = 1.0
    KILL_GRACE_S: float = 5.0
    READER_POLL_S: float = 1.0
    RUN_DEADLINE_S: float = 86_400.0
    DRAIN_S: float = 30.0
    #: A worker that has not renewed for lease minus this begins no new effect outside its own clone.
    SOFT_FENCE_S: float = 10.0
    #: A worker without any contact to the database kills its agent after this.
    HARD_FENCE_S: float = 600.0
    #: The supervisor waits this long before the first restart of a dead child, and doubles it up to the second value.
    RESTART_S: float = 1.0
    RESTART_MAX_S: float = 30.0
    #: `/readyz` refuses when the last sweep of a witness, or the last beat of every worker, is older.
    READY_AGE_S: float = 30.0
    #: Sockets: a client whose sends lag this long is closed; permissions are looked at again this often.
    SOCKET_LAG_S: float = 5.0
    SOCKET_RECHECK_S: float = 30.0


@functools.cache
def timing() -> Timing:
    """The constants as this process was told them; read once."""
    scale = _seconds(SCALE, 1.0)
    named = {name: _seconds(f"CONDUCTOR_{name}", default) for name, default in dataclasses.asdict(Timing()).items()}
    return Timing(**{name: seconds * scale for name, seconds in named.items()})


@functools.cache
def audit_seconds() -> float:
    """How long one audit may take. It bounds work and not waiting, so the factor does not apply."""
    return _seconds("CONDUCTOR_AUDIT_S", 20.0)


def _seconds(name: str, default: float) -> float:
    said = os.environ.get(name)
    if said is None:
        return default
    try:
        seconds = float(said)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds > 0):
        raise BadSetting(f"{name} must be a number above zero, not {said!r}.")
    return seconds


def now() -> datetime:
    """The present, aware, UTC."""
    return datetime.now(UTC)


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC, as every interface shows a time."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def boot_seconds() -> float:
    """Seconds that also pass while the machine sleeps; for leases a worker judges by itself."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
