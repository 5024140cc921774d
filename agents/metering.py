"""The host as a running agent sees it: calls numbered over the whole chain, the attempt's own money limit obeyed.

Must not keep books: the caller's host reserves and settles.
"""

from __future__ import annotations

from typing import Final

from agents.contracts import Credential, Host
from conductor.lib.errors import BadInput, BudgetExceeded

MAX_PARTIAL: Final = 64_000


class MeteredHost:
    """Wraps the caller's host for one invocation; every agent of the chain may number its calls from 1."""

    __slots__ = ("_base", "_held", "_highest", "_host", "_kept_back", "_limit")

    def __init__(self, host: Host, limit_micros: int | None) -> None:
        self._host = host
        self._limit = limit_micros
        self._base = 0
        self._highest = 0
        self._held: dict[int, int] = {}
        self._kept_back = 0.0

    def next_agent(self) -> None:
        self._base = self._highest

    def keep_back(self, seconds: float) -> None:
        """So much of the time is not for the agent that runs now, but for those after it."""
        self._kept_back = seconds

    def reserve(self, call: int, micros: int) -> None:
        if call < 1 or micros < 0:
            raise BadInput(f"Call {call} over {micros} micro-units cannot be reserved: both must be positive.")
        number = self._base + call
        held = sum(self._held.values()) + micros
        if self._limit is not None and held > self._limit:
            raise BudgetExceeded(
                f"This attempt may spend {self._limit} micro-units; call {number} would make it {held}."
            )
        self._host.reserve(number, micros)
        self._held[number] = micros
        self._highest = max(self._highest, number)

    def settle(self, call: int, micros: int | None) -> None:
        number = self._base + call
        self._host.settle(number, micros)
        if micros is not None:
            self._held[number] = micros

    def partial(self, text: str) -> None:
        self._host.partial(text[:MAX_PARTIAL])

    def cancelled(self) -> bool:
        return self._host.cancelled()

    def remaining_s(self) -> float:
        left = self._host.remaining_s()
        return max(left - self._kept_back, 0.0) if left > 0 else left

    def credential(self, provider: str, name: str) -> Credential:
        return self._host.credential(provider, name)

    def recall(self, key: str) -> str | None:
        return self._host.recall(key)

    def keep(self, key: str, text: str) -> None:
        self._host.keep(key, text)
