"""What a task of a coding campaign may measure, and which queue it belongs to. Data only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from campaigns.states import Queue

MAX_KEY: Final = 80
MAX_TITLE: Final = 200
MAX_DOMAIN: Final = 60
MAX_TEXT: Final = 20_000
MAX_ATTEMPTS: Final = 20
MAX_SECONDS: Final = 86_400.0
MAX_TASKS: Final = 10_000
MAX_NEEDS: Final = 1_000
MAX_CRITERIA: Final = 50
MAX_FILES: Final = 1_000
MAX_INPUTS: Final = 100_000
"""Characters of a task's free inputs as JSON."""

QUICK_BACKENDS: Final = frozenset({"builtin", "scripted"})
"""Their tasks go to the short queue; all others may take hours and must not keep a brief waiting."""


def queue_for(backend: Sequence[str]) -> Queue:
    """The long queue for anything that runs outside commands, models or people."""
    return Queue.SHORT if all(spec.partition(":")[0] in QUICK_BACKENDS for spec in backend) else Queue.LONG
