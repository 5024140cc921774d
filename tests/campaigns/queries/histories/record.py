"""A run's history as a file: what every later release must still be able to replay to the same end."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from campaigns.models import Event, Run, Task
from conductor.lib.ids import canonical_json

FOLDER = Path(__file__).parent
COLUMNS = ("seq", "type", "state", "stage", "from_state", "to_state", "task_id", "attempt_id", "data")


def history_of(run: Run) -> dict[str, Any]:
    """Its events as they are stored, its tasks as they were born, and the states it ended in."""
    run.refresh_from_db()
    events = Event.objects.filter(stream_id=run.pk).order_by("seq").values_list(*COLUMNS)
    tasks = Task.objects.filter(run=run).order_by("position")
    return {
        "columns": COLUMNS,
        "events": [[_plain(value) for value in row] for row in events],
        "tasks": [[str(task.pk), task.key, task.origin is not None, task.state] for task in tasks],
        "run": run.state,
    }


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def keep(run: Run, name: str) -> None:
    """Write it among the recorded ones. A file that is there is a promise: add another, never change one."""
    lines = canonical_json(history_of(run)).replace("],[", "],\n[")
    (FOLDER / f"{name}.json").write_text(f"{lines}\n")
