"""What a check of the stored state is given and what it says. No queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing in the database that must not be: which check found it, what it is about, and why it is wrong."""

    check: str
    subject: str
    words: str


@dataclass(frozen=True, slots=True)
class Look:
    """When, and how: what moved within `quiet` may still be on its way and is left alone by the live checks.

    `given` are run ids that clients were told; `key` signs checkpoints (None: signatures are not checked).
    """

    now: datetime
    quiet: timedelta
    given: frozenset[UUID] = frozenset()
    key: bytes | None = None

    @property
    def since(self) -> datetime:
        return self.now - self.quiet


Check: TypeAlias = Callable[[Look], Iterable[Violation]]
