"""The shapes of one call to a model: what goes out, what came back, why it failed. Loads no library of a provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from agents.backends.llm.targets import Target
from agents.contracts import AgentFault, Credential
from agents.providers import Structure

Turn: TypeAlias = tuple[Literal["user", "model"], str]


@dataclass(frozen=True, slots=True)
class Call:
    """heard gets every piece of text as it comes."""

    target: Target
    credential: Credential = field(repr=False)
    system: str
    turns: Sequence[Turn]
    schema: Mapping[str, Any] | None
    structure: Structure
    max_tokens: int
    output_bytes: int
    seconds: float
    heard: Callable[[str], None] = field(default=lambda text: None, repr=False)


@dataclass(slots=True)
class Said:
    """What a model said so far. Without tokens nothing is known of what it cost."""

    text: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    ended: str = ""
    refused: bool = False

    @property
    def is_measured(self) -> bool:
        """Something was read, and where something was said, something was written."""
        return self.input_tokens > 0 and (self.output_tokens > 0 or not self.text)


class CallFailed(Exception):
    """A call without a whole answer. again: the same call may do better; free: the provider did no work."""

    def __init__(self, fault: AgentFault, said: Said, *, again: bool = False, free: bool = False) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.said = said
        self.again = again
        self.free = free
