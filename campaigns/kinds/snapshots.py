"""Snapshots of a run, pure: what a checkpoint holds, how it is signed and judged, what a run restored from it does.

Canonical JSON, SHA-256 against damage, HMAC-SHA-256 against forgery. A torn, altered, foreign or newer snapshot is
refused by name.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from campaigns.kinds.base import CriterionSpec, Need, TaskSpec
from campaigns.states import TASK_ENDED_WELL, Queue, Requires, TaskState
from conductor.lib.errors import BadInput
from conductor.lib.ids import canonical_json, sha256_hex

SCHEMA: Final = 1

#: Where nobody said how often: after so many tasks, or so many checkpoints per run, whichever gives fewer.
USUAL_EVERY: Final = 5
USUAL_MOST: Final = 100


def every(settings: Mapping[str, Any], tasks: int) -> int:
    """After how many completed tasks a run of so many saves a checkpoint by itself; 0 is never.

    What was set is obeyed exactly. None, the default of a kind that saves them, grows with the graph, since a
    snapshot holds every task. A kind without the setting saves none.
    """
    said = settings.get("checkpoint_every", 0)
    return max(USUAL_EVERY, math.ceil(tasks / USUAL_MOST)) if said is None else int(said)


@dataclass(frozen=True, slots=True)
class Signed:
    """A snapshot as text, with its digest and its signature."""

    payload: str
    digest: str
    mac: str


def sign(snapshot: Mapping[str, Any], key: bytes) -> Signed:
    """Canonical text of the snapshot, signed."""
    payload = canonical_json({**snapshot, "schema": SCHEMA})
    return Signed(payload, sha256_hex(payload), _mac(payload, key))


def _mac(payload: str, key: bytes) -> str:
    return hmac.new(key, payload.encode(), hashlib.sha256).hexdigest()


def verify(signed: Signed, *, key: bytes, run_id: str) -> dict[str, Any]:
    """The snapshot, or BadInput (checkpoint_invalid) that names what is wrong with it."""
    if sha256_hex(signed.payload) != signed.digest:
        raise _refused("It is damaged: its content does not match its digest.")
    if not hmac.compare_digest(_mac(signed.payload, key), signed.mac):
        raise _refused("It was not written by this installation: its signature does not match.")
    try:
        snapshot = json.loads(signed.payload)
    except ValueError:
        raise _refused("It is torn: it is not complete JSON.") from None
    if not isinstance(snapshot, dict) or not isinstance(snapshot.get("schema"), int):
        raise _refused("It is not a checkpoint.")
    if snapshot["schema"] != SCHEMA:
        raise _refused(f"Its schema is {snapshot['schema']}; this version reads {SCHEMA}.")
    if snapshot.get("run") != run_id:
        raise _refused("It belongs to another run.")
    return snapshot


def _refused(words: str) -> BadInput:
    return BadInput(f"The checkpoint cannot be used. {words}", code="checkpoint_invalid")


def specs_of(snapshot: Mapping[str, Any]) -> tuple[TaskSpec, ...]:
    """The tasks of a snapshot that still stood, as tasks to be; what was set aside is needed by none of them."""
    standing = [t for t in snapshot["tasks"] if t["state"] != TaskState.SUPERSEDED]
    keys = {t["key"] for t in standing}
    return tuple(_spec(t, keys) for t in standing)


def _spec(task: Mapping[str, Any], standing: Container[str]) -> TaskSpec:
    return TaskSpec(
        key=task["key"],
        title=task["title"],
        role=task["role"],
        backend=tuple(task["backend"]),
        description=task["description"],
        queue=Queue(task["queue"]),
        slot=task["slot"],
        domain=task["domain"],
        priority=task["priority"],
        inputs=task["inputs"],
        needs=tuple(Need(key, Requires(requires)) for key, requires in task["needs"] if key in standing),
        criteria=tuple(CriterionSpec(**c) for c in task["criteria"]),
        max_attempts=task["max_attempts"],
        timeout_s=task["timeout_s"],
    )


def carried_keys(snapshot: Mapping[str, Any], *, again_from: str = "") -> frozenset[str]:
    """Keys of what ended well, which a child run takes over; without `again_from` and all that follow that task."""
    tasks = {t["key"]: t for t in snapshot["tasks"] if t["state"] != TaskState.SUPERSEDED}
    done = {key for key, t in tasks.items() if t["state"] in TASK_ENDED_WELL}
    if not again_from:
        return frozenset(done)
    if again_from not in tasks:
        raise BadInput(errors={"from_task": [f"The run has no task called {again_from!r}."]})
    behind: dict[str, list[str]] = {}
    for key, task in tasks.items():
        for needed, _ in task["needs"]:
            behind.setdefault(needed, []).append(key)
    again: set[str] = set()
    front = [again_from]
    while front:
        key = front.pop()
        if key not in again:
            again.add(key)
            front += behind.get(key, [])
    return frozenset(done - again)


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """What changed between two snapshots of a run, by task: added, removed, and those whose state differs."""
    before = {t["key"]: t["state"] for t in old["tasks"]}
    after = {t["key"]: t["state"] for t in new["tasks"]}
    return {
        "added": [{"key": k, "state": after[k]} for k in after if k not in before],
        "removed": [{"key": k, "state": before[k]} for k in before if k not in after],
        "changed": [
            {"key": k, "from": before[k], "to": after[k]} for k in after if k in before and before[k] != after[k]
        ],
    }


def with_changes(specs: Sequence[TaskSpec], changes: Mapping[str, Mapping[str, Any]]) -> tuple[TaskSpec, ...]:
    """The tasks with the inputs, backend or description that a fork changes; BadInput for unknown tasks."""
    keys = {s.key for s in specs}
    unknown = sorted(set(changes) - keys)
    if unknown:
        raise BadInput(errors={f"changes.tasks.{key}": ["There is no such task."] for key in unknown})
    return tuple(_changed(s, changes[s.key]) if s.key in changes else s for s in specs)


def _changed(spec: TaskSpec, change: Mapping[str, Any]) -> TaskSpec:
    values = {name: getattr(spec, name) for name in TaskSpec.__slots__}
    for name, value in change.items():
        if name not in ("title", "description", "inputs", "backend", "max_attempts", "timeout_s", "priority"):
            raise BadInput(errors={f"changes.tasks.{spec.key}.{name}": ["This cannot be changed in a fork."]})
        values[name] = tuple(value) if name == "backend" else value
    return TaskSpec(**values)
